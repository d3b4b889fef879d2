"""The way by the broker itself: Celery consumes, and a watchdog sees to it that it does."""

import os
from collections.abc import Callable

from celery.worker import state as celery_state

from worker.contract.reloading.broker_link import BrokerLink
from worker.contract.target import address_of
from worker.messaging.celery_app import build_app, build_controller
from worker.messaging.handlers import Handlers
from worker.messaging.publisher import Publisher
from worker.messaging.watchdog import Watchdog


class BrokerWay:
    """One worker's way. `connected` is told when the broker has taken it in; the others are the
    watchdog's.
    """

    def __init__(
        self,
        link: BrokerLink,
        region: str,
        worker: str,
        handlers: Handlers,
        connected: Callable[[], None],
        *,
        excused: Callable[[], bool],
        hung: Callable[[], bool],
        restart: Callable[[], None],
    ) -> None:
        who = f"{worker}.{region}"
        self.sending, watching = Publisher(link.url, who), Publisher(link.url, who)
        app = build_app(link.url, region, worker, handlers)
        self._controller = build_controller(app, who, connected)
        consumer = self._controller.consumer
        link.tell(self.sending.use, watching.use, consumer.use)
        self._watchdog = Watchdog(
            watching,
            region=region,
            worker=worker,
            excused=excused,
            hung=hung,
            cut=consumer.cut,
            restart=restart,
        )

    @property
    def seen_from(self) -> str | None:
        """The address by which the broker sees this worker."""
        seen = self.sending.seen_as
        return seen and address_of(seen)

    def heard(self) -> None:
        """A message was consumed."""
        self._watchdog.heard()

    def run(self) -> int:
        """Consume until told to stop; the exit code."""
        self._watchdog.start()
        self._controller.start()
        self._watchdog.stop()
        return int(self._controller.exitcode or 0)

    def stop(self) -> None:
        """Have `run` come to its end."""
        celery_state.should_stop = os.EX_OK
