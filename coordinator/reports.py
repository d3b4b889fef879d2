"""Reading what workers sent. Whatever arrives, reading it ends in results and counted refusals, never in an error."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from coordinator.domain.topology import Check, Topology
from coordinator.inbox import Delivery
from worker.contract.instant import Instant
from worker.contract.message import TASK_REPORT, Report, ResultRow
from worker.contract.result import Result, result_id

MOST_DETAIL: Final = 500
MOST_EXTRA: Final = 8_192
MOST_ATTEMPTS: Final = 100
DAY_MS: Final = 86_400_000

_ENVELOPE: Final = TypeAdapter(tuple[tuple[Report], dict[str, Any], Any])
_ROW: Final[TypeAdapter[ResultRow]] = TypeAdapter(ResultRow)


@dataclass(slots=True)
class Reading:
    """What some deliveries came to: reports (to be receipted), results, and refusals with one example a reason."""

    received_at: Instant
    reports: list[tuple[str, Report]] = field(default_factory=list)
    """(region, report)"""
    results: list[Result] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def refuse(self, reason: str, example: str) -> None:
        """Count something that is not taken."""
        self.refused[reason] += 1
        self.examples[reason] = example[:MOST_DETAIL]


def read(deliveries: Iterable[Delivery], topology: Topology, received_at: Instant) -> Reading:
    """The results of known checks in what arrived; everything else is counted and refused."""
    reading = Reading(received_at)
    for delivery in deliveries:
        if delivery.task != TASK_REPORT:
            reading.refuse("unknown_task", f"{delivery.region}: {delivery.task}")
        elif (report := _report(delivery, reading)) is not None:
            reading.reports.append((delivery.region, report))
            reading.results += _results(delivery.region, report, topology, reading)
    return reading


def _report(delivery: Delivery, reading: Reading) -> Report | None:
    try:
        return _ENVELOPE.validate_json(delivery.body)[0][0]
    except ValidationError as error:
        return _salvaged(delivery, reading, _sentence(error))


def _salvaged(delivery: Delivery, reading: Reading, why: str) -> Report | None:
    """The report without its malformed rows; None when it is none at all, and then nobody can be told."""
    try:
        message = orjson.loads(delivery.body)[0][0]
        rows = message.pop("rows")
        report = Report.model_validate(message)
        good = tuple(_well_formed(rows, delivery.region, reading))
    except (ValueError, LookupError, TypeError, AttributeError):
        reading.refuse("malformed_report", f"{delivery.region}: {why}")
        return None
    return report.model_copy(update={"rows": good})


def _well_formed(rows: Sequence[Any], region: str, reading: Reading) -> Iterator[ResultRow]:
    for row in rows:
        try:
            yield _ROW.validate_python(row)
        except ValidationError as error:
            reading.refuse("malformed_row", f"{region}: {_sentence(error)}")


def _results(region: str, report: Report, topology: Topology, reading: Reading) -> Iterator[Result]:
    for row in report.rows:
        check = topology.check.get(row[0])
        if check is None:
            reading.refuse("unknown_check", f"{region}/{report.worker}: {row[0]}")
        elif region not in check.regions:
            reading.refuse("wrong_region", f"{region}/{report.worker}: {row[0]} is not looked at from here")
        elif (wrong := _impossible(row, reading.received_at)) is not None:
            reading.refuse("impossible_value", f"{region}/{report.worker}: {row[0]} {wrong}")
        else:
            yield _result(row, check, region, report.worker, reading.received_at)


def _impossible(row: ResultRow, received_at: Instant) -> str | None:
    """What no look can have measured and no table can hold; None when all is well."""
    _, slot, attempt, scheduled_at, started_at, *_ = row
    latest = received_at + DAY_MS
    if not (0 <= scheduled_at <= latest and 0 <= started_at <= latest and 0 <= slot <= latest):
        return f"scheduled_at {scheduled_at}, started_at {started_at}, slot {slot}"
    if not 0 <= attempt < MOST_ATTEMPTS:
        return f"attempt {attempt}"
    if row[9] is not None and not 0 <= row[9] < 1000:
        return f"status_code {row[9]}"
    return None


def _result(row: ResultRow, check: Check, region: str, worker: str, received_at: Instant) -> Result:
    return Result(
        id=result_id(check.id, region, worker, row[1], row[2]),
        check=check.id,
        service=check.service,
        component=check.component,
        kind=check.kind,
        region=region,
        worker=worker,
        scheduled_at=row[3],
        started_at=row[4],
        received_at=received_at,
        attempt=row[2],
        ok=row[5],
        reason=row[6],
        blame=row[7],
        detail=_clean(row[8]),
        status_code=row[9],
        dns_ms=_finite(row[10]),
        connect_ms=_finite(row[11]),
        tls_ms=_finite(row[12]),
        ttfb_ms=_finite(row[13]),
        total_ms=_finite(row[14]),
        ip=row[15][:64].replace("\0", "") if row[15] else None,
        extra=_bounded(row[16]) if row[16] else {},
    )


def _finite(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None


def _clean(text: str) -> str:
    """At most a sentence, without what PostgreSQL cannot store as text."""
    return text[:MOST_DETAIL].replace("\0", "")


def _bounded(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        size = len(orjson.dumps(extra))
    except TypeError:  # an integer beyond 64 bits, or text that is no Unicode
        return {"dropped": "extra could not be written as JSON"}
    return extra if size <= MOST_EXTRA else {"dropped": f"extra was {size} bytes"}


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
