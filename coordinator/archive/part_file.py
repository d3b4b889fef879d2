"""The Parquet file of a part: how it is written, and what is true of it.

Rows are sorted by windows of time and within them by check, then time, in small row groups: a
filter by time or by check reads few of them, and rows can still be given out in the order in which
they were received without holding a day.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from coordinator.result_files.columns import REPEATING, RESULTS
from worker.contract.instant import Instant
from worker.contract.result import TIMES

GROUP_ROWS: Final = 8_192
WINDOW_ROWS: Final = 6_144
_PARTS_OF_DAY: Final = (1, 2, 4, 8, 24, 48, 96, 288, 1440)


def windows(rows: int) -> int:
    """Into how many equal windows a day with so many results is cut."""
    return next(
        (parts for parts in _PARTS_OF_DAY if rows <= parts * WINDOW_ROWS), _PARTS_OF_DAY[-1]
    )


@dataclass(slots=True)
class Extent:
    """How many results, and from when to when."""

    rows: int = 0
    scheduled: tuple[Instant, Instant] = (0, 0)
    received: tuple[Instant, Instant] = (0, 0)

    def add(self, batch: Any) -> None:
        """Count a batch, which is not empty."""
        for name in ("scheduled", "received"):
            column = batch.column(f"{name}_at").cast(pa.int64())
            bounds = pa.compute.min_max(column).as_py()
            low, high = getattr(self, name) if self.rows else (bounds["min"], bounds["max"])
            setattr(self, name, (min(low, bounds["min"]), max(high, bounds["max"])))
        self.rows += batch.num_rows


@dataclass(slots=True)
class PartWriter:
    """Writes batches that come in the order of the file."""

    path: Path
    extent: Extent = field(default_factory=Extent)
    _writer: Any = None

    def write(self, batch: Any) -> None:
        """Add a window's rows."""
        if batch.num_rows == 0:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.path,
                RESULTS,
                compression="zstd",
                compression_level=3,
                use_dictionary=[*REPEATING, "detail", "extra"],
                column_encoding=dict.fromkeys(TIMES, "DELTA_BINARY_PACKED"),
                write_page_checksum=True,
                store_schema=True,
            )
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=GROUP_ROWS)
        self.extent.add(batch)

    def close(self) -> None:
        """Finish the file; none is there when no row was written."""
        if self._writer is not None:
            self._writer.close()


def open_part(source: Any) -> Any:
    """A part for reading, names as dictionaries; ArrowException or OSError when it is none.
    Checksums are verified.
    """
    return pq.ParquetFile(source, read_dictionary=list(REPEATING), page_checksum_verification=True)


def digest(source: Any) -> tuple[str, int]:
    """SHA-256 of an open file, hexadecimal, and its size in bytes."""
    sum_, size = sha256(), 0
    while block := source.read(1 << 20):
        sum_.update(block)
        size += len(block)
    return sum_.hexdigest(), size
