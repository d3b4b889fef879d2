"""A connection that nobody can hold for nothing: each wait for the client has an end."""

import asyncio
import socket
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.listening.patience import Watched
from api.http.live.line import LINE, Line
from worker.contract.clock import monotonic_s

FOLLOWED: Final = "/v1/events"


class Connection(Watched, HttpToolsProtocol):
    """One that speaks HTTP, until it becomes a WebSocket."""

    _answered: RequestResponseCycle | None = None
    """The request whose answer goes on, or went last."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client that is gone without a word is found out by the system's own questions."""
        super().connection_made(transport)
        self.waits_since_s = monotonic_s()
        own = transport.get_extra_info("socket")
        if own is not None and own.family in (socket.AF_INET, socket.AF_INET6):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's own, which tells the request that came last; behind an answer that goes on
        that is another one.
        """
        super().connection_lost(exc)
        if self._answered is not None:
            self._answered.disconnected = True
            self._answered.message_event.set()
            line = self._answered.scope.get(LINE)
            if isinstance(line, Line):
                line.gone()

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

    @property
    def follows(self) -> bool:
        """Whether it is held to be told of events."""
        return not self.waits and str(self.scope["path"]).endswith(FOLLOWED)

    @property
    def waits(self) -> bool:
        """Whether nothing is asked of us at the moment."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _should_upgrade(self) -> bool:
        """Only what tells of events can, and not while an answer goes on, which would never learn
        that its reader is gone. Any other request is answered as if it had not asked.
        """
        path = self.url.partition(b"?")[0].decode("latin-1")
        apt = self.scope.get("method") == "GET" and path.endswith(FOLLOWED)
        return apt and self.waits and super()._should_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is wrong (RFC 9110, 7.8)."""
