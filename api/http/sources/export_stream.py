"""The answer that is an export: made only as fast as its reader takes it."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.answers.prefix import HEAD
from api.http.sources.export_places import ExportPlace

PIECE: Final = 65_536
"""Bytes handed to the connection at once: it takes no more while so many wait for the reader."""


class ExportStream(StreamingResponse):
    """Streams an export, and gives its place back when that is over, however it ended."""

    def __init__(
        self,
        made: AsyncGenerator[bytes, None],
        place: ExportPlace,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(_pieces(made), media_type=media_type, headers=headers)
        self._made = made
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a reader that goes away ends the export at once."""
        try:
            if scope.get(HEAD):
                begin = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                await send(begin)
                await send({"type": "http.response.body", "body": b""})
            else:
                await super().__call__(scope, receive, send)
        finally:
            self._place.free()
            await self._made.aclose()


async def _pieces(made: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async for data in made:
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]
