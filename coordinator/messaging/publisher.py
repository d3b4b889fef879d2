"""Sending to workers: Celery messages from one thread, so that a broker that is away never blocks a
loop.

What waits is bounded in number and in time. An order that could not be sent in time is lost on
purpose and its looks are declared missing; a receipt that is lost makes a worker send its report
again, which does no harm.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from celery import Celery
from kombu import Exchange, Queue

from coordinator.messaging.signing import Signer
from worker.contract.broker import transport_options, verified
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant
from worker.contract.message import (
    SIGNED,
    TASK_LOOK,
    TASK_RECEIPT,
    UNKNOWN_REGION,
    Order,
    Receipt,
    probes_queue,
    worker_queue,
)

log = logging.getLogger(f"outscope.{__name__}")

MOST_WAITING: Final = 2_000
"""Messages that may wait to be sent; more than a minute of a large fleet."""
ORDER_PATIENCE_S: Final = 2.0
"""An order that could not be sent for this long is lost: its looks are due by now."""
RECEIPT_PATIENCE_S: Final = 10.0
"""After this long the worker sends its report again anyway."""
UNEXPIRING_S: Final = 300.0
"""For how long the signature of a message that does not expire is good."""
RETRY_S: Final = 0.2
_BATCH: Final = 200


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


def order_letter(
    order: Order, expires_s: float, sent: Callable[[bool], None], worker: str | None = None
) -> Letter:
    """The letter that carries an order to the workers of its region, or to one of them."""
    to = probes_queue(order.region) if worker is None else worker_queue(order.region, worker)
    return Letter(TASK_LOOK, to, order.model_dump(mode="json"), ORDER_PATIENCE_S, expires_s, sent)


def receipt_letter(region: str, receipt: Receipt) -> Letter:
    """The letter that carries a receipt to one worker."""
    body = receipt.model_dump(mode="json")
    return Letter(
        TASK_RECEIPT, worker_queue(region, receipt.worker), body, RECEIPT_PATIENCE_S, None, _nothing
    )


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


def celery_app(broker: str) -> Celery:
    """The Celery application that only sends: no results, no events, no remote control."""
    app = Celery("outscope", broker=verified(broker), set_as_current=False)
    options = transport_options()
    options.pop("retry_on_timeout")  # with it kombu will not send a batch in one round trip
    app.conf.update(
        broker_transport_options=options,
        broker_connection_timeout=5,
        broker_heartbeat=0,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_enable_remote_control=False,
    )
    return app


class Publisher:
    """The sending thread. `send` never blocks. Each message is signed as it is sent, by `signer`
    if there is one.
    """

    def __init__(self, broker: str, signer: Signer | None = None) -> None:
        self._signer = signer
        self._broker = self._opened = broker
        self._app = celery_app(broker)
        self._letters: queue.Queue[tuple[float, Letter] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="post", daemon=True)
        self._closing = False
        self.reachable = True
        """Whether the broker took what was sent last."""
        self.reachable_since_s = float("-inf")
        """When it began to take again, on the monotonic clock."""

    def open(self) -> None:
        """Begin to send."""
        self._thread.start()

    def use(self, broker: str) -> None:
        """Send by another URL from the next batch on. From any thread."""
        self._broker = broker

    @property
    def public_key(self) -> str:
        """Of whoever signs at the moment, as workers pin it; empty when nobody does."""
        signer = self._signer
        return "" if signer is None else signer.public

    def sign_by(self, signer: Signer | None) -> None:
        """Have this one sign from the next batch on. From any thread."""
        self._signer = signer

    def close(self, timeout_s: float = 3.0) -> None:
        """Send what waits, if the broker takes it in time, and stop."""
        self._closing = True
        try:
            self._letters.put(None, timeout=timeout_s)
        except queue.Full:
            log.warning("post_left_unsent letters=%d", self._letters.qsize())
        self._thread.join(timeout_s)

    def send(self, letter: Letter) -> bool:
        """Take a letter to send soon; False when too many wait."""
        try:
            self._letters.put_nowait((monotonic_s() + letter.patience_s, letter))
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            self._deliver(batch)
        self._app.close()

    def _next(self) -> list[tuple[float, Letter]] | None:
        """Everything that waits, up to a batch; None at the end."""
        first = self._letters.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < _BATCH:
            try:
                letter = self._letters.get_nowait()
            except queue.Empty:
                break
            if letter is None:
                self._letters.put(None)
                break
            batch.append(letter)
        return batch

    def _deliver(self, batch: list[tuple[float, Letter]]) -> None:
        """Send a batch, again and again until it is gone or nobody needs it any more."""
        while batch:
            late = [letter for deadline, letter in batch if deadline < monotonic_s()]
            batch = [item for item in batch if item[0] >= monotonic_s()]
            _tell(late, sent=False)
            letters = [letter for _, letter in batch]
            if letters and self._sent(letters):
                _tell(letters, sent=True)
                return
            if batch and not self._closing:
                threading.Event().wait(RETRY_S)
            elif self._closing:
                _tell(letters, sent=False)
                return

    def _sent(self, letters: Sequence[Letter]) -> bool:
        """Whether the broker took the letters. A batch that fails half-way is sent again: repeats
        do no harm.
        """
        signer = self._signer
        if self._opened != self._broker:
            self._app.close()
            self._opened = self._broker
            self._app = celery_app(self._opened)
        try:
            with (
                self._app.producer_pool.acquire(block=True, timeout=5) as producer,
                producer.batch(),
            ):
                for letter in letters:
                    self._app.send_task(
                        letter.task,
                        args=[letter.body],
                        kwargs={} if signer is None else {SIGNED: _signature(letter, signer)},
                        queue=Queue(letter.queue, Exchange(""), routing_key=letter.queue),
                        expires=letter.expires_s,
                        producer=producer,
                        retry=False,
                        declare=[],
                        argsrepr="",
                        kwargsrepr="",
                    )
        except (
            Exception
        ) as error:  # the boundary of this thread: any failure to send means the same
            if self.reachable:
                log.warning("broker_unreachable letters=%d error=%r", len(letters), error)
            self.reachable = False
            return False
        if not self.reachable:
            log.info("broker_reachable")
            self.reachable_since_s = monotonic_s()
        self.reachable = True
        return True


def _signature(letter: Letter, signer: Signer) -> dict[str, Any]:
    """Signed anew at each attempt: a worker obeys no signature twice."""
    good_s = UNEXPIRING_S if letter.expires_s is None else letter.expires_s
    return signer.sign(letter.task, letter.queue, now() + round(good_s * 1000), letter.body)


def _tell(letters: Sequence[Letter], *, sent: bool) -> None:
    for letter in letters:
        letter.sent(sent)
