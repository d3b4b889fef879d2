"""Toys, which no store keeps."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.rows import RowReading
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import field_of, schema_of

_SCHEMA: Final = schema_of(
    "toys", 1, (field_of("name", pa.string(), "what a child calls it", nullable=False),)
)


async def _rows() -> AsyncIterator[list[dict[str, Any]]]:
    yield [{"name": "ball"}, {"name": "kite"}]


def _read(_record: Record, _wanted: Wanted) -> Reading:
    return RowReading(_SCHEMA, _rows(), lambda row: (0, row["name"]))


DATASET: Final = Dataset(
    name="toys",
    about="What there is to play with.",
    order="by name",
    schema=_SCHEMA,
    filters=frozenset(),
    read=_read,
)
