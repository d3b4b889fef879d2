"""One export: its bytes as a stream, and the summary that tells whether all of them arrived."""

import asyncio
import zlib
from asyncio import get_running_loop
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol

from backports import zstd

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.format import PACKED_SUFFIX, Format
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import part_of

PIECE_ROWS: Final = 4_096
"""Rows that become text at once: it is several times as large as its columns."""
_GZIP: Final = 31
_GZIP_LEVEL: Final = 4
_ZSTD_LEVEL: Final = 3


@dataclass(slots=True)
class Summary:
    """What was given out so far; `complete` once all of it was. `cursor` stands behind the last
    row, or, when there was no more, where the next increment begins.
    """

    rows: int = 0
    bytes: int = 0
    sha256: str = ""
    cursor: str | None = None
    complete: bool = False
    skipped: dict[str, str] = field(default_factory=dict)
    """Files of the archive that could not be read, and why: their rows are missing."""


@dataclass(slots=True)
class Export:
    """A dataset, what of it, and how it is written."""

    dataset: Dataset
    format: Format
    compression: str
    wanted: Wanted
    header: bool = True
    summary: Summary = field(default_factory=Summary)
    _reading: Reading | None = None

    @property
    def file_name(self) -> str:
        """What a file of it is called."""
        packed = "" if self.format.packs else PACKED_SUFFIX[self.compression]
        return f"{self.dataset.name}{self.format.suffixes[0]}{packed}"

    async def begin(self, record: Record) -> None:
        """Before the first byte; ValueError for a cursor that cannot be gone on from."""
        self._reading = self.dataset.read(record, self.wanted)
        await self._reading.begin()

    async def stream(
        self, record: Record, threads: Executor | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The bytes, in pieces. The summary is complete when the stream ended by itself.

        They are written in a thread of these, or else in one of its own.
        """
        schema = part_of(self.dataset.schema, self.wanted.columns)
        writer = self.format.writer(schema, self.compression, self.header)
        pack = _packer("none" if self.format.packs else self.compression)
        digest, thread = sha256(), threads or ThreadPoolExecutor(1, "writing")

        def counted(data: bytes) -> bytes:
            digest.update(data)
            self.summary.bytes += len(data)
            return data

        def written(batch: Any) -> bytes:
            return counted(pack.compress(writer.add(batch.select(schema.names).cast(schema))))

        reading = self._reading or self.dataset.read(record, self.wanted)
        loop = get_running_loop()
        batches = _ahead(_limited(reading.batches(), self.wanted.limit))
        try:
            yield await loop.run_in_executor(thread, lambda: counted(pack.compress(writer.begin())))
            async for batch in batches:
                for piece in _pieces(batch, batch.num_rows if self.format.packs else PIECE_ROWS):
                    yield await loop.run_in_executor(thread, written, piece)
                    self.summary.rows += piece.num_rows
                    self.summary.cursor = reading.cursor(piece)
            yield await loop.run_in_executor(
                thread, lambda: counted(pack.compress(writer.end()) + pack.flush())
            )
            self._finish(reading, digest.hexdigest())
        finally:
            await batches.aclose()
            if threads is None:
                thread.shutdown(wait=False)

    def _finish(self, reading: Reading, digest: str) -> None:
        self.summary.sha256 = digest
        self.summary.skipped = dict(reading.skipped)
        self.summary.cursor = reading.end() or self.summary.cursor
        self.summary.complete = True


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def _packer(compression: str) -> _Packer:
    packers: dict[str, Callable[[], Any]] = {
        "none": _Plain,
        "gzip": lambda: zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP),
        "zstd": lambda: zstd.ZstdCompressor(_ZSTD_LEVEL),
    }
    made: _Packer = packers[compression]()
    return made


def _pieces(batch: Any, rows: int) -> Iterator[Any]:
    for start in range(0, batch.num_rows, max(rows, 1)):
        yield batch.slice(start, rows)


async def _limited(
    batches: AsyncGenerator[Any, None], limit: int | None
) -> AsyncGenerator[Any, None]:
    left = limit
    try:
        async for batch in batches:
            if left is not None and batch.num_rows >= left:
                yield batch.slice(0, left)
                return
            left = None if left is None else left - batch.num_rows
            yield batch
    finally:
        await batches.aclose()


async def _ahead(batches: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    """The same batches, the next one read while one is used."""

    async def one() -> Any:
        return await anext(batches, None)

    coming = asyncio.create_task(one())
    try:
        while (batch := await coming) is not None:
            coming = asyncio.create_task(one())
            yield batch
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await coming
        await batches.aclose()
