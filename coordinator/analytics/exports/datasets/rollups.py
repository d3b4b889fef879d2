"""Results folded into hours: counts, uptime and percentiles for each check and region."""

from collections.abc import AsyncIterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.rows import RowReading
from coordinator.archive.reading.record import Record
from coordinator.domain.rollups.sketch import PERCENTILES, PHASES, percentiles, unpacked
from coordinator.result_files.columns import NAME, TIME, field_of, schema_of

_SCHEMA: Final = schema_of(
    "rollups",
    1,
    (
        field_of("at", TIME, "when the hour began", nullable=False),
        field_of("service", NAME, "whose looks these are", nullable=False),
        field_of("component", NAME, "the feature of the service", nullable=False),
        field_of("check", NAME, "the check", nullable=False),
        field_of("region", NAME, "where it was looked from", nullable=False),
        field_of("looks", pa.int64(), "how many looks were due in this hour", nullable=False),
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


async def _rows(record: Record, wanted: Wanted) -> AsyncIterator[list[dict[str, Any]]]:
    async for rows in record.store.exporting.rollups(wanted.filter, wanted.cursor):
        counts = unpacked([bytes(row.pop("sketch")) for row in rows], np.arange(len(rows)))
        yield [
            {**row, **_flat(told)}
            for row, told in zip(rows, percentiles(counts, len(rows)), strict=True)
        ]


def _flat(told: dict[str, dict[str, float] | None]) -> dict[str, float | None]:
    return {
        f"{phase.removesuffix('_ms')}_{name}_ms": (told.get(phase) or {}).get(name)
        for phase in PHASES
        for name in PERCENTILES
    }


def _read(record: Record, wanted: Wanted) -> Reading:
    def place(row: dict[str, Any]) -> tuple[int, str]:
        return row["at"], f"{row['service']}/{row['check']}/{row['region']}"

    return RowReading(_SCHEMA, _rows(record, wanted), place)


DATASET: Final = Dataset(
    name="rollups",
    about=(
        "Every hour of every check and region: counts by reason and percentiles, kept for longer"
        " than results."
    ),
    order="by hour (`at`), service, check and region; `since` and `until` bound `at`",
    schema=_SCHEMA,
    filters=frozenset({"service", "component", "region", "check", "since", "until"}),
    read=_read,
)
