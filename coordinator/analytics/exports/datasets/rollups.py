"""Results folded into hours: counts, uptime and percentiles for each check and region."""

from typing import Final

import numpy as np
import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.outside_maintenance import OutsideMaintenance
from coordinator.analytics.exports.rows import Row
from coordinator.analytics.exports.tables import TableReading
from coordinator.archive.reading.record import Record
from coordinator.domain.rollups.columns import PHASES
from coordinator.domain.rollups.level import LENGTH_MS
from coordinator.domain.rollups.sketch import PERCENTILES, percentiles, unpacked
from coordinator.result_files.columns import NAME, TIME, field_of, schema_of
from coordinator.store.results.exporting import ROLLUP

_SCHEMA: Final = schema_of(
    "rollups",
    1,
    (
        field_of("at", TIME, "when the hour began", nullable=False),
        field_of("service", NAME, "whose looks these are", nullable=False),
        field_of("component", NAME, "the feature of the service", nullable=False),
        field_of("check", NAME, "the check", nullable=False),
        field_of("region", NAME, "where it was looked from", nullable=False),
        field_of(
            "looks",
            pa.int64(),
            "looks that were due in this hour; 0 when all were struck",
            nullable=False,
        ),
        field_of("good", pa.int64(), "how many of them were ok", nullable=False),
        field_of("bad", pa.int64(), "how many count against the target", nullable=False),
        field_of(
            "reasons",
            pa.string(),
            "JSON: how many looks for each reason",
            nullable=False,
            json=True,
        ),
        *(
            field_of(
                f"{phase.removesuffix('_ms')}_{name}_ms",
                pa.float64(),
                f"{name} of `{phase}`, within 1 %",
            )
            for phase in PHASES
            for name in PERCENTILES
        ),
    ),
)


def _with_percentiles(rows: list[Row]) -> list[Row]:
    counts = unpacked([bytes(row["sketch"] or b"") for row in rows], np.arange(len(rows)))
    told = percentiles(counts, len(rows))
    return [{**row, **_flat(one)} for row, one in zip(rows, told, strict=True)]


def _flat(told: dict[str, dict[str, float] | None]) -> dict[str, float | None]:
    return {
        f"{phase.removesuffix('_ms')}_{name}_ms": (told.get(phase) or {}).get(name)
        for phase in PHASES
        for name in PERCENTILES
    }


def _read(record: Record, wanted: Wanted) -> Reading:
    found = TableReading(_SCHEMA, ROLLUP, record, wanted, _with_percentiles)
    if not wanted.without_maintenance:
        return found
    return OutsideMaintenance(found, record.store.maintenance_times, "at", LENGTH_MS["hour"])


DATASET: Final = Dataset(
    name="rollups",
    about=(
        "Every hour of every check and region: counts by reason and percentiles, kept for longer"
        " than results."
    ),
    order=("by hour (`at`), service, component, check and region; `since` and `until` bound `at`"),
    schema=_SCHEMA,
    filters=frozenset({"service", "component", "region", "check", "since", "until"}),
    increment=(
        "every row that was made or changed since, as it is now: the hour that goes on, and older"
        " ones of which results came late or were struck; it takes the place of the row with the"
        " same `at`, `service`, `component`, `check` and `region`. What `OUTSCOPE_KEEP_HOURS`"
        " deletes is not told"
    ),
    maintenance="hours that lie in announced maintenance from beginning to end",
    read=_read,
)
