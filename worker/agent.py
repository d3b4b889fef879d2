"""THE LOOP of a region: an order comes in, each look starts at its own due moment, results go to
the outbox.

Looks that are due together are paced, and a target that said 429 is left alone for as long as it
asks.

All looks run in one event loop in one thread, so hundreds wait for their targets at once and no
look waits for another. Nobody shares state with it: orders come in through `take`, rows go out
through `keep`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from threading import Thread
from typing import Any, Final, TypeAlias

import uvloop

from worker.contract.clock import monotonic_s
from worker.contract.logs import trace
from worker.contract.message import Order
from worker.contract.outcome import Outcome, Reason, failure
from worker.contract.result import STANDING
from worker.orders import Claims, Due, Epochs, OrderError, due_looks, read_checks, read_order
from worker.pacing import Pacer
from worker.probes.run import ParsedCheck, Vantage, look_once
from worker.reference_clock import ReferenceClock
from worker.reporting.rows import encode_row
from worker.tally import Tally
from worker.targets.backoff import Backoff

IN_FLIGHT: Final = 2000
"""Looks taken and not yet done. Beyond it orders wait in the broker, where they expire."""
FLUSH_S: Final = 0.2
BATCH: Final = 500
"""Rows of one report at most."""
TICK_S: Final = 0.1
EARLY_S: Final = 0.002
"""The loop's timers count whole milliseconds from the beginning of a turn, so they may ring this
much early.
"""

BORROWED: Final = (
    "not looked at from here: the region is borrowed (via: globalping), and this worker stands"
    " elsewhere; start it with --via globalping"
)
OURS: Final = (
    "not looked at from there: the region is none that is borrowed; start its worker without --via"
)

log = logging.getLogger(f"outscope.{__name__}")

Borrowed: TypeAlias = Callable[[Due, ParsedCheck], Awaitable[Outcome]]
"""Makes a look from a place that is not ours."""


class Agent:
    """Makes the looks that are ordered. `keep` stores rows for good, and is told for how many
    seconds they may wait for more before they are reported; it is called on a thread of its own.
    What is due when, and what started when, is told by the `reference` clock.
    """

    def __init__(
        self,
        vantage: Vantage,
        keep: Callable[[Sequence[bytes], float], None],
        *,
        limit: int = IN_FLIGHT,
        reference: ReferenceClock | None = None,
        borrowed: Borrowed | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """All looks run in this `loop`, or in one of their own."""
        self._vantage = vantage
        self._keep = keep
        self._limit = limit
        self._reference = reference or ReferenceClock()
        self._loop: asyncio.AbstractEventLoop = loop or uvloop.new_event_loop()
        self._thread = Thread(target=self._run, name="agent", daemon=True)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._room = asyncio.Event()
        self._looking: set[asyncio.Task[None]] = set()
        self._rows: list[tuple[bytes, float]] = []
        self._pacer = Pacer[Due](self._loop, self._begin)
        self._backoff = Backoff()
        self._claims = Claims()
        self._epochs = Epochs()
        self._borrowed = borrowed
        self._closing = False
        self._given_up = False
        self._drained = False
        self.tally = Tally()

    def start(self) -> None:
        """Begin; from now on `take` works."""
        self._thread.start()

    def take(self, message: Any) -> str:
        """An order has come in. Returns when its looks are under way; blocks while too many are.
        The region that it is for; empty when it makes no sense.
        """
        try:
            order = read_order(message)
        except OrderError as error:
            self.tally.refused += 1
            log.warning("order_refused error=%s", error)
            return ""
        if not self._epochs.obeys(order.epoch, monotonic_s()):
            log.warning("order_outranked order=%s epoch=%d", order.order, order.epoch)
            return order.region
        read_checks(order)
        self._reference.ordered(order.issued_at)
        self.tally.ordered(order.issued_at)
        if self._closing or not self._admitted(order):
            log.info("order_left_alone order=%s looks=%d", order.order, len(order.looks))
        return order.region

    def stand_in(self, order: Order) -> None:
        """Make these looks, which stand in the standing orders and which nobody has ordered; those
        that were begun by an order are left out. Blocks while too many are under way.
        """
        self._admitted(order, alone=True)

    def missed(self, order: Order) -> None:
        """An order expired before it came in."""
        self.tally.late += len(order.looks)
        self.tally.ordered(order.issued_at)

    def close(self) -> None:
        """Take no more orders; looks under way go on."""
        self._loop.call_soon_threadsafe(self._close)

    def drain(self, within_s: float) -> None:
        """Wait for the looks under way, at most this long, keep all rows and end the loop."""
        self.close()
        asyncio.run_coroutine_threadsafe(self._drain(within_s), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._disk.shutdown()

    def save(self, within_s: float) -> None:
        """Keep all rows now; TimeoutError when the loop or the disk does not answer in time."""
        asyncio.run_coroutine_threadsafe(self._flush(), self._loop).result(within_s)

    def _admitted(self, order: Order, *, alone: bool = False) -> bool:
        admission = self._admit(order, alone)
        try:
            asyncio.run_coroutine_threadsafe(admission, self._loop).result()
        except (CancelledError, RuntimeError):  # the loop is closing or closed
            admission.close()
            return False
        return True

    # What follows runs in the loop's thread alone.

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._flushing = self._loop.create_task(self._flush_for_ever())
        self._tick(monotonic_s())
        self._loop.run_forever()
        self._loop.close()

    async def _admit(self, order: Order, alone: bool) -> None:
        self.tally.blocked += 1
        while self.tally.in_flight >= self._limit and not self._closing:
            self._room.clear()
            await self._room.wait()
        self.tally.blocked -= 1
        if self._closing:
            raise asyncio.CancelledError
        asked, refused = due_looks(order, self._reference.now(), alone=alone)
        looks = [look for look in asked if self._claims.take(look)]
        self.tally.refused += refused
        self.tally.alone += len(looks) if alone else 0
        self.tally.in_flight += len(looks)
        for look in looks:
            if look.wait_s:
                self._loop.call_later(look.wait_s + EARLY_S, self._pacer.due, look)
            else:
                self._pacer.due(look)

    def _begin(self, due: Due) -> None:
        if self._given_up:  # with what a look needs
            self.tally.in_flight -= 1
            return
        looking = self._loop.create_task(self._look(due))
        self._looking.add(looking)
        looking.add_done_callback(self._done)

    async def _look(self, due: Due) -> None:
        started_at = self._reference.now()
        outcome = due.obstacle(started_at)
        if outcome is None and due.parsed is not None:
            outcome = await self._ask(due, due.parsed)
        if outcome is not None:
            if due.alone:
                outcome = replace(outcome, extra={**outcome.extra, STANDING: True})
            self.tally.late += outcome.reason is Reason.LATE
            if log.isEnabledFor(logging.DEBUG):
                name = trace(due.check, due.scheduled_at, due.attempt)
                log.debug("looked trace=%s ok=%s reason=%s", name, outcome.ok, outcome.reason)
            row = encode_row(
                due.check, due.slot, due.attempt, due.scheduled_at, started_at, outcome
            )
            self._rows.append((row, due.patience_s if outcome.ok else 0.0))

    async def _ask(self, due: Due, parsed: ParsedCheck) -> Outcome:
        """Look, unless somebody whom this would ask wants no web requests now."""
        outcome = self._backoff.obstacle_to(parsed.targets, monotonic_s())
        if outcome is None:
            outcome = await self._look_from(due, parsed)
            if self._backoff.learns_of(outcome) and outcome.extra.get("asked") is not False:
                answering = parsed.params.answering(outcome)
                self._backoff.heard_from(answering, outcome, monotonic_s())
        return outcome

    async def _look_from(self, due: Due, parsed: ParsedCheck) -> Outcome:
        """Look from where the region is: no other place may speak for it."""
        if (due.location is None) is not (self._borrowed is None):
            why = BORROWED if self._borrowed is None else OURS
            return failure(Reason.BLOCKED, why, extra={"asked": False})
        if self._borrowed is not None:
            return await self._borrowed(due, parsed)
        return await look_once(parsed, self._vantage)

    def _done(self, looking: asyncio.Task[None]) -> None:
        self._looking.discard(looking)
        self._pacer.ended()
        self.tally.in_flight -= 1
        if self.tally.in_flight < self._limit:
            self._room.set()

    async def _flush_for_ever(self) -> None:
        while not self._drained:
            await asyncio.sleep(FLUSH_S)
            try:
                await self._flush()
            # the boundary: one batch that could not be kept must not end the flushing
            except Exception:
                log.exception("rows_not_kept")

    async def _flush(self) -> None:
        while self._rows:
            some, self._rows = self._rows[:BATCH], self._rows[BATCH:]
            rows, within_s = [row for row, _ in some], min(wait_s for _, wait_s in some)
            await self._loop.run_in_executor(self._disk, self._keep, rows, within_s)

    def _tick(self, due_s: float) -> None:
        self.tally.ticked(due_s)
        self._pacer.measure()
        self._loop.call_later(TICK_S, self._tick, self.tally.ticked_at_s + TICK_S)

    def _close(self) -> None:
        self._closing = True
        self._room.set()

    async def _drain(self, within_s: float) -> None:
        give_up_at = monotonic_s() + within_s
        while self.tally.in_flight and monotonic_s() < give_up_at:  # noqa: ASYNC110 - once in a process's life
            await asyncio.sleep(0.02)
        if self.tally.in_flight:
            log.warning("looks_given_up count=%d", self.tally.in_flight)
        self._given_up = True
        for looking in self._looking:
            looking.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await self._vantage.close()
        self._drained = True
        await self._flushing
