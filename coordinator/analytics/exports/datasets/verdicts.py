"""What was said of each service: a row for each change."""

from typing import Final

import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.rows import NAMES
from coordinator.analytics.exports.tables import TableReading
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import NAME, TIME, field_of, schema_of
from coordinator.store.results.exporting import VERDICT

_SCHEMA: Final = schema_of(
    "verdicts",
    1,
    (
        field_of("service", NAME, "what it is about", nullable=False),
        field_of("at", TIME, "when it was said, on the clock of the results", nullable=False),
        field_of("severity", NAME, "operational, degraded or outage", nullable=False),
        field_of(
            "scope", NAME, "none, regional, component, system_wide or unknown", nullable=False
        ),
        field_of("regions", NAMES, "the regions that are disrupted", nullable=False),
        field_of("components", NAMES, "the components that fail there", nullable=False),
        field_of(
            "confidence", pa.float64(), "the chance that this is right, 0 to 1", nullable=False
        ),
        field_of("reason", pa.string(), "one sentence for people", nullable=False),
        field_of(
            "evidence",
            pa.string(),
            "JSON: votes, who did not vote, thresholds, hypotheses",
            json=True,
        ),
    ),
)


def _read(record: Record, wanted: Wanted) -> Reading:
    return TableReading(_SCHEMA, VERDICT, record, wanted)


DATASET: Final = Dataset(
    name="verdicts",
    about=(
        "How far each service's trouble reached: a row whenever severity, scope, regions or"
        " components changed."
    ),
    order="as they were said (`at`, then `service`); `since` and `until` bound `at`",
    schema=_SCHEMA,
    filters=frozenset({"service", "component", "region", "since", "until"}),
    increment=(
        "every verdict that was stored since, as it is; should one have the `service` and `at` of a"
        " row that was given, it takes its place"
    ),
    read=_read,
)
