"""Sending to workers: Celery messages from one thread, so that a broker that is away never blocks a
loop.

What waits is bounded in number and in time. An order that could not be sent in time is lost on
purpose and its looks are declared missing; a receipt that is lost makes a worker send its report
again, which does no harm.
"""

import json
import logging
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import compress
from typing import Any, Final, TypeAlias
from uuid import uuid4

from celery import Celery
from kombu.transport.redis import PublishBatch
from redis.exceptions import NoPermissionError

from coordinator.messaging.sending.fence import FencedBatch, OutrankedError, latest
from coordinator.messaging.sending.letters import Letter, tell
from coordinator.messaging.signing import Signer
from worker.contract.broker import celery_of
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant
from worker.contract.message import SIGNED, TASK_LOOK
from worker.contract.settings.rabbitmq import CONFIRM_S, exchange_of, is_rabbitmq

log = logging.getLogger(f"outscope.{__name__}")

MOST_WAITING: Final = 2_000
"""Messages that may wait to be sent; more than a minute of a large fleet."""
UNEXPIRING_S: Final = 300.0
"""For how long the signature of a message that does not expire is good."""
RETRY_S: Final = 0.2
_BATCH: Final = 200

_Waiting: TypeAlias = tuple[float, Letter]
"""A letter and until when it is worth sending, on the monotonic clock."""


def celery_app(broker: str) -> Celery:
    """The Celery application that only sends: no results, no events, no remote control."""
    app = Celery("outscope", set_as_current=False)
    told = celery_of(broker)
    # with it kombu will not send a batch in one round trip
    told["broker_transport_options"].pop("retry_on_timeout", None)
    app.conf.update(
        **told,
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
        self._epoch: int | None = None
        self._marks: dict[str, Instant] = {}
        self.outranked = ""
        """Why no order of ours gets in any more: a later epoch has begun."""
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

    def fence(self, epoch: int, marks: Mapping[str, Instant]) -> None:
        """Fence orders by this epoch, which begins after these marks. Before it opens."""
        self._epoch, self._marks = epoch, dict(marks)

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
            for pause_s in self._deliver(batch):
                threading.Event().wait(pause_s)
        self._app.close()

    def _next(self) -> list[_Waiting] | None:
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

    def _deliver(self, batch: list[_Waiting]) -> Iterator[float]:
        """Send a batch: orders first, and by themselves, for they are fenced. How many seconds to
        wait each time before it goes on.
        """
        orders = [item for item in batch if item[1].task == TASK_LOOK]
        others = [item for item in batch if item[1].task != TASK_LOOK]
        for part in (orders, others):
            yield from self._send_until_late(part)

    def _send_until_late(self, batch: list[_Waiting]) -> Iterator[float]:
        """Send again and again until all is gone or nobody needs it any more."""
        while batch:
            late = [letter for deadline, letter in batch if deadline < monotonic_s()]
            batch = [item for item in batch if item[0] >= monotonic_s()]
            tell(late, sent=False)
            letters = [letter for _, letter in batch]
            if letters and self._sent(letters):
                tell(letters, sent=True)
                return
            if batch and not (self._closing or self.outranked):
                yield RETRY_S
            elif batch:
                tell(letters, sent=False)
                return

    def _sent(self, letters: Sequence[Letter]) -> bool:
        """Whether the broker took the letters. A batch of others than orders that fails half-way is
        sent again: repeats do no harm.
        """
        try:
            self._put(letters)
        except OutrankedError as error:
            log.warning("outranked letters=%d: %s", len(letters), error)
            self.outranked = str(error)
            return False
        except NoPermissionError as error:
            self._without_fence(error)
            return False
        except (
            Exception
        ) as error:  # the boundary of this thread: any failure to send means the same
            if self.reachable:
                why = error.__cause__ or error  # kombu says only that a batch failed
                log.warning("broker_unreachable letters=%d error=%r", len(letters), why)
            self.reachable = False
            self._opened = ""  # it may have become a replica: by its name another is reached
            return False
        if not self.reachable:
            log.info("broker_reachable")
            self.reachable_since_s = monotonic_s()
        self.reachable = True
        return True

    def _put(self, letters: Sequence[Letter]) -> None:
        """Have the letters at the broker; whatever is raised, nobody knows whether they are."""
        if self._opened != self._broker:
            self._app.close()
            self._opened = self._broker
            self._app = celery_app(self._opened)
        with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
            self._put_by(producer, letters)

    def _put_by(self, producer: Any, letters: Sequence[Letter]) -> None:
        """The same by a producer, all of them together when they are orders."""
        fenced: list[FencedBatch] = []
        channel, epoch = producer.channel, self._epoch
        if is_rabbitmq(self._opened):
            pass  # it knows no transactions to fence by
        elif epoch is None or letters[0].task != TASK_LOOK:
            channel.create_publish_batch = partial(PublishBatch, channel)
        else:
            fenced.append(FencedBatch(channel, _BATCH, epoch))
            self._marks |= latest([letter.mark for letter in letters])
            wanted = fenced[0].begin([letter.mark for letter in letters], self._marks)
            letters = list(compress(letters, wanted))
            channel.create_publish_batch = lambda max_size: fenced[0]
        try:
            with producer.batch():
                for letter in letters:
                    self._publish(producer, letter)
        finally:
            for batch in fenced:
                batch.close()

    def _publish(self, producer: Any, letter: Letter) -> None:
        """A message of Celery's protocol 2, with no headers but those that workers need. Its body
        is in base64 at a Redis: relays of before read no other.
        """
        signer = self._signer
        beside = {} if signer is None else {SIGNED: _signature(letter, signer)}
        body = json.dumps([[letter.body], beside, {}], separators=(",", ":"))
        headers = {"lang": "py", "task": letter.task, "id": uuid4().hex}
        if letter.expires_s is not None:
            headers["expires"] = _moment_in(letter.expires_s)
        producer.publish(
            body,
            exchange=exchange_of(self._opened),
            routing_key=letter.queue,
            content_type="application/json",
            content_encoding="utf-8",
            headers=headers,
            expiration=letter.expires_s,
            retry=False,
            confirm_timeout=CONFIRM_S,
        )

    def _without_fence(self, error: Exception) -> None:
        log.warning("unfenced error=%s; renew the access list: outscope broker acl", error)
        self._epoch = None


def _moment_in(seconds: float) -> str:
    return datetime.fromtimestamp(now() / 1000 + seconds, UTC).isoformat()


def _signature(letter: Letter, signer: Signer) -> dict[str, Any]:
    """Signed anew at each attempt: a worker obeys no signature twice."""
    good_s = UNEXPIRING_S if letter.expires_s is None else letter.expires_s
    return signer.sign(letter.task, letter.queue, now() + round(good_s * 1000), letter.body)
