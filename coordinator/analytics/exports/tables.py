"""Datasets that are tables of the store, with increments of what changed."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from coordinator.analytics.exports.dataset import Wanted
from coordinator.analytics.exports.rows import Row, columns_of, cursor_behind
from coordinator.archive.reading.record import Record
from coordinator.store.changes import Place, place_of
from coordinator.store.results.exporting import Table


@dataclass(slots=True)
class TableReading:
    """Reads chunks of rows of a table: all of it, or what changed since the cursor's reading
    began.
    """

    schema: Any
    table: Table
    record: Record
    wanted: Wanted
    prepared: Callable[[list[Row]], list[Row]] = list
    """What is to be made of rows before they become columns."""
    skipped: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    _place: Place = field(init=False)
    _began: bool = False
    _ended: bool = False

    def __post_init__(self) -> None:
        self._place = place_of(self.wanted.cursor, self.table.kinds)

    async def begin(self) -> None:
        """Before anything is read, so that the next reading tells what changes meanwhile."""
        self._place = self._place.begun(await self.record.store.exporting.latest(self.table))
        self._began = True

    async def batches(self) -> AsyncGenerator[Any, None]:
        """The rows in columns."""
        if not self._began:
            await self.begin()
        async for rows in self._chunks():
            if rows:
                places = [self._behind(row) for row in rows]
                yield columns_of(self.prepared(rows), self.schema, places)
        self._ended = True

    def _chunks(self) -> AsyncIterator[list[Row]]:
        return self.record.store.exporting.rows(self.table, self._place, self.wanted.filter)

    def _behind(self, row: Row) -> str:
        key, change = self.table.key_of(row), row.get("change", 0)
        return self._place.behind(key, change).to_cursor()

    def cursor(self, last: Any) -> str:
        """The cursor behind a batch's last row."""
        return cursor_behind(last)

    def end(self) -> str | None:
        """The cursor of the next reading, once this one gave all it had."""
        return self._place.end().to_cursor() if self._ended else None
