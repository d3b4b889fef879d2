"""Result records as a stream of bytes. Encoding and compression run beside the event loop, a chunk at a time."""

import zlib
from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from typing import Final

from api.encoding import encode
from worker.contract.result import Result, to_record

NDJSON: Final = "application/x-ndjson"
GZIP: Final = "application/gzip"
_GZIP_FORMAT: Final = 31
_LEVEL: Final = 5


async def lines(chunks: AsyncIterator[list[Result]]) -> AsyncIterator[bytes]:
    """NDJSON: one record a line."""
    async for chunk in chunks:
        yield await to_thread(_lines, chunk)


def _lines(results: Sequence[Result]) -> bytes:
    return b"".join(encode(to_record(result)) + b"\n" for result in results)


async def gzipped(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The parts as one gzip member."""
    press = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_FORMAT)
    async for part in parts:
        if pressed := await to_thread(press.compress, part):
            yield pressed
    yield press.flush()
