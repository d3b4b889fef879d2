"""The answer that is an event stream: one task a client, and little more, for there are many."""

from collections.abc import AsyncIterator, Coroutine, Mapping
from functools import partial
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.answers.prefix import HEAD
from api.http.live.frames import RETRY_MS, Frame
from api.http.live.line import LINE, Line
from api.http.live.stream import Beat, Item

ONWARD: Final = "outscope.onward"
"""In the scope of a request: where a stream is put that goes on behind the app."""
_NEEDED: Final = frozenset({"type", "method", "path", "http_version", "scheme"})
"""What the server asks of a scope while an answer goes on."""
_HTTP: Final = {"type": "http"}


class EventStream(Response):
    """Messages as they come (HTML Living Standard, 9.2), those over the `line` at once. That a
    client is gone is told over the line, too, by a server that does; else it is found at the next
    beat.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        items: AsyncIterator[Item],
        headers: Mapping[str, str],
        line: Line | None = None,
        status_code: int = 200,
    ) -> None:
        self.status_code = status_code
        self._line = line
        self.background = None
        self.init_headers(headers)
        self._items = items

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all items, until there are no more or the client is gone."""
        start = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        await send(start)
        if HEAD in scope:
            await send({"type": "http.response.body", "body": b""})
            return
        await send(_part(b"retry: %d\n\n" % RETRY_MS))  # headers are held back until then
        onward: list[EventStream] | None = scope.get(ONWARD)
        if onward is None:
            await self.go_on(scope, receive, send)
        else:
            onward.append(self)

    async def go_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What follows the beginning."""
        if self._line is not None:
            scope[LINE] = self._line
            self._line.tell = partial(_sent_at_once, send)
        try:
            async for item in self._items:
                await send(_part(item.sse))
                if isinstance(item, Beat) and await Request(_HTTP, receive).is_disconnected():
                    return
        finally:
            await self._items.aclose()  # type: ignore[attr-defined]  # of a generator
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def answered(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Have the app answer. A stream of events goes on when the app has returned: what it went
    through to answer would else stay in memory for each of thousands of clients.
    """
    onward: list[EventStream] = []
    scope[ONWARD] = onward
    await app(scope, receive, send)
    for stream in onward:
        for name in scope.keys() - _NEEDED:
            del scope[name]
        await stream.go_on(scope, receive, send)


def _sent_at_once(send: Send, frame: Frame) -> bool:
    """Whether it was sent. Where a reader is waited for it was not: that comes before anything is
    written.
    """
    sending = cast("Coroutine[Any, Any, None]", send(_part(frame.sse)))
    try:
        sending.send(None)
    except StopIteration:
        return True
    except Exception:  # the task of the client meets it again, and ends by it
        return False
    sending.close()
    return False


def _part(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}
