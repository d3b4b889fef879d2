"""One part of the results of a day and service: made from the spool, described, and read back."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coordinator.archive.manifest import DAY_MS, PARTS, Part, day_text
from coordinator.archive.moving.spool import Spool, stretches
from coordinator.archive.part_file import PartWriter, digest, open_part, windows
from coordinator.archive.place import Place
from coordinator.result_files.columns import with_dictionaries


class Making:
    """A part of those rows of a service that no part has yet."""

    def __init__(self, path: Path, day: int, service: str) -> None:
        self.path = path
        self.day = day
        self.service = service
        self.known: Any = ()
        """The ids of those that parts have."""
        self._writer = PartWriter(path)
        self._ids = sha256()

    def write(self, spool: Spool) -> Iterator[int]:
        """Write the file, a window after the other; how many rows it has by then."""
        length = DAY_MS // windows(spool.services[self.service])
        for rows in cut(spool.of(self.service), length):
            if len(self.known):
                rows = rows.filter(pc.invert(pc.is_in(rows.column("id"), value_set=self.known)))
            # Rows come by time and id, and the sort leaves those of one check so.
            rows = with_dictionaries(rows.take(pc.sort_indices(rows.column("check"))))
            self._writer.write(rows)
            self._ids.update(text_of(rows.column("id")))
            yield self._writer.extent.rows
        self._writer.close()

    def describe(self) -> Part | None:
        """The entry of the part that was written; None when there was no row for it."""
        return (
            described(day_text(self.day), self.service, self._writer)
            if self._writer.extent.rows
            else None
        )

    def check(self, place: Place, part: Part) -> None:
        """OSError unless the part reads back byte by byte, and shows the ids that were written."""
        with place.open(part.file) as file:
            if digest(file) != (part.sha256, part.bytes):
                raise OSError(f"{part.file} was written but reads back differently")
        found = sha256()
        with place.open(part.file) as source, open_part(source) as file:
            for group in range(file.num_row_groups):
                found.update(text_of(file.read_row_group(group, columns=["id"]).column("id")))
        if found.digest() != self._ids.digest():
            raise OSError(f"{part.file} was written but holds other results")


def cut(batches: Iterator[Any], length_ms: int) -> Iterator[Any]:
    """Batches in order of time, anew: all rows of each window of a length in one batch."""
    waiting: list[Any] = []
    window = None
    for batch in batches:
        of = pc.divide(batch.column("scheduled_at").cast(pa.int64()), length_ms)
        for start, end, number in stretches(of):
            if number != window and waiting:
                yield _one(waiting)
                waiting = []
            window = number
            waiting.append(batch.slice(start, end - start))
    if waiting:
        yield _one(waiting)


def text_of(ids: Any) -> bytes:
    """Ids, one a line."""
    return "".join(f"{line}\n" for line in ids.to_pylist()).encode()


def described(day: str, service: str, writer: PartWriter) -> Part:
    """The entry of a part that was written."""
    with writer.path.open("rb") as file:
        sum_, size = digest(file)
    extent = writer.extent
    return Part(
        file=f"{PARTS}/day={day}/service={service}/{sum_[:16]}.parquet",
        schema="results/1",
        day=day,
        service=service,
        rows=extent.rows,
        bytes=size,
        sha256=sum_,
        first_scheduled_at=extent.scheduled[0],
        last_scheduled_at=extent.scheduled[1],
        first_received_at=extent.received[0],
        last_received_at=extent.received[1],
    )


def ids_in(place: Place, parts: list[Part]) -> Any:
    """The ids of all results in parts."""
    found = []
    for part in parts:
        with place.open(part.file) as source, open_part(source) as file:
            found += file.read(columns=["id"]).column("id").chunks
    return pa.chunked_array(found, pa.string())


def _one(batches: list[Any]) -> Any:
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole
