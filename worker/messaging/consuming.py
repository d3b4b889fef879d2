"""A Celery consumer that always comes back, and its pool of threads."""

import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from celery.concurrency.thread import ApplyResult, TaskPool
from celery.worker import loops
from celery.worker.consumer import Consumer
from celery.worker.state import maybe_shutdown
from kombu import Connection

from worker.contract.broker import celery_of
from worker.contract.clock import monotonic_s
from worker.contract.settings.rabbitmq import is_rabbitmq
from worker.messaging.refusal import advice

RETRY_MAX_S: Final = 2.0
"""Longest pause between attempts to reach the broker; kombu's own grows to 30 s."""
TELL_AGAIN_S: Final = 60.0
REFUSED_PAUSE_S: Final = 1.0

log = logging.getLogger(f"outscope.{__name__}")


class _OtherBrokerError(Exception):
    """While we try to connect, another URL has come into use."""


class PatientConsumer(Consumer):  # type: ignore[misc]  # Celery is untyped
    """Celery's consumer, back within seconds however long the broker was away, and not stopped by
    any message.
    """

    _explained_s = float("-inf")
    _url = ""

    def use(self, broker: str) -> None:
        """Consume by another URL from the next message on. From any thread; nothing that the
        broker has handed out is lost by it.
        """
        self.app.conf.update(celery_of(broker))
        if is_rabbitmq(broker):  # which gives again what was taken and not acknowledged
            self.cut()

    @property
    def _outdated(self) -> bool:
        return bool(self._url != self.app.conf.broker_url)

    def connection_for_read(self, heartbeat: Any = None) -> Connection:
        """As Celery's own, by the URL that is in use when it succeeds."""
        while True:
            self._url = self.app.conf.broker_url  # before: what changes from here on is noticed
            try:
                return _as_quorum_queues_want(super().connection_for_read(heartbeat=heartbeat))
            except _OtherBrokerError:
                log.info("broker_changed while it was not reached")

    def _go_on(self) -> None:
        maybe_shutdown()
        if self._outdated:
            raise _OtherBrokerError

    def _take_next(self, take: Callable[..., None], timeout: Any = None) -> None:
        """Ask for the next message; at this moment none is on its way. By another URL it is asked
        for once those that came are in hands from which a new connection does not take them.
        """
        if not self._outdated:
            take(timeout)
        elif not self.controller.semaphore._waiting:  # noqa: SLF001  Celery drops what waits there
            raise ConnectionResetError("reconnecting by another URL")

    def ensure_connected(self, conn: Connection) -> Connection:
        """Try for ever, with short pauses; complain at first and then once a minute."""
        told_s = float("-inf")

        def complain(error: Exception, interval: float) -> None:
            nonlocal told_s
            if monotonic_s() - told_s >= TELL_AGAIN_S:
                told_s = monotonic_s()
                todo = advice(error)
                log.warning("broker_unreachable broker=%s error=%s%s", conn.as_uri(), error, todo)

        conn.ensure_connection(
            complain,
            None,
            interval_start=0.5,
            interval_step=0.5,
            interval_max=RETRY_MAX_S,
            callback=self._go_on,
        )
        self.first_connection_attempt = False
        return conn

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Celery's own clearing up; a refusal by the broker, which comes back at once, is not asked
        for in a rush, and is explained once a minute.
        """
        super().on_connection_error_after_connected(exc)
        todo = advice(exc)
        if todo and monotonic_s() - self._explained_s >= TELL_AGAIN_S:
            self._explained_s = monotonic_s()
            log.warning("broker_refused error=%s%s", exc, todo)
        if isinstance(exc, self.channel_errors):
            time.sleep(REFUSED_PAUSE_S)

    def loop(self, *args: Any) -> None:
        """Celery's own loop. A message that the transport cannot even read costs a reconnection,
        not the process.
        """
        for channel in self._channels():
            if hasattr(channel, "_brpop_start"):  # of Redis
                channel._brpop_start = partial(self._take_next, channel._brpop_start)  # noqa: SLF001
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
        own = getattr(getattr(self.connection, "_connection", None), "transport", None)
        _shut(getattr(own, "sock", None))  # of RabbitMQ
        for channel in self._channels():
            client = vars(channel).get("client")  # only if it exists: the property would connect
            _shut(getattr(getattr(client, "connection", None), "_sock", None))

    def _channels(self) -> list[Any]:
        connection = self.connection
        return list(getattr(connection and connection.transport, "channels", None) or ())


def _shut(link: socket.socket | None) -> None:
    if link is not None:
        try:
            # not that of TLS, after which the client cannot close it any more
            socket.socket.shutdown(link, socket.SHUT_RDWR)
        except OSError as error:
            log.info("socket_was_dead error=%s", error)


def _as_quorum_queues_want(connection: Connection) -> Connection:
    """The same, told to bound what is prefetched for each queue: Celery would for the channel,
    which quorum queues refuse; where it knows of them it also asks for queues of its own.
    """
    connection.transport.qos_semantics_matches_spec = lambda _connection: True
    return connection


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
