"""Results from several sources, in the order in which they were received, in columns and in bounded
memory.

Sources hand over tables whose rows are in any order, and say the moment before which they have
nothing more. Rows received before all such moments are sorted and given out.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from worker.contract.instant import Instant

ORDER: Final = [("received_at", "ascending"), ("id", "ascending")]
_ID_BYTES: Final = 24
FOREVER: Final = 2**62
TRIM_ROWS: Final = 16_384
"""After so many rows, what was freed is given back to the system: the allocator alone keeps half as
much again.
"""


class Pool:
    """Rows that wait for their turn."""

    def __init__(self, schema: Any) -> None:
        self._waiting: list[Any] = []
        self._schema = schema
        self._last: tuple[Instant, str] | None = None
        self.rows = 0
        self.fresh = 0
        """Rows that were added since some were last taken."""
        self._taken = 0

    def add(self, table: Any) -> None:
        """Let rows wait; they have at least `received_at` and `id`."""
        if table.num_rows:
            self._waiting.append(table)
            self.rows += table.num_rows
            self.fresh += table.num_rows

    def take(self, before: Instant) -> Any:
        """The rows received before a moment, in order and each once, as one record batch (None when
        there are none).
        """
        self._trim()
        if not self.rows:
            return None
        table = pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()
        received = _numbers(table, "received_at")
        ready = received < before
        if ready.all():
            self._waiting, self.rows = [], 0
        else:
            rest = table.filter(pa.array(~ready))
            self._waiting, self.rows = [rest], rest.num_rows
            table = table.filter(pa.array(ready)).combine_chunks()
        if table.num_rows == 0:
            return None
        batch = table.to_batches()[0]
        return _once(batch.take(pa.array(order_of(batch))))

    def _trim(self) -> None:
        self._taken += self.fresh
        self.fresh = 0
        if self._taken >= TRIM_ROWS:
            self._taken = 0
            pa.default_memory_pool().release_unused()


def _numbers(table: Any, name: str) -> Any:
    column = table.column(name)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.cast(pa.int64()).to_numpy(zero_copy_only=False)


def order_of(batch: Any) -> Any:
    """The positions of a batch's rows by when they were received, ties by id.

    Ids are hexadecimal digits of one length nearly always: their first eight as a number settle
    nearly every tie.
    """
    received = _numbers(batch, "received_at")
    words = _first_words(batch.column("id"))
    if words is None:
        return pc.sort_indices(batch.select(["received_at", "id"]), sort_keys=ORDER)
    order = np.lexsort((words, received))
    sorted_words, sorted_received = words[order], received[order]
    if (
        (sorted_words[1:] == sorted_words[:-1]) & (sorted_received[1:] == sorted_received[:-1])
    ).any():
        return pc.sort_indices(batch.select(["received_at", "id"]), sort_keys=ORDER)
    return order


def _first_words(ids: Any) -> Any:
    """The first eight characters of each id as a number that sorts alike; None when an id is of
    another length.
    """
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    if ids.null_count or not (np.diff(offsets) == _ID_BYTES).all():
        return None
    start, end = int(offsets[0]), int(offsets[-1])
    text = np.frombuffer(ids.buffers()[2], np.uint8)[start:end].reshape(-1, _ID_BYTES)
    return np.ascontiguousarray(text[:, :8]).view(">u8").ravel().astype(np.uint64)


def _once(batch: Any) -> Any:
    """A sorted batch without rows that are the same result as the one before."""
    received, ids = _numbers(batch, "received_at"), batch.column("id")
    if len(ids) < 2 or not (near := received[1:] == received[:-1]).any():
        return batch
    same = pc.equal(ids.slice(1), ids.slice(0, len(ids) - 1)).to_numpy(zero_copy_only=False) & near
    if not same.any():
        return batch
    return batch.filter(pa.array(np.concatenate(([True], ~same))))
