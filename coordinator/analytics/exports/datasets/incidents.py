"""Disruptions from their first bad result to their last."""

from typing import Final

import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.rows import NAMES
from coordinator.analytics.exports.tables import TableReading
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import NAME, TIME, field_of, schema_of
from coordinator.store.results.exporting import INCIDENT

_SCHEMA: Final = schema_of(
    "incidents",
    1,
    (
        field_of("id", pa.string(), "the incident's id", nullable=False),
        field_of("service", NAME, "what is disrupted", nullable=False),
        field_of(
            "severity",
            NAME,
            "how bad it is now, or was at its end: degraded or outage",
            nullable=False,
        ),
        field_of("scope", NAME, "how far it reaches now, or did at its end", nullable=False),
        field_of("peak", NAME, "the widest scope that it had", nullable=False),
        field_of("regions", NAMES, "the regions that were hit", nullable=False),
        field_of("components", NAMES, "the components that were hit", nullable=False),
        field_of("reason", pa.string(), "one sentence for people", nullable=False),
        field_of("opened_at", TIME, "when we said so", nullable=False),
        field_of("started_after", TIME, "the last good result before it: it began after this"),
        field_of("started_by", TIME, "the first bad result: it had begun by then", nullable=False),
        field_of("ended_after", TIME, "the last bad result: it ended after this"),
        field_of("ended_by", TIME, "the first good result after it; null when no look saw it"),
        field_of("resolved_at", TIME, "when we said that it was over; null while it goes on"),
        field_of("intermittent", pa.bool_(), "whether it came and went", nullable=False),
        field_of("cause", pa.string(), "id of the incident that most likely has the same cause"),
        field_of(
            "withdrawn",
            pa.bool_(),
            "whether what it rested on was struck, or was seen by sick workers: there was none",
            nullable=False,
        ),
        field_of(
            "closed_because",
            NAME,
            "why it is open no more: ended, removed, unseen or withdrawn; null while it is open",
        ),
        field_of(
            "duty_cycle",
            pa.float64(),
            "of an intermittent one, the share of the time in which it fails; null while not known",
        ),
        field_of("period_ms", pa.int64(), "and the usual time from one beginning to the next"),
        field_of("parts", pa.string(), "JSON: how long it lasted where", json=True),
    ),
)


def _read(record: Record, wanted: Wanted) -> Reading:
    return TableReading(_SCHEMA, INCIDENT, record, wanted)


DATASET: Final = Dataset(
    name="incidents",
    about=(
        "The life of each disruption. The filters `region` and `component` find those that reach it"
        " or once did."
    ),
    order="as they were opened (`opened_at`, then `id`); `since` and `until` bound `opened_at`",
    schema=_SCHEMA,
    filters=frozenset({"service", "component", "region", "since", "until"}),
    increment=(
        "every incident that was opened or changed since (revised, narrowed, resolved, withdrawn),"
        " as it is now; it takes the place of the row with the same `id`"
    ),
    read=_read,
)
