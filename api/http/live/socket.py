"""The answer that is a WebSocket: the messages of the event stream, each of them JSON."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.http.live.stream import Item, Note

WEBSOCKET: Final = "outscope.websocket"
"""In the scope of a request that opens a WebSocket."""
CLOSING: Final = "outscope.closing"
"""In the last part of the answer: code and reason by which it closes (RFC 6455, 7.4)."""
SWITCHING: Final = 101
_WRONG: Final = (1011, "something went wrong on our side; come back with last_event_id")
_GONE: Final = (1001, "")


def is_websocket(request: Request) -> bool:
    """Whether the request opens a WebSocket."""
    return WEBSOCKET in request.scope


class EventSocket(Response):
    """Messages as they come; the note that ends them is also the reason by which it closes."""

    def __init__(self, items: AsyncIterator[Item], headers: Mapping[str, str]) -> None:
        self.status_code = SWITCHING
        self.background = None
        self.raw_headers = [(name.encode(), told.encode()) for name, told in headers.items()]
        self._items = items

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all items, until there are no more or the client is gone."""
        start = {"type": "http.response.start", "status": SWITCHING, "headers": self.raw_headers}
        closing = _WRONG
        try:
            closing = await self._tell(send) if await _sent(send, start) else _GONE
        finally:
            await self._items.aclose()  # type: ignore[attr-defined]  # of a generator
            await _sent(send, {**_part(b""), "more_body": False, CLOSING: closing})

    async def _tell(self, send: Send) -> tuple[int, str]:
        closing = _WRONG
        async for item in self._items:
            if not await _sent(send, _part(item.json)):
                return _GONE
            if isinstance(item, Note):
                closing = (item.code, item.text)
        return closing


def _part(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _sent(send: Send, message: Message) -> bool:
    """Whether somebody is there who takes it."""
    try:
        await send(message)
    except OSError:
        return False
    return True
