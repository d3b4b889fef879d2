"""The worker's Celery side: its queues, its tasks, and a consumer that always comes back.

Every choice against Celery's defaults has a reason: threads and prefetch 1, because a task only
hands over and more would hoard orders that then expire; JSON only; no result backend, events,
gossip, mingle, heartbeat or remote control, because each costs round trips or needs rights that a
region must not have.
"""

import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from celery import Celery, signals
from celery.app.trace import setup_worker_optimizations
from celery.concurrency.thread import ApplyResult, TaskPool
from celery.worker import WorkController, loops
from celery.worker.consumer import Consumer
from celery.worker.request import Request
from celery.worker.state import maybe_shutdown
from kombu import Connection, Exchange, Queue
from kombu.transport.redis import Channel

from worker.contract.broker import transport_options, verified
from worker.contract.clock import monotonic_s
from worker.contract.instant import Instant
from worker.contract.message import (
    SIGNED,
    TASK_ECHO,
    TASK_LOOK,
    TASK_RECEIPT,
    echo_queue,
    probes_queue,
    worker_queue,
)
from worker.messaging.publisher import CONNECT_TIMEOUT_S

CONCURRENCY: Final = 2
RETRY_MAX_S: Final = 2.0
"""Longest pause between attempts to reach the broker; kombu's own grows to 30 s."""
TELL_AGAIN_S: Final = 60.0
REFUSED_PAUSE_S: Final = 1.0

log = logging.getLogger(f"outscope.{__name__}")


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who gets what comes in, each with its signature, if any. `order` may block; `consumed` is
    told of every message and must not.
    """

    arrived: Callable[[Any, Any], None]
    """Told of an order before anything else, so that its age is known."""
    now: Callable[[], Instant]
    """The clock by which an order expires: the coordinator's, who said when."""
    order: Callable[[Any, Any], None]
    receipt: Callable[[Any, Any], None]
    expired: Callable[[Any, Any], None]
    consumed: Callable[[], None]


class PatientConsumer(Consumer):  # type: ignore[misc]  # Celery is untyped
    """Celery's consumer, back within seconds however long the broker was away, and not stopped by
    any message.
    """

    def ensure_connected(self, conn: Connection) -> Connection:
        """Try for ever, with short pauses; complain at first and then once a minute."""
        told_s = float("-inf")

        def complain(error: Exception, interval: float) -> None:
            nonlocal told_s
            if monotonic_s() - told_s >= TELL_AGAIN_S:
                told_s = monotonic_s()
                log.warning("broker_unreachable broker=%s error=%s", conn.as_uri(), error)

        conn.ensure_connection(
            complain,
            None,
            interval_start=0.5,
            interval_step=0.5,
            interval_max=RETRY_MAX_S,
            callback=maybe_shutdown,
        )
        self.first_connection_attempt = False
        return conn

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Celery's own clearing up; a refusal by the broker, which comes back at once, is not asked
        for in a rush.
        """
        super().on_connection_error_after_connected(exc)
        if isinstance(exc, self.channel_errors):
            time.sleep(REFUSED_PAUSE_S)

    def loop(self, *args: Any) -> None:
        """Celery's own loop. A message that the transport cannot even read costs a reconnection,
        not the process.
        """
        try:
            loops.asynloop(*args)
        except (*self.connection_errors, *self.channel_errors):
            raise
        except Exception as error:
            log.error("message_unreadable error=%s", type(error).__name__)  # noqa: TRY400 - a stranger's text has no place in the log
            raise ConnectionResetError("reconnecting after an unreadable message") from None

    def cut(self) -> None:
        """Shut the sockets of the current connection down, from any thread; the loop then notices
        and reconnects.
        """
        connection = self.connection
        for channel in list(getattr(connection and connection.transport, "channels", None) or ()):
            client = vars(channel).get("client")  # only if it exists: the property would connect
            link = getattr(getattr(client, "connection", None), "_sock", None)
            if link is not None:
                try:
                    link.shutdown(socket.SHUT_RDWR)
                except OSError as error:
                    log.info("socket_was_dead error=%s", error)


class LoudThreads(TaskPool):  # type: ignore[misc]  # Celery is untyped
    """Celery's threads pool, which keeps a message that cannot be decoded no secret."""

    def on_apply(self, *args: Any, **kwargs: Any) -> ApplyResult:
        """Run a task on a thread; what escapes from it is logged."""
        result = super().on_apply(*args, **kwargs)
        result.f.add_done_callback(_tell)
        return result


