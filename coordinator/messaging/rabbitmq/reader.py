"""A connection that has the queues declared and takes reports from them, a few of each at a
time.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.basic_message import Message

from coordinator.messaging.rabbitmq.envelope import bounded_frames
from coordinator.messaging.sources import Source
from worker.contract.broker import verified
from worker.contract.message import echo_queue, probes_queue, worker_queue
from worker.contract.settings.rabbitmq import EXCHANGE, HEARTBEAT_S, OPTIONS, tls_of, vhost_of

PREFETCH: Final = 4
"""Reports of one queue that may be here and not handed over: each may be large."""
_QUORUM: Final = MappingProxyType({"x-queue-type": "quorum", "x-delivery-limit": 20})
_REPORTS: Final = MappingProxyType(
    {**_QUORUM, "x-max-length": 50_000, "x-overflow": "reject-publish"}
)
"""What is too much is refused, and stays with its sender."""
SHARED_BYTES: Final = 256 << 20
OWN_BYTES: Final = 32 << 20
_ORDERS: Final = MappingProxyType(
    {
        **_QUORUM,
        "x-max-length": 2_000,
        "x-max-length-bytes": 32 << 20,
        "x-overflow": "drop-head",
    }
)
"""The oldest orders make room: they are the most likely to have expired."""
_ECHOES: Final = MappingProxyType({"x-max-length": 20, "x-overflow": "drop-head"})


def connect(url: str, **options: Any) -> Connection:
    """A connection to a server, made; its own exceptions or OSError when that fails."""
    parts = urlsplit(verified(url))
    tls = tls_of(verified(url))
    connection = Connection(
        host=f"{parts.hostname}:{parts.port or (5671 if tls else 5672)}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=vhost_of(url),
        ssl=tls or False,
        **{**OPTIONS, **options},
    )
    try:
        connection.connect()
    except BaseException:
        connection.collect()
        raise
    return connection


def trouble_with(url: str) -> str:
    """What is wrong with a way to the broker, without its secrets; empty when it works."""
    try:
        connect(url).close()
    except Exception as error:  # the client has many kinds, of its own and of the socket
        return f"the broker cannot be used by it: {error}"
    return ""


class Reader:
    """Takes from these sources; without `reports` it only has the queues declared. Every wait is
    bounded, and a link that is dead is noticed by its heartbeats.
    """

    def __init__(self, url: str, sources: Sequence[Source], *, reports: bool) -> None:
        self._url = url
        self._sources = sources
        self._reports = reports
        self._waiting: dict[Source, deque[Message]] = {source: deque() for source in sources}

    def __enter__(self) -> "Reader":
        self._connection = connect(
            self._url, heartbeat=2 * HEARTBEAT_S, frame_handler=bounded_frames
        )
        try:
            self._channel = self._connection.channel()
            self._declare()
            if self._reports:
                self._channel.basic_qos(0, PREFETCH, False)  # for each queue
                for source in self._sources:
                    self._channel.basic_consume(source.queue, callback=self._taker(source))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.collect()  # nothing is asked of a server that may be dead

    def wait(self, timeout_s: float) -> None:
        """Until something comes, at most so long."""
        self._connection.heartbeat_tick()
        with suppress(TimeoutError):
            self._connection.drain_events(timeout=timeout_s)

    @property
    def waiting(self) -> Mapping[Source, Sequence[Message]]:
        """What came and was not taken."""
        return self._waiting

    def take(self, source: Source, most: int) -> list[Message]:
        """The oldest that came of a source; from now on they are ours."""
        waiting = self._waiting[source]
        taken = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        for message in taken:
            self._channel.basic_ack(message.delivery_tag)
        return taken

    def length(self, source: Source) -> int:
        """How many wait at the server."""
        return int(self._channel.queue_declare(source.queue, passive=True).message_count)

    def _declare(self) -> None:
        self._channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
        for source in self._sources:
            most = OWN_BYTES if source.worker else SHARED_BYTES
            self._queue(source.queue, {**_REPORTS, "x-max-length-bytes": most})
            if source.worker:
                self._queue(worker_queue(source.region, source.worker), _ORDERS)
                self._queue(echo_queue(source.region, source.worker), _ECHOES)
            else:
                self._queue(probes_queue(source.region), _ORDERS)

    def _queue(self, name: str, arguments: Mapping[str, Any]) -> None:
        self._channel.queue_declare(
            name, durable=True, auto_delete=False, arguments=dict(arguments)
        )
        self._channel.queue_bind(name, EXCHANGE, name)

    def _taker(self, source: Source) -> Any:
        return self._waiting[source].append
