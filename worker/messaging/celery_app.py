"""The worker's Celery side: its queues, its tasks, and a consumer that always comes back.

Every choice against Celery's defaults has a reason: threads and prefetch 1, because a task only
hands over and more would hoard orders that then expire; JSON only; no result backend, events,
gossip, mingle, heartbeat or remote control, because each costs round trips or needs rights that a
region must not have.
"""

import logging
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from celery import Celery, Task, signals
from celery.app.trace import setup_worker_optimizations
from celery.utils.time import maybe_iso8601
from celery.worker import WorkController
from celery.worker.request import Request
from kombu import Exchange, Queue
from kombu.transport.redis import Channel

from worker.contract.broker import celery_of
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
from worker.contract.settings.rabbitmq import HEARTBEAT_S, exchange_of
from worker.contract.standing.orders import TASK_STANDING
from worker.messaging.consuming import LoudThreads, PatientConsumer
from worker.messaging.handlers import Handlers
from worker.messaging.publisher import CONNECT_TIMEOUT_S

CONCURRENCY: Final = 2


def build_app(broker: str, region: str, worker: str, handlers: Handlers) -> Celery:
    """The Celery app of one worker: three queues, four tasks."""
    app = Celery("outscope.worker", set_as_current=False)
    names = (
        probes_queue(region),
        worker_queue(region, worker),
        echo_queue(region, worker),
    )
    exchange = Exchange(exchange_of(broker), "topic" if exchange_of(broker) else "direct")
    app.conf.update(
        **celery_of(broker),
        broker_heartbeat=HEARTBEAT_S,  # Redis has none
        # Of the exchange that is there, and not declared: no binding keys, no LLEN, no MULTI, so no
        # rights for them either.
        task_queues=[Queue(name, exchange, routing_key=name, no_declare=True) for name in names],
        task_default_queue=names[0],
        task_create_missing_queues=False,
        task_ignore_result=True,
        accept_content=["json"],
        task_serializer="json",
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


def build_controller(app: Celery, worker: str, connected: Callable[[], None]) -> WorkController:
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
        ready_callback=lambda _consumer: connected(),
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
            if expires is None or handlers.holding():
                return False
            return handlers.now() > expires.timestamp() * 1000

    return TimedRequest


def _register(app: Celery, handlers: Handlers) -> None:
    def take(task: Task, message: Any = None, *_: Any, **beside: Any) -> None:
        handlers.order(message, beside.get(SIGNED), _moment(task.request.expires))

    def receipt(message: Any = None, *_: Any, **beside: Any) -> None:
        handlers.receipt(message, beside.get(SIGNED))

    def standing(message: Any = None, *_: Any, **beside: Any) -> None:
        handlers.standing(message, beside.get(SIGNED))

    def echo(*_: Any, **__: Any) -> None:
        """Consumed, which is all that it is for."""

    request = _expiring_by(handlers)
    app.task(name=TASK_LOOK, bind=True, ignore_result=True, shared=False, Request=request)(take)
    for name, body in ((TASK_RECEIPT, receipt), (TASK_STANDING, standing), (TASK_ECHO, echo)):
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


def _moment(expires: Any) -> Instant | None:
    """When a message expires; Celery has refused those whose headers say it in no known way."""
    told = maybe_iso8601(expires)
    return None if told is None else round(told.timestamp() * 1000)