def _tell(done: Future[Any]) -> None:
    error = None if done.cancelled() else done.exception()
    if error is not None:
        log.error("message_refused error=%s", type(error).__name__)


def build_app(broker: str, region: str, worker: str, handlers: Handlers) -> Celery:
    """The Celery app of one worker: three queues, three tasks."""
    app = Celery("outscope.worker", broker=verified(broker), set_as_current=False)
    names = (
        probes_queue(region),
        worker_queue(region, worker),
        echo_queue(region, worker),
    )
    app.conf.update(
        # Of the default exchange, and not declared: no binding keys, no LLEN, no MULTI, so no
        # rights for them either.
        task_queues=[
            Queue(name, Exchange(""), routing_key=name, no_declare=True) for name in names
        ],
        task_default_queue=names[0],
        task_create_missing_queues=False,
        task_ignore_result=True,
        accept_content=["json"],
        task_serializer="json",
        broker_transport_options=transport_options(),
        broker_connection_timeout=CONNECT_TIMEOUT_S,
        broker_connection_retry_on_startup=True,
        broker_channel_error_retry=True,
        broker_pool_limit=1,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        # there are none; the default warns at each loss
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_detect_quorum_queues=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    _register(app, handlers)
    return app


def build_controller(app: Celery, worker: str, ready: Callable[[], None]) -> WorkController:
    """Celery's worker inside this process, on its threads pool. `start()` blocks until the worker
    is told to stop.
    """
    # What was taken and not begun when the worker stops is late elsewhere too; putting it back
    # needs rights on the
    # shared queue, and without them kombu writes it to a file in the temporary folder.
    Channel.do_restore = False
    for name in ("celery", "kombu"):
        logging.getLogger(name).setLevel(logging.WARNING)  # two lines a message otherwise
    hostname = f"{worker}@{socket.gethostname()}"
    # else pool threads look the tasks up in another, empty app
    setup_worker_optimizations(app, hostname)
    return app.WorkController(
        hostname=hostname,
        pool_cls=LoudThreads,
        concurrency=CONCURRENCY,
        consumer_cls=PatientConsumer,
        ready_callback=lambda _consumer: ready(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )


def _expiring_by(handlers: Handlers) -> type[Request]:
    """Celery's request, except that it expires by the coordinator's clock and not by this
    machine's, which may be wrong.
    """

    class TimedRequest(Request):  # type: ignore[misc]  # Celery is untyped
        def maybe_expire(self) -> bool:
            if self.task_name == TASK_LOOK:
                signed = (self.kwargs or {}).get(SIGNED)
                handlers.arrived(self.args[0] if self.args else None, signed)
            expires: datetime | None = self.expires
            return expires is not None and handlers.now() > expires.timestamp() * 1000

    return TimedRequest


def _register(app: Celery, handlers: Handlers) -> None:
    def take(message: Any = None, *_: Any, **beside: Any) -> None:
        handlers.order(message, beside.get(SIGNED))

    def receipt(message: Any = None, *_: Any, **beside: Any) -> None:
        handlers.receipt(message, beside.get(SIGNED))

    def echo(*_: Any, **__: Any) -> None:
        """Consumed, which is all that it is for."""

    request = _expiring_by(handlers)
    for name, body in ((TASK_LOOK, take), (TASK_RECEIPT, receipt), (TASK_ECHO, echo)):
        app.task(name=name, ignore_result=True, shared=False, Request=request)(body)

    def consumed(**_: Any) -> None:
        handlers.consumed()

    def revoked(request: Any = None, expired: bool = False, **_: Any) -> None:
        handlers.consumed()
        if expired and request.task == TASK_LOOK:
            signed = request.kwargs.get(SIGNED) if isinstance(request.kwargs, dict) else None
            handlers.expired(request.args[0] if request.args else None, signed)

    signals.task_received.connect(consumed, weak=False)
    signals.task_revoked.connect(revoked, weak=False)
