"""One start of a worker at the relay: its two connections to the broker, and the batch of messages
that it has not acknowledged.

A batch was taken off the broker's queue, and an answer may be lost: so it is told again until the
worker says that it came. A worker that is gone for good takes its last batch along, as it does with
a connection of its own; orders of that batch are declared as gaps.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from coordinator.relay.flow import Share
from coordinator.relay.holder import Holder
from coordinator.relay.place import Place
from coordinator.relay.refusals import RelayError, key_refused, too_fast
from coordinator.relay.wire import enveloped
from worker.contract.clock import monotonic_s
from worker.contract.message import TASK_RECEIPT, own_reports_queue, probes_queue, worker_queue

SLICE_S: Final = 1.0
"""So long after a worker hung up, something may still be taken for it; it is kept for its next
question.
"""
LINGER_S: Final = 0.6
"""Each answer has some hundred bytes of its own, and an order comes every second or so: receipts go
with it.
"""
BUSY_S: Final = 5.0
"""Without orders of late receipts do not wait: they alone tell the worker the time then."""
YOUNG_S: Final = 20.0
"""A worker that has just begun waits for the receipt that tells it the time."""
_SOON_S: Final = 0.02
_RECEIPT: Final = f'"{TASK_RECEIPT}"'.encode()


class Batch(NamedTuple):
    """Messages of the broker that are told together, and the tag by which they are acknowledged."""

    tag: str
    messages: Sequence[bytes]


NOTHING: Final = Batch("", ())


class Session:
    """What the relay keeps of one start of a worker; used by one request for orders and one with
    reports at a time.
    """

    def __init__(self, holder: Holder, place: Place, share: Share) -> None:
        self.holder = holder
        self.share = share
        self.used_s = monotonic_s()
        self._queues = (worker_queue(holder.region, holder.worker), probes_queue(holder.region))
        from coordinator.relay.line import Line  # the client of Redis, where somebody comes in

        self._taking, self._putting = Line(place, holder), Line(place, holder)
        self._pulling: asyncio.Task[None] | None = None
        self._unacknowledged = NOTHING
        self._is_told = True
        self._since_s = 0.0
        self._made_s = monotonic_s()
        self._ordered_s = float("-inf")
        self._turn = 0
        self._ended: RelayError | None = None

    async def open(self) -> None:
        """Come in at the broker; RelayError when it does not let the worker in."""
        await self._taking.open()

    def ask(self, acknowledged: str) -> int:
        """A question for orders has come: the turn that it has. It takes the place of an earlier
        one, whose worker hung up.
        """
        self._turn += 1
        if acknowledged and acknowledged == self._unacknowledged.tag:
            self._unacknowledged = NOTHING
        return self._turn

    def has(self, turn: int) -> bool:
        """Whether a question still has its turn."""
        return turn == self._turn

    async def next(self, wait_s: float) -> Batch:
        """What is to be told; nothing when nothing comes within a slice of time. RelayError when
        the broker is away, or the worker's key is good no more.
        """
        self._check()
        linger_s = self._linger_s(wait_s)
        if self._unacknowledged.messages and not linger_s:
            return self._tell()
        if self._pulling is None:
            slice_s = max(_SOON_S, min(wait_s, linger_s or SLICE_S))
            self._pulling = asyncio.create_task(self._pull(slice_s))
            self._pulling.add_done_callback(_seen)
        pulling = self._pulling
        await asyncio.wait({pulling})  # who waits here may be cancelled, and what was taken stays
        if self._pulling is pulling:
            self._pulling = None
        self._check()
        if not pulling.cancelled():
            pulling.result()
        return NOTHING if self._linger_s(wait_s - linger_s) else self._tell()

    def _tell(self) -> Batch:
        self._is_told = True
        return self._unacknowledged

    def _linger_s(self, wait_s: float) -> float:
        """How much longer receipts alone wait for an order that may go with them."""
        left_s = LINGER_S - (monotonic_s() - self._since_s)
        waits = wait_s > LINGER_S and left_s > 0 and not self._is_told
        if monotonic_s() - self._made_s < YOUNG_S or monotonic_s() - self._ordered_s > BUSY_S:
            return 0.0
        return left_s if waits and all(map(_is_receipt, self._unacknowledged.messages)) else 0.0

    async def put(self, reports: Sequence[bytes]) -> None:
        """Give reports to the broker; RelayError as above, or when it has no room."""
        self._check()
        queue = own_reports_queue(self.holder.region, self.holder.worker)
        messages = [enveloped(report, queue, self.holder.user) for report in reports]
        if messages:
            await self._putting.put(queue, messages)

    def check_flow(self) -> None:
        """RelayError when the worker sends more than its share."""
        wait_s = self.share.flow.wait_s(monotonic_s())
        if wait_s:
            raise too_fast(wait_s)

    async def end(self, why: RelayError | None = None) -> None:
        """Nothing is taken or given any more; questions under way are answered by `why`."""
        self._ended = why or key_refused()
        if self._pulling is not None:
            self._pulling.cancel()
        await self._taking.close()
        await self._putting.close()

    def _check(self) -> None:
        self.used_s = monotonic_s()
        if self._ended is not None:
            raise self._ended

    async def _pull(self, slice_s: float) -> None:
        messages = await self._taking.take(self._queues, slice_s)
        if not messages:
            return
        if self._is_told:
            self._is_told, self._since_s = False, monotonic_s()
        if not all(map(_is_receipt, messages)):
            self._ordered_s = monotonic_s()
        before = self._unacknowledged.messages
        self._unacknowledged = Batch(secrets.token_hex(8), [*before, *messages])


def _is_receipt(message: bytes) -> bool:
    """Whether a message is most likely a receipt: nothing but time depends on it."""
    return _RECEIPT in message


def _seen(pulling: asyncio.Task[None]) -> None:
    """Nobody may be left to hear of a fault; the next question meets it again."""
    if not pulling.cancelled():
        pulling.exception()
