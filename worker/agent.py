"""THE LOOP of a region: an order comes in, each look starts at its own due moment, results go to the outbox.

All looks run in one event loop in one thread, so hundreds wait for their targets at once and no look waits for
another. Nobody shares state with it: orders come in through `take`, rows go out through `keep`.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from threading import Thread
from typing import Any, Final

import uvloop

from worker.contract.clock import monotonic_s, now
from worker.contract.message import Order
from worker.contract.outcome import Reason
from worker.orders import Due, OrderError, due_looks, read_order
from worker.probes.look import Vantage, look_once
from worker.rows import encode_row

IN_FLIGHT: Final = 2000
"""Looks taken and not yet done. Beyond it orders wait in the broker, where they expire."""
FLUSH_S: Final = 0.2
BATCH: Final = 500
"""Rows of one report at most."""
TICK_S: Final = 0.1

log = logging.getLogger("outscope.worker.agent")


class Agent:
    """Makes the looks that are ordered. `keep` stores rows for good; it is called on a thread of its own."""

    def __init__(self, vantage: Vantage, keep: Callable[[Sequence[bytes]], None], *, limit: int = IN_FLIGHT) -> None:
        self._vantage = vantage
        self._keep = keep
        self._limit = limit
        self._loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self._thread = Thread(target=self._run, name="agent", daemon=True)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._room = asyncio.Event()
        self._looking: set[asyncio.Task[None]] = set()
        self._rows: list[bytes] = []
        self._closing = False
        self._lag_s = 0.0
        self._age_ms: int | None = None
        self.ticked_at = monotonic_s()
        """When the loop last turned, on the monotonic clock."""
        self.in_flight = 0
        self.blocked = 0
        """Orders that wait for room: while there are any, a quiet consumer is no sign of a dead link."""
        self.late = 0
        """Looks that came too late to be made."""
        self.refused = 0
        """Orders and looks that made no sense."""

    def start(self) -> None:
        """Begin; from now on `take` works."""
        self._thread.start()

    def take(self, message: Any) -> None:
        """An order has come in. Returns when its looks are under way; blocks while too many are."""
        try:
            order = read_order(message)
        except OrderError as error:
            self.refused += 1
            log.warning("order_refused error=%s", error)
            return
        self._note_age(order)
        if self._closing or not self._admitted(order):
            log.info("order_left_alone order=%s looks=%d", order.order, len(order.looks))

    def _note_age(self, order: Order) -> None:
        age_ms = now() - order.issued_at
        self._age_ms = age_ms if self._age_ms is None else min(age_ms, self._age_ms)

    def _admitted(self, order: Order) -> bool:
        admission = self._admit(order)
        try:
            asyncio.run_coroutine_threadsafe(admission, self._loop).result()
        except (CancelledError, RuntimeError):  # the loop is closing or closed
            admission.close()
            return False
        return True

    def missed(self, order: Order) -> None:
        """An order expired before it came in."""
        self.late += len(order.looks)
        self._note_age(order)

    def take_lag_ms(self) -> float:
        """The longest that the loop was late since this was last asked."""
        lag_s, self._lag_s = self._lag_s, 0.0
        return lag_s * 1000

    def take_order_age_ms(self) -> int | None:
        """The age of the youngest order since this was last asked, by this machine's clock; None without an order."""
        age_ms, self._age_ms = self._age_ms, None
        return age_ms

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

    # What follows runs in the loop's thread alone.

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._flushing = self._loop.create_task(self._flush_for_ever())
        self._tick(monotonic_s())
        self._loop.run_forever()
        self._loop.close()

    async def _admit(self, order: Order) -> None:
        self.blocked += 1
        while self.in_flight >= self._limit and not self._closing:
            self._room.clear()
            await self._room.wait()
        self.blocked -= 1
        if self._closing:
            raise asyncio.CancelledError
        looks, refused = due_looks(order, now())
        self.refused += refused
        self.in_flight += len(looks)
        for look in looks:
            self._loop.call_later(look.wait_s, self._begin, look)

    def _begin(self, due: Due) -> None:
        looking = self._loop.create_task(self._look(due))
        self._looking.add(looking)
        looking.add_done_callback(self._done)

    async def _look(self, due: Due) -> None:
        started_at = now()
        outcome = due.obstacle(started_at)
        if outcome is None and due.parsed is not None:
            outcome = await look_once(due.parsed, self._vantage)
        if outcome is not None:
            self.late += outcome.reason is Reason.LATE
            self._rows.append(encode_row(due.check, due.slot, due.attempt, due.scheduled_at, started_at, outcome))

    def _done(self, looking: asyncio.Task[None]) -> None:
        self._looking.discard(looking)
        self.in_flight -= 1
        if self.in_flight < self._limit:
            self._room.set()

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self._flush()
            except Exception:  # the boundary: one batch that could not be kept must not end the flushing
                log.exception("rows_not_kept")

    async def _flush(self) -> None:
        while self._rows:
            rows, self._rows = self._rows[:BATCH], self._rows[BATCH:]
            await self._loop.run_in_executor(self._disk, self._keep, rows)

    def _tick(self, due_s: float) -> None:
        self.ticked_at = monotonic_s()
        self._lag_s = max(self._lag_s, self.ticked_at - due_s)
        self._loop.call_later(TICK_S, self._tick, self.ticked_at + TICK_S)

    def _close(self) -> None:
        self._closing = True
        self._room.set()

    async def _drain(self, within_s: float) -> None:
        give_up_at = monotonic_s() + within_s
        while self.in_flight and monotonic_s() < give_up_at:  # noqa: ASYNC110 - once in a process's life
            await asyncio.sleep(0.02)
        if self.in_flight:
            log.warning("looks_given_up count=%d", self.in_flight)
        unfinished = (*self._looking, self._flushing)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await self._vantage.close()
        await self._flush()
