"""A connection that became a WebSocket (RFC 6455): it tells what happens, and is told nothing."""

import logging
from typing import Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from api.http.listening.patience import Watched
from worker.contract.clock import monotonic_s

LONGEST: Final = 4_096
"""Bytes of a frame of a client: nobody has anything to say here."""
PING_S: Final = 20.0
"""So often a client is asked whether it is there; its library answers by itself."""
_TROUBLES: Final = logging.getLogger(f"outscope.{__name__}")
_TROUBLES.setLevel(logging.WARNING)  # two lines a client otherwise, with what it asked for
_TELLS_ONLY: Final = "this only tells; what you want of it goes into the address"


class TellingSocket(Watched, WebSocketsSansIOProtocol):
    """As uvicorn's own; what a client says ends it, and is not kept."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = self.conn.logger = _TROUBLES

    @property
    def follows(self) -> bool:
        """It is held to be told of events."""
        return True

    @property
    def waits(self) -> bool:
        """Something is asked of us, for as long as it is open."""
        return False

    def shutdown(self) -> None:
        """The process stops. Who follows is told so by what it follows."""
        if not self.handshake_complete:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        """As uvicorn's own; a request too large to open one is told so."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._ends()
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def handle_text(self, event: Frame) -> None:
        """Refuse a message."""
        self._refuse()

    def handle_bytes(self, event: Frame) -> None:
        """Refuse a message."""
        self._refuse()

    def handle_cont(self, event: Frame) -> None:
        """The rest of a message that was refused."""

    def handle_parser_exception(self) -> None:
        """As uvicorn's own; what comes before it is open is not answered."""
        if self.conn.close_sent is not None:
            self._ends()
            super().handle_parser_exception()
        else:
            self.give_up()

    def keepalive_timeout(self) -> None:
        """As uvicorn's own."""
        self._ends()
        super().keepalive_timeout()

    async def send(self, message: Any) -> None:
        """As uvicorn's own; ClientDisconnected as soon as the end was said, by either side."""
        await self.writable.wait()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)
        if message["type"] == "websocket.close":
            self._ends()

    def _refuse(self) -> None:
        if self.handshake_complete and not self.close_sent:
            self.conn.send_close(CloseCode.UNSUPPORTED_DATA, _TELLS_ONLY)
            self.handle_parser_exception()

    def _ends(self) -> None:
        """The end was said: who does not take it in time is given up."""
        self.waits_since_s = monotonic_s()
