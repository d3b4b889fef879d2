"""A connection to the broker on which what is read stays small, whatever lies there: a reply that
is too long is passed over without being kept.
"""

import socket
from collections.abc import Iterator
from typing import Any, Final

from redis._parsers.resp2 import _RESP2Parser
from redis.backoff import NoBackoff
from redis.connection import Connection, parse_url
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as SlowError
from redis.retry import Retry

from coordinator.messaging.envelope import MOST_MESSAGE
from worker.contract.broker import CONNECTION, verified

MOST_REPLY: Final = 8 << 20
"""Bytes of one reply after which no more of it is kept: at most this and one message more."""
ANSWER_S: Final = 0.5
"""So long a refusal takes at most."""
_CHUNK: Final = 65_536
_KEPT: Final = ("host", "port", "db", "username", "password", "connection_class")
_SOCKET: Final = ("socket_timeout", "socket_connect_timeout", "socket_keepalive")

Command = tuple[str | bytes | int | float, ...]


class TooLong(int):
    """In the place of a text that was passed over: its length."""


class Link:
    """One connection. Every question is answered within the socket's timeout, or the link is
    given up: so it is never half-open for longer. A server that throws out those who take too much
    of its memory keeps this one, which takes what others wrote.
    """

    def __init__(self, url: str) -> None:
        options = _options(url)
        make = options.pop("connection_class", Connection)
        self._connection = make(
            **options,
            **{name: CONNECTION[name] for name in _SOCKET},
            protocol=2,
            parser_class=BoundedParser,
            retry=Retry(NoBackoff(), 0),
        )

    def __enter__(self) -> "Link":
        self._connection.connect()
        list(self.ask(("CLIENT", "NO-EVICT", "ON")))  # Redis 6, and older access lists, refuse it
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.disconnect()

    def ask(self, *commands: Command) -> Iterator[Any]:
        """The replies to commands that are sent together, each read when it is wanted. All must be
        taken. A refusal is among them as a ResponseError.
        """
        self._connection.send_packed_command(self._connection.pack_commands(commands))
        for _ in commands:
            try:
                yield self._connection.read_response()
            except ResponseError as error:
                yield error

    def one(self, *command: str | bytes | int | float) -> Any:
        """The reply to one command; a refusal is raised."""
        (reply,) = self.ask(command)
        return granted(reply)

    def makes_room(self, length: int) -> bool:
        """Whether the server waits for a text of this length once it is announced, and does not
        refuse it. Nothing of it is sent; the link is of no more use.
        """
        begun = f"*2\r\n$4\r\nPING\r\n${length}\r\n".encode()
        self._connection.send_packed_command([begun], check_health=False)
        self._connection._sock.settimeout(ANSWER_S)  # noqa: SLF001 - the client has no other way
        try:
            self._connection.read_response()
        except RedisError as error:
            return isinstance(error, SlowError)
        return False

    @property
    def database(self) -> int:
        """The number of the server's database that this is a link to."""
        return int(self._connection.db)


def granted(reply: Any) -> Any:
    """The reply, unless it is a refusal."""
    if isinstance(reply, ResponseError):
        raise reply
    return reply


def trouble_with(url: str) -> str:
    """What is wrong with a way to the broker, without its secrets; empty when it works."""
    try:
        with Link(url) as link:
            link.one("PING")
    except Exception as error:  # the client has many kinds, of its own and of the socket
        return f"the broker cannot be used by it: {error}"
    return ""


def _options(url: str) -> dict[str, Any]:
    told: dict[str, Any] = parse_url(verified(url))  # type: ignore[no-untyped-call]
    options = {name: value for name, value in told.items() if name in _KEPT or name[:4] == "ssl_"}
    flag = options.get("ssl_cert_reqs")
    if isinstance(flag, str):  # as Celery writes it: CERT_REQUIRED
        options["ssl_cert_reqs"] = flag.removeprefix("CERT_").lower()
    return options


class BoundedBuffer:
    """Reads lines and texts of a reply from a socket, and keeps no more of it than is allowed."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._bytes = bytearray()
        self._at = 0
        self._taken = 0

    def begin(self) -> None:
        """A new reply."""
        self._taken = 0

    def readline(self, **_: Any) -> bytes:
        """The next line, without its end."""
        while (end := self._bytes.find(b"\r\n", self._at)) < 0:
            self._fill()
        line = bytes(self._bytes[self._at : end])
        self._at = end + 2
        return line

    def read(self, length: int, **_: Any) -> bytes | TooLong:
        """A text of this length, or its length when it is too much."""
        if length > MOST_MESSAGE or self._taken > MOST_REPLY:
            self._skip(length + 2)
            return TooLong(length)
        self._taken += length
        while len(self._bytes) - self._at < length + 2:
            self._fill()
        text = bytes(memoryview(self._bytes)[self._at : self._at + length])
        self._at += length + 2
        return text

    def can_read(self, timeout: float = 0) -> bool:
        """Whether something has come already."""
        return len(self._bytes) > self._at

    def get_pos(self) -> int:
        """Where we are in what was read."""
        return self._at

    def rewind(self, at: int) -> None:
        """Back to a place: nothing was taken."""
        self._at = at

    def purge(self) -> None:
        """Forget what was taken."""
        del self._bytes[: self._at]
        self._at = 0

    def close(self) -> None:
        """The connection has ended."""
        self._bytes.clear()
        self._at = 0

    def _skip(self, length: int) -> None:
        self.purge()
        while length > len(self._bytes):
            length -= len(self._bytes)
            self._bytes.clear()
            self._fill()
        del self._bytes[:length]

    def _fill(self) -> None:
        chunk = self._link.recv(_CHUNK)
        if not chunk:
            raise LostError("the broker closed the connection")
        self._bytes += chunk


class BoundedParser(_RESP2Parser):
    """The client's own parser, on a bounded buffer."""

    _buffer: Any
    _sock: Any

    def on_connect(self, connection: Any) -> None:
        """A new connection."""
        super().on_connect(connection)  # type: ignore[no-untyped-call]
        self._buffer = BoundedBuffer(self._sock)

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """One reply."""
        self._buffer.begin()
        return super().read_response(*args, **kwargs)
