"""Bytes to and from a target, in the clear or under TLS, within the look's deadline.

TLS runs in memory between the socket and us. So a connection can begin in the clear and go on
encrypted, and what the target's certificates say can be read.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.look.vantage import Look
from worker.probes.network.alerts import asks_for_certificate, wants_certificate
from worker.probes.network.connection import RESETS, not_connected

T = TypeVar("T")
CHUNK: Final = 1 << 16
_HANDSHAKE: Final = 1 << 17
"""Bytes of a handshake that are looked through; OpenSSL takes no longer chain."""

HANDSHAKE: Final = "TLS handshake"

BROKEN: Final = (OSError, ValueError)
"""What reading, writing and encrypting may raise: ssl.SSLError and TimeoutError are OSErrors, a bad
name ValueError.
"""


class Stream:
    """An open connection, closed by its holder."""

    __slots__ = (
        "_handshake",
        "_incoming",
        "_look",
        "_loop",
        "_outgoing",
        "_sock",
        "has_spoken",
        "protocol",
        "tls",
    )

    def __init__(self, sock: socket.socket, look: Look) -> None:
        self._sock = sock
        self._look = look
        self._loop = asyncio.get_running_loop()
        self._incoming = self._outgoing = None  # type: ssl.MemoryBIO | None
        self._handshake: bytearray | None = None  # what the target says in it, until it is over
        self.tls: ssl.SSLObject | None = None
        self.protocol = ""
        """The version of TLS, once it is established; OpenSSL forgets it with a broken end."""
        self.has_spoken = False
        """Whether the target has said anything since TLS was established."""

    def close(self) -> None:
        """Close the connection without a goodbye."""
        self._sock.close()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        async with asyncio.timeout(self._look.left_s()):
            if self.tls is None:
                await self._loop.sock_sendall(self._sock, data)
            else:
                tls = self.tls
                try:
                    await self._driven(lambda: tls.write(data))
                except ConnectionError:
                    await self._last_word(tls)
                    raise

    async def receive(self, most: int = CHUNK) -> bytes:
        """What comes next, at most so many bytes; empty when the target has ended the
        connection.
        """
        async with asyncio.timeout(self._look.left_s()):
            if self.tls is None:
                return await self._loop.sock_recv(self._sock, most)
            tls = self.tls
            try:
                data = await self._driven(lambda: tls.read(most))
                self.has_spoken = self.has_spoken or bool(data)
                return data
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def encrypt(self, context: ssl.SSLContext, name: str) -> None:
        """Shake hands, asking for this name. Raises one of BROKEN when that fails."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._handshake = bytearray()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        async with asyncio.timeout(self._look.left_s()):
            await self._driven(tls.do_handshake)
        self.tls, self._handshake = tls, None
        self.protocol = tls.version() or ""

    @property
    def asked_for_certificate(self) -> bool:
        """Whether the target asked for our certificate in a handshake that failed."""
        return self._handshake is not None and asks_for_certificate(bytes(self._handshake))

    async def _last_word(self, tls: ssl.SSLObject) -> None:
        """Raise the alert with which the target closed the connection, when one came before we
        sent.
        """
        assert self._incoming is not None  # noqa: S101 - encrypt made it
        with suppress(ConnectionError, ssl.SSLWantReadError):
            self._incoming.write(await self._loop.sock_recv(self._sock, CHUNK))
            tls.read(1)

    async def _driven(self, step: Callable[[], T]) -> T:
        """Repeat a step of TLS until it has what it needs from the socket."""
        assert self._incoming is not None  # noqa: S101 - encrypt made both
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._loop.sock_recv(self._sock, CHUNK)
                if data:
                    self._incoming.write(data)
                    if self._handshake is not None:
                        self._handshake += data[: _HANDSHAKE - len(self._handshake)]
                else:
                    self._incoming.write_eof()
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._outgoing is not None and self._outgoing.pending:
            await self._loop.sock_sendall(self._sock, self._outgoing.read())


def broken(error: Exception, look: Look, doing: str) -> Fault:
    """What an error of BROKEN says of the target, in the middle of `doing`."""
    if isinstance(error, ssl.SSLEOFError):
        return ended(doing)
    if isinstance(error, ssl.SSLError):
        words = error.reason or "no reason given"
        ours = wants_certificate(words, after_handshake=doing != HANDSHAKE)
        return ours or (Reason.TLS, Blame.TARGET, f"the {doing} failed: {words}")
    if isinstance(error, OSError):
        return _by_system(error.errno, look, doing)
    return Reason.INTERNAL, Blame.PROBER, "the server name cannot be used"


def _by_system(number: int | None, look: Look, doing: str) -> Fault:
    """What it means that the system ended a connection, or, without a number, that we did."""
    dead = f"the connection went dead during the {doing}: nothing was acknowledged"
    reset = Reason.RESET, Blame.PATH, f"the connection was reset during the {doing}"
    ends: dict[int | None, Fault] = {
        None: (Reason.TIMEOUT, Blame.TARGET, f"no {doing} within {look.timeout_ms} ms"),
        errno.ETIMEDOUT: (Reason.TIMEOUT, Blame.PATH, dead),
        **dict.fromkeys(RESETS, reset),
    }
    return ends.get(number) or not_connected(number or 0)


def ended(doing: str) -> Fault:
    """The target closed the connection too early."""
    return Reason.RESET, Blame.TARGET, f"the target closed the connection during the {doing}"
