"""Datagrams to one address and back. A connected socket hears only of that address, and of its
refusals.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Endpoint
from worker.probes.network.connection import not_connected


class Datagrams:
    """A socket for datagrams with one address."""

    __slots__ = ("_loop", "_sock")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()

    def send(self, data: bytes) -> None:
        """Send one datagram. OSError when the system refuses, and when an earlier one was
        refused.
        """
        self._sock.send(data)

    async def receive(self, most: int = 65_535) -> bytes:
        """The next datagram; it is the caller who says how long to wait."""
        return await self._loop.sock_recv(self._sock, most)


@contextmanager
def datagrams(endpoint: Endpoint, look: Look, protocol: int = 0) -> Iterator[Datagrams]:
    """A socket that leaves by the vantage point's own address, where it has one of that family."""
    with socket.socket(endpoint.family, socket.SOCK_DGRAM, protocol) as sock:
        sock.setblocking(False)
        source = look.vantage.source_address
        if source is not None and (":" in source) == (endpoint.family == socket.AF_INET6):
            sock.bind((source, 0))
        sock.connect(endpoint.address)
        yield Datagrams(sock)


def unanswered(error: OSError, timeout_ms: float) -> Fault:
    """What it means that no datagram came back; a silent target and a lost datagram look the
    same.
    """
    if isinstance(error, TimeoutError):
        return Reason.TIMEOUT, Blame.PATH, f"no answer within {timeout_ms:.0f} ms"
    return not_connected(error.errno or 0)
