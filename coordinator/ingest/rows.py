"""A row of a report as a result, within what every table can hold. Pure."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, cast

import orjson

from coordinator.domain.model.topology import Check
from coordinator.geodata.places import Place
from worker.contract.instant import Instant
from worker.contract.message import ResultRow
from worker.contract.outcome import NOT_MADE
from worker.contract.result import VANTAGE, Result, result_id

MOST_DETAIL: Final = 500
MOST_EXTRA: Final = 8_192


def result_of(
    row: ResultRow,
    check: Check,
    region: str,
    worker: str,
    received_at: Instant,
    place: Place,
    stands: str = "",
) -> Result:
    """What a row says, with what follows from its check and its queue, and where its worker
    `stands`, which no row can say for itself.
    """
    values = (  # as one tuple: this runs for every result, and arguments cost twice as much
        result_id(check.id, region, worker, row[1], row[2], made=row[6] not in NOT_MADE),
        check.id,
        check.service,
        check.component,
        check.kind,
        region,
        worker,
        row[3],  # scheduled_at
        row[4],  # started_at
        received_at,
        row[2],  # attempt
        row[5],  # ok
        row[6],  # reason
        row[7],  # blame
        _clean(row[8]) if row[8] else "",
        row[9],  # status_code
        row[10],  # dns_ms
        row[11],  # connect_ms
        row[12],  # tls_ms
        row[13],  # ttfb_ms
        row[14],  # total_ms
        row[15][:64].replace("\0", "") if row[15] else None,
        place.asn,
        place.country,
        _extra(row[16], stands) if row[16] or stands else {},
    )
    return Result._make(values)


def finite(row: ResultRow) -> ResultRow:
    """Without durations that are no numbers, which strict JSON cannot tell."""
    values: Any = [
        value if not isinstance(value, float) or isfinite(value) else None for value in row
    ]
    return cast(ResultRow, tuple(values))


def _clean(text: str) -> str:
    """At most a sentence, without what PostgreSQL cannot store as text."""
    return text[:MOST_DETAIL].replace("\0", "")


def _extra(extra: Mapping[str, Any], stands: str) -> Mapping[str, Any]:
    told = _bounded(extra) if extra else {}
    if stands:
        return {**told, VANTAGE: stands}
    return {key: told[key] for key in told if key != VANTAGE} if VANTAGE in told else told


def _bounded(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        size = len(orjson.dumps(extra))
    except TypeError:  # an integer beyond 64 bits, or text that is no Unicode
        return {"dropped": "extra could not be written as JSON"}
    return extra if size <= MOST_EXTRA else {"dropped": f"extra was {size} bytes"}
