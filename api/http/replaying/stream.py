"""The answer that is a replay: what it wrote goes away with it, and its place is free again."""

from asyncio import to_thread
from collections.abc import AsyncGenerator
from shutil import rmtree
from typing import Final

from starlette.types import Receive, Scope, Send

from api.http.replaying.job import Job
from api.http.sources.export_places import ExportPlace
from api.http.sources.export_stream import ExportStream

MEDIA_TYPE: Final = "application/x-ndjson"


class ReplayStream(ExportStream):
    """Streams the lines of a replay; a reader that goes away ends it at once."""

    def __init__(self, lines: AsyncGenerator[bytes, None], place: ExportPlace, job: Job) -> None:
        super().__init__(lines, place, MEDIA_TYPE, {"cache-control": "no-store"})
        self._job = job

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and clear up."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await to_thread(rmtree, self._job.folder, ignore_errors=True)
