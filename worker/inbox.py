"""What comes in for this worker: whom it obeys, what is held until the coordinator's time is known,
and what it says of whether anybody serves this worker.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Timer
from typing import Any

from pydantic import ValidationError

from worker.agent import Agent
from worker.autonomy.kept import KeptOrders, RefusedError
from worker.contract.instant import Instant
from worker.contract.message import TASK_LOOK, TASK_RECEIPT, UNKNOWN_REGION, Receipt
from worker.contract.standing.orders import TASK_STANDING
from worker.messaging.hold import Held, Hold
from worker.messaging.pinned import ForgedError, PinnedKeys
from worker.messaging.served import Served
from worker.orders import OrderError, read_order
from worker.reference_clock import ReferenceClock
from worker.reporting.sender import Sender

log = logging.getLogger(f"outscope.{__name__}")


class Inbox:
    """Takes orders and receipts of one start (`boot`) of a worker."""

    def __init__(
        self,
        region: str,
        boot: str,
        agent: Agent,
        sender: Sender,
        reference: ReferenceClock,
        pinned: PinnedKeys | None,
        served: Served,
        leave: Callable[[], object] = lambda: None,
        *,
        standing: KeptOrders | None = None,
        heard: Callable[[Instant], None] = lambda _at: None,
        timer: Callable[[float, Callable[[], None]], Timer] = Timer,
    ) -> None:
        self._region = region
        self._boot = boot
        self._agent = agent
        self._sender = sender
        self._reference = reference
        self._pinned = pinned
        self._served = served
        self._leave = leave
        self._standing = standing
        self._heard = heard
        self._hold = Hold(self._judge, self._drop, timer=timer)

    def pin(self, queues: Sequence[str], keys: Sequence[bytes]) -> None:
        """Obey what these keys signed for these queues, and nothing else. From any thread."""
        if self._pinned is not None:
            self._pinned.pin(keys)
        elif keys:
            self._pinned = PinnedKeys(keys, queues)
        if self._standing is not None:
            self._standing.verify()

    def _drop(self, held: Held) -> None:
        """It had to make room."""
        self.expired(held.message, held.signed)

    def begin(self) -> None:
        """From now on the coordinator may be heard."""
        self._hold.begin()

    def end(self) -> None:
        """Nothing is held from now on; what was is judged by what is known of the time."""
        self._hold.end()

    def holding(self) -> bool:
        """Whether the coordinator's time is not known yet, and orders wait for it."""
        return self._hold.on()

    def arrived(self, message: Any, signed: Any) -> None:
        """An order is here, which may yet prove to have expired; a forged one sets no clock."""
        if not self._is_authentic(TASK_LOOK, message, signed):
            return
        issued_at = message.get("issued_at") if isinstance(message, dict) else None
        if isinstance(issued_at, int):
            self._reference.ordered(issued_at)
            self._heard(issued_at)

    def order(self, message: Any, signed: Any, expires_at: Instant | None) -> None:
        """An order is to be carried out, now or when its age can be judged."""
        held = Held(message, signed, expires_at)
        # a forged one is refused at once: it takes no room from those that wait
        may_wait = self._hold.on() and self._is_authentic(TASK_LOOK, message, signed)
        if not (may_wait and self._hold.keep(held)):
            self._judge(held)  # nobody may have judged it yet: it came while others were held

    def expired(self, message: Any, signed: Any) -> None:
        """An order was dropped, because its moment had passed."""
        if not self._is_authentic(TASK_LOOK, message, signed):
            self._agent.tally.refuse_forged()
            return
        try:
            self._agent.missed(read_order(message))
        except OrderError:
            return  # nothing to count in it

    def standing(self, message: Any, signed: Any) -> None:
        """Standing orders came in: they replace those that stood."""
        if self._standing is None or not self._obeys(TASK_STANDING, message, signed):
            return
        try:
            self._standing.take(message, signed, self._reference.now())
        except RefusedError as error:
            self._agent.tally.refused += 1
            log.warning("standing_orders_refused error=%s", error)

    def receipt(self, message: Any, signed: Any) -> None:
        """A receipt came in, which may be of an earlier start."""
        try:
            receipt = Receipt.model_validate(message)
        except ValidationError as error:
            log.warning("receipt_refused errors=%d", error.error_count())
            return
        if self._is_authentic(TASK_RECEIPT, message, signed):
            for seq in receipt.seqs:
                self._reference.answered(receipt.boot, seq, receipt.at)
            self._heard(receipt.at)
        if not self._obeys(TASK_RECEIPT, message, signed):
            return
        self._sender.receipted(receipt.boot, receipt.seqs)
        if receipt.boot == self._boot:
            self._told(receipt)

    def _told(self, receipt: Receipt) -> None:
        """What a receipt of this start says of who serves us."""
        if receipt.refused:
            if receipt.refused == UNKNOWN_REGION:
                self._served.unknown_region()
                if self._standing is not None:
                    self._standing.drop("the region is not configured")
            return
        self._served.heard()
        self._served.advised(receipt.advice)
        if receipt.leave:
            self._leave()
        if self._reference.is_known():
            self._hold.end()

    def _judge(self, held: Held) -> None:
        """The coordinator's time is known as well as it will be."""
        if held.expires_at is not None and self._reference.now() > held.expires_at:
            self.expired(held.message, held.signed)
        else:
            self._carry_out(held)

    def _carry_out(self, held: Held) -> None:
        if not self._obeys(TASK_LOOK, held.message, held.signed):
            return
        if self._agent.take(held.message) == self._region:
            self._served.heard()

    def _obeys(self, task: str, message: Any, signed: Any) -> bool:
        """Whether a message comes from the coordinator, as far as this worker was told its key."""
        if self._pinned is None:
            return True
        try:
            self._pinned.check(task, message, signed, self._reference.now())
        except ForgedError as error:
            self._agent.tally.refuse_forged()
            log.warning("message_forged task=%s error=%s", task, error)
            return False
        return True

    def is_standing(self, message: Any, signed: Any) -> bool:
        """Whether the coordinator wrote these standing orders, as far as its key is known here."""
        return self._is_authentic(TASK_STANDING, message, signed)

    def _is_authentic(self, task: str, message: Any, signed: Any) -> bool:
        """Whether the coordinator wrote this, at whatever time."""
        return self._pinned is None or self._pinned.signed_once(task, message, signed)
