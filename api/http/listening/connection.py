"""A connection that nobody can hold for nothing: each wait for the client has an end."""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from worker.contract.clock import monotonic_s


@dataclass(frozen=True, slots=True)
class Patience:
    """How long clients are waited for, and how many are served at once."""

    request_s: float = 10.0
    """From the first byte of a request (or from the connection) until the request is whole."""
    idle_s: int = 5
    """Between two requests of one connection."""
    reader_s: float = 60.0
    """While an answer waits for its reader, who takes nothing."""
    connections: int = 1_000


PATIENCE: Final = Patience()


class Connection(HttpToolsProtocol):
    """Notes since when it waits for its client; `overdue` says which have waited for too long."""

    waits_since_s: float | None = None
    """For the rest of a request, or for the first."""
    stuck_since_s: float | None = None
    """For the reader of an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client that is gone without a word is found out by the system's own questions."""
        super().connection_made(transport)
        self.waits_since_s = monotonic_s()
        own = transport.get_extra_info("socket")
        if own is not None and own.family in (socket.AF_INET, socket.AF_INET6):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        """Bytes that are no beginning of a request do not keep the connection open either."""
        super().data_received(data)
        if self.waits_since_s is None and (self.cycle is None or self.cycle.response_complete):
            self.waits_since_s = monotonic_s()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.waits_since_s = self.waits_since_s or monotonic_s()

    def on_message_complete(self) -> None:
        """The request is whole: now the client waits for us."""
        super().on_message_complete()
        self.waits_since_s = None

    def pause_writing(self) -> None:
        """The reader takes less than we make."""
        super().pause_writing()
        self.stuck_since_s = monotonic_s()

    def resume_writing(self) -> None:
        """The reader took what waited."""
        super().resume_writing()
        self.stuck_since_s = None

    def give_up(self) -> None:
        """Close at once: what waits for its reader is let go of."""
        self.transport.abort()

    @property
    def waits(self) -> bool:
        """Whether nothing is asked of us at the moment."""
        return self.cycle is None or bool(self.cycle.response_complete)


def overdue(connections: Iterable[Any], patience: Patience, now_s: float) -> list[Connection]:
    """The connections to give up: those whose clients let us wait, and, when there are too many,
    those that ask nothing, the longest open first.
    """
    ours = [one for one in connections if isinstance(one, Connection)]
    late = [one for one in ours if _late(one, patience, now_s)]
    surplus = len(ours) - len(late) - patience.connections
    if surplus <= 0:
        return late
    idle = [one for one in ours if one.waits and one not in late]
    idle.sort(key=lambda one: one.waits_since_s or now_s)
    return [*late, *idle[:surplus]]


def _late(one: Connection, patience: Patience, now_s: float) -> bool:
    waits, stuck = one.waits_since_s, one.stuck_since_s
    return (waits is not None and now_s - waits > patience.request_s) or (
        stuck is not None and now_s - stuck > patience.reader_s
    )
