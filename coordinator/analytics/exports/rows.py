"""Datasets that are small enough to be read row by row from the store: rows to columns, position to
cursor.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import orjson
import pyarrow as pa

from coordinator.result_files.columns import array_of, is_json
from coordinator.store.paging import cursor_of

NAMES = pa.list_(pa.string())
Row = dict[str, Any]
Place = tuple[int, str]
"""A moment in milliseconds (0 where the order has none) and an id."""


@dataclass(frozen=True, slots=True)
class RowReading:
    """Reads chunks of rows; `place` names the position of a row."""

    schema: Any
    chunks: AsyncIterator[list[Row]]
    place: Callable[[Row], Place]
    skipped: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    _last: list[Place] = field(default_factory=list)

    async def batches(self) -> AsyncGenerator[Any, None]:
        """The rows in columns."""
        async for rows in self.chunks:
            yield columns_of(rows, self.schema, self.place)

    def cursor(self, last: Any) -> str:
        """The cursor behind a batch's last row."""
        row = last.slice(last.num_rows - 1).to_pylist()[0]
        return cursor_of(row["_at"], row["_id"])


def columns_of(rows: list[Row], schema: Any, place: Callable[[Row], Place]) -> Any:
    """Rows of plain values as a batch, with the position of each in `_at` and `_id`."""
    places = [place(row) for row in rows]
    arrays = [_array(rows, told) for told in schema]
    extra = [
        pa.array([at for at, _ in places], pa.int64()),
        pa.array([identifier for _, identifier in places]),
    ]
    return pa.RecordBatch.from_arrays([*arrays, *extra], names=[*schema.names, "_at", "_id"])


def _array(rows: list[Row], told: Any) -> Any:
    values = [row[told.name] for row in rows]
    if is_json(told):
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    return array_of(values, told.type)
