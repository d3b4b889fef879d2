"""A day of results on disk, by service, in the memory of some ten thousand of them.

The store gives a day in the order of its key, which reads each of its pages once; a part wants one
service. So results are spooled in runs, each sorted by service and within it by time. A service is
then read run by run: in order of time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.compute as pc

from coordinator.result_files.columns import PLAIN, array_of
from coordinator.store.results.archiving import Key

RUN_ROWS: Final = 30_000
BATCH_ROWS: Final = 512
"""Rows that are read back at once; so many are held of each run."""
_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")
_KEY: Final = ("scheduled_at", "id")


@dataclass(slots=True)
class Run:
    """A stretch of the day: which rows of it are of which service, and the keys between which it
    was read.
    """

    first_batch: int
    services: Mapping[str, tuple[int, int]]
    """First row and behind the last one."""
    chunks: Sequence[tuple[Key, Key]]
    read: tuple[int, Any] = field(default=(-1, None))
    """The batch that was read last: the next service begins in it."""


class Spool:
    """Filled with `add`, ended with `finish`, and then read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = pa.ipc.new_file(str(path), PLAIN, options=_OPTIONS)
        self._batches = 0
        self._reader: Any = None
        self._waiting: list[Any] = []
        self._chunks: list[tuple[Key, Key]] = []
        self._rows = 0
        self.runs: list[Run] = []
        self.services: dict[str, int] = {}
        """How many rows there are of each."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._writer.close()

    def add(self, rows: Sequence[Sequence[Any]]) -> Key:
        """Take rows of the store that follow those before by when they were due, then id; the key
        of the last.
        """
        columns = zip(zip(*rows, strict=True), PLAIN, strict=True)
        batch = pa.RecordBatch.from_arrays(
            [array_of(values, kind.type) for values, kind in columns], schema=PLAIN
        )
        self._waiting.append(batch)
        last = _key(batch, batch.num_rows - 1)
        self._chunks.append((_key(batch, 0), last))
        self._rows += batch.num_rows
        if self._rows >= RUN_ROWS:
            self._end_run()
        return last

    def finish(self) -> None:
        """All rows were added."""
        if self._waiting:
            self._end_run()
        self._writer.close()
        self._reader = pa.ipc.open_file(str(self._path))

    def of(self, service: str) -> Iterator[Any]:
        """The rows of a service as record batches, by when they were due, then id."""
        for run in self.runs:
            start, end = run.services.get(service, (0, 0))
            while start < end:
                number, offset = divmod(start, BATCH_ROWS)
                batch = self._batch(run, number).slice(offset, end - start)
                yield batch
                start += batch.num_rows

    def keys(self, run: Run, without: Collection[str]) -> set[Key]:
        """The keys of all rows of a run, but for those of some services."""
        wanted = [PLAIN.get_field_index(name) for name in _KEY]
        reader = pa.ipc.open_file(
            str(self._path), options=pa.ipc.IpcReadOptions(included_fields=wanted)
        )
        last = max(end for _, end in run.services.values())
        numbers = range(run.first_batch, run.first_batch + -(-last // BATCH_ROWS))
        table = pa.Table.from_batches([reader.get_batch(number) for number in numbers])
        found: set[Key] = set()
        for service, (start, end) in run.services.items():
            if service not in without:
                ids, times = (
                    table.column(name).slice(start, end - start) for name in ("id", "scheduled_at")
                )
                found.update(zip(times.cast(pa.int64()).to_pylist(), ids.to_pylist(), strict=True))
        return found

    def _batch(self, run: Run, number: int) -> Any:
        if run.read[0] != number:
            run.read = number, self._reader.get_batch(run.first_batch + number)
        return run.read[1]

    def _end_run(self) -> None:
        (whole,) = pa.Table.from_batches(self._waiting).combine_chunks().to_batches()
        self._waiting = []  # before the next copy is made
        # The sort leaves those of one service in order of time.
        ordered = whole.take(pc.sort_indices(whole.column("service")))
        for start in range(0, ordered.num_rows, BATCH_ROWS):
            self._writer.write_batch(ordered.slice(start, BATCH_ROWS))
        services = {name: (start, end) for start, end, name in stretches(ordered.column("service"))}
        self.runs.append(Run(self._batches, services, self._chunks))
        self._batches += -(-ordered.num_rows // BATCH_ROWS)
        for service, (start, end) in services.items():
            self.services[service] = self.services.get(service, 0) + end - start
        self._chunks, self._rows = [], 0
        pa.default_memory_pool().release_unused()


def stretches(values: Any) -> Iterator[tuple[int, int, Any]]:
    """First row, row behind the last, and value of each stretch of equal values."""
    runs, start = pc.run_end_encode(values), 0
    for end, value in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
        yield start, end, value
        start = end


def _key(batch: Any, row: int) -> Key:
    """The key of a row."""
    at, identifier = (batch.column(name) for name in _KEY)
    return at[row].cast(pa.int64()).as_py(), identifier[row].as_py()
