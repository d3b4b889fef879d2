"""Who looked from where."""

from typing import Final

import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.tables import TableReading
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import NAME, TIME, field_of, schema_of
from coordinator.store.results.exporting import WORKER

_SCHEMA: Final = schema_of(
    "workers",
    1,
    (
        field_of("region", NAME, "where the worker looks from", nullable=False),
        field_of("worker", pa.string(), "its name in that region", nullable=False),
        field_of("first_heard_at", TIME, "when it was heard first", nullable=False),
        field_of(
            "last_heard_at",
            TIME,
            "when it was heard last; `since` and `until` bound this",
            nullable=False,
        ),
        field_of("address", pa.string(), "the address that it was heard from"),
        field_of("asn", pa.int64(), "the network of that address"),
        field_of("ip_country", NAME, "the country of that address"),
        field_of("vitals", pa.string(), "JSON: what it told of itself last", json=True),
    ),
)


def _read(record: Record, wanted: Wanted) -> Reading:
    return TableReading(_SCHEMA, WORKER, record, wanted)


DATASET: Final = Dataset(
    name="workers",
    about="Every worker that was ever heard.",
    order="by region, then worker; `since` and `until` bound `last_heard_at`",
    schema=_SCHEMA,
    filters=frozenset({"region", "worker", "since", "until"}),
    increment=(
        "all of it once more, for it is small and always changes: it takes the place of what was"
        " given; a worker that was silent for a week is not in it any more"
    ),
    read=_read,
)
