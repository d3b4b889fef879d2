"""What the coordinator sends: letters, each a Celery task for one queue."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.messaging.sending.fence import Mark
from worker.contract.clock import now
from worker.contract.instant import Instant
from worker.contract.message import (
    TASK_LOOK,
    TASK_RECEIPT,
    UNKNOWN_REGION,
    Order,
    Receipt,
    probes_queue,
    worker_queue,
)
from worker.contract.standing.orders import TASK_STANDING, StandingOrders

ORDER_PATIENCE_S: Final = 2.0
"""An order that could not be sent for this long is lost: its looks are due by now."""
RECEIPT_PATIENCE_S: Final = 10.0
"""After this long the worker sends its report again anyway."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way out. `sent` is called from the sending thread with whether the broker
    took it.
    """

    task: str
    queue: str
    body: dict[str, Any]
    patience_s: float
    expires_s: float | None
    sent: Callable[[bool], None]
    mark: Mark | None = None
    """Up to when its region's looks are ordered once it is at the broker."""


def order_letter(
    order: Order,
    expires_s: float,
    sent: Callable[[bool], None],
    worker: str | None = None,
    until: Instant | None = None,
) -> Letter:
    """The letter that carries an order to the workers of its region, or to one of them. With it all
    of the region's looks before `until` are ordered.
    """
    to = probes_queue(order.region) if worker is None else worker_queue(order.region, worker)
    mark = None if until is None else Mark(order.region, until)
    body = order.model_dump(mode="json")
    return Letter(TASK_LOOK, to, body, ORDER_PATIENCE_S, expires_s, sent, mark)


def receipt_letter(region: str, receipt: Receipt) -> Letter:
    """The letter that carries a receipt to one worker: there is one for each report, so what it
    does not say is left out.
    """
    body = {"v": receipt.v, **receipt.model_dump(mode="json", exclude_defaults=True)}
    return Letter(
        TASK_RECEIPT, worker_queue(region, receipt.worker), body, RECEIPT_PATIENCE_S, None, _nothing
    )


def standing_letter(orders: StandingOrders, life_s: float) -> Letter:
    """The letter that carries standing orders to one worker, signed for as long as they are
    good.
    """
    to = worker_queue(orders.region, orders.worker)
    body = orders.model_dump(mode="json")
    return Letter(TASK_STANDING, to, body, RECEIPT_PATIENCE_S, life_s, _nothing)


def refusal_letter(region: str, worker: str, boot: str, at: Instant) -> Letter:
    """The letter that tells one worker that its region is not configured. It names no region but
    the worker's own: whoever may read it may not know the others.
    """
    refusal = Receipt(worker=worker, boot=boot, seqs=(), at=at, refused=UNKNOWN_REGION)
    return receipt_letter(region, refusal)


def _nothing(_sent: bool) -> None:
    """Nobody needs to know."""


def in_this_loop(told: Callable[[bool, Instant], None]) -> Callable[[bool], None]:
    """What the sending thread calls; `told` then hears in this loop's own thread whether it was
    sent, and when.
    """
    loop = asyncio.get_running_loop()

    def answer(sent: bool) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(told, sent, now())

    return answer


def tell(letters: Sequence[Letter], *, sent: bool) -> None:
    """Tell whoever waits to know it whether these were sent."""
    for letter in letters:
        letter.sent(sent)
