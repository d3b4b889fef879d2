"""Datasets that are small enough to be read row by row from the store: rows to columns, position to
cursor.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import orjson
import pyarrow as pa

from coordinator.result_files.columns import array_of, is_json
from coordinator.store.paging import cursor_of

NAMES = pa.list_(pa.string())
Row = dict[str, Any]
CURSOR: Final = "_cursor"
Place = tuple[int, str]
"""A moment in milliseconds (0 where the order has none) and an id."""


@dataclass(frozen=True, slots=True)
class RowReading:
    """Reads chunks of rows; `place` names the position of a row."""

    schema: Any
    chunks: AsyncIterator[list[Row]]
    place: Callable[[Row], Place]
    skipped: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    async def begin(self) -> None:
        """Nothing is to be decided."""

    def end(self) -> str | None:
        """The cursor behind the last row is that of what comes later."""
        return None

    async def batches(self) -> AsyncGenerator[Any, None]:
        """The rows in columns."""
        async for rows in self.chunks:
            yield columns_of(rows, self.schema, [cursor_of(*self.place(row)) for row in rows])

    def cursor(self, last: Any) -> str:
        """The cursor behind a batch's last row."""
        return cursor_behind(last)


def cursor_behind(last: Any) -> str:
    """The cursor that `columns_of` put behind the last row of a batch."""
    found: str = last.column(CURSOR)[last.num_rows - 1].as_py()
    return found


def columns_of(rows: list[Row], schema: Any, cursors: list[str]) -> Any:
    """Rows of plain values as a batch, with the cursor behind each in `_cursor`."""
    arrays = [*(_array(rows, told) for told in schema), pa.array(cursors, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, names=[*schema.names, CURSOR])


def _array(rows: list[Row], told: Any) -> Any:
    values = [row[told.name] for row in rows]
    if is_json(told):
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    return array_of(values, told.type)
