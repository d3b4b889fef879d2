"""Reading what workers sent. Whatever arrives, reading it ends in results and counted refusals,
never in an error.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Annotated, Any, Final, Literal, cast

import msgspec
import orjson
from pydantic import TypeAdapter, ValidationError

from coordinator.domain.model.topology import Check, Topology
from coordinator.geodata.places import NOWHERE, Place
from coordinator.ingest.bounds import MOST_ROWS, too_much
from coordinator.ingest.decoded import Reading, Rejects, head_of
from coordinator.ingest.plausible import Slots, impossible
from coordinator.messaging.consumer import Delivery
from worker.contract.instant import Instant, rfc3339
from worker.contract.message import IDENTIFIER, TASK_REPORT, Report, ResultRow, Vitals
from worker.contract.result import Result, result_id

MOST_DETAIL: Final = 500
MOST_EXTRA: Final = 8_192
MOST_BODY: Final = 16 << 20
"""Bytes of a message; a worker's reports are a hundredth of that."""
NOW_ONLY: Final = Slots()
"""No slots but those of the topology itself."""

_ENVELOPE: Final = TypeAdapter(tuple[tuple[Report], dict[str, Any], Any])


class _Told(msgspec.Struct):
    """A report as workers of this version write it."""

    worker: Annotated[str, msgspec.Meta(pattern=IDENTIFIER.removesuffix("$") + r"\Z")]
    boot: str
    seq: Annotated[int, msgspec.Meta(ge=0)]
    sent_at: int
    v: Literal[1] = 1
    vitals: dict[str, Any] | None = None
    rows: tuple[ResultRow, ...] = ()


_STRICT: Final = msgspec.json.Decoder(tuple[tuple[_Told], dict[str, Any], Any])
_ROW: Final[TypeAdapter[ResultRow]] = TypeAdapter(ResultRow)


def nowhere(_address: str | None) -> Place:
    """Places nothing: for readings that need no places."""
    return NOWHERE


def read(
    deliveries: Iterable[Delivery],
    topology: Topology,
    received_at: Instant,
    place: Callable[[str | None], Place] = nowhere,
    oldest: Instant = 0,
    slots: Slots = NOW_ONLY,
) -> Reading:
    """The results of known checks in what arrived, due since `oldest` in one of their `slots`;
    everything else is counted and set aside.
    """
    reading = Reading(received_at)
    for delivery in deliveries:
        try:
            _read(delivery, topology, reading, place, oldest, slots)
        except (RecursionError, MemoryError) as error:
            _refuse(delivery, reading, "too_deep", type(error).__name__)
    return reading


def _read(
    delivery: Delivery,
    topology: Topology,
    reading: Reading,
    place: Callable[[str | None], Place],
    oldest: Instant,
    slots: Slots,
) -> None:
    if delivery.task != TASK_REPORT:
        return _refuse(delivery, reading, "unknown_task", delivery.task)
    if len(delivery.body) > MOST_BODY:
        return _refuse(delivery, reading, "too_large", f"{len(delivery.body)} bytes")
    report = _report(delivery, reading)
    if report is None:
        return None
    if len(report.rows) > MOST_ROWS:
        return _refuse(delivery, reading, "too_large", f"{len(report.rows)} rows")
    results = list(_results(delivery.region, report, topology, reading, place, oldest, slots))
    reading.reports.append((delivery.region, report))
    reading.results += results
    return None


def _refuse(delivery: Delivery, reading: Reading, reason: str, why: str) -> None:
    reading.refuse(reason, f"{delivery.region}: {why}")
    reading.set_aside(delivery.region, delivery.task, reason, delivery.body)


def _report(delivery: Delivery, reading: Reading) -> Report | None:
    """The report that a delivery carries, at a fifth of the cost when it is exactly as it should
    be.
    """
    try:
        return _strictly(delivery.body)
    except (msgspec.MsgspecError, ValueError):  # the lenient way decides, and says what is wrong
        if (much := too_much(delivery.body)) is not None:
            _refuse(delivery, reading, *much)
            return None
        return _leniently(delivery, reading)


def _strictly(body: bytes) -> Report:
    told = _STRICT.decode(body)[0][0]
    vitals = Vitals.model_validate(told.vitals) if told.vitals is not None else None
    return Report.model_construct(
        v=1,
        worker=told.worker,
        boot=told.boot,
        seq=told.seq,
        sent_at=told.sent_at,
        vitals=vitals,
        rows=told.rows,
    )


def _leniently(delivery: Delivery, reading: Reading) -> Report | None:
    try:
        report = _ENVELOPE.validate_json(delivery.body)[0][0]
        return report.model_copy(update={"rows": tuple(map(_finite, report.rows))})
    except ValidationError as error:
        return _salvaged(delivery, reading, _sentence(error))


def _salvaged(delivery: Delivery, reading: Reading, why: str) -> Report | None:
    """The report without its malformed rows; None when it is none at all, and then nobody can be
    told.
    """
    try:
        message = json.loads(delivery.body)[0][0]
        rows = list(message.pop("rows"))
        report = Report.model_validate(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        _refuse(delivery, reading, "malformed_report", why)
        return None
    return report.model_copy(
        update={"rows": tuple(_well_formed(rows, report, delivery.region, reading))}
    )


def _well_formed(
    rows: Sequence[Any], report: Report, region: str, reading: Reading
) -> Iterator[ResultRow]:
    rejects = Rejects(reading, region, head_of(report))
    for row in rows:
        try:
            yield _finite(_ROW.validate_python(row))
        except ValidationError as error:
            rejects.add("malformed_row", f"{region}: {_sentence(error)}", row)
    rejects.set_aside()


def _results(
    region: str,
    report: Report,
    topology: Topology,
    reading: Reading,
    place: Callable[[str | None], Place],
    oldest: Instant,
    slots: Slots,
) -> Iterator[Result]:
    rejects = Rejects(reading, region, head_of(report))
    known = topology.check
    for row in report.rows:
        check = known.get(row[0])
        if check is None:
            rejects.add("unknown_check", f"{region}/{report.worker}: {row[0]}", row)
        elif region not in check.regions:
            rejects.add(
                "wrong_region",
                f"{region}/{report.worker}: {row[0]} is not looked at from here",
                row,
            )
        elif (wrong := impossible(row, check, region, reading.received_at, slots)) is not None:
            rejects.add("impossible_value", f"{region}/{report.worker}: {row[0]} {wrong}", row)
        elif row[3] < oldest:
            rejects.add(
                "too_old",
                f"{region}/{report.worker}: {row[0]} {rfc3339(row[3])} is kept no more",
                row,
            )
        else:
            yield _result(row, check, region, report.worker, reading.received_at, place(row[15]))
    rejects.set_aside()


def _result(
    row: ResultRow, check: Check, region: str, worker: str, received_at: Instant, place: Place
) -> Result:
    values = (  # as one tuple: this runs for every result, and arguments cost twice as much
        result_id(check.id, region, worker, row[1], row[2]),
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
        _bounded(row[16]) if row[16] else {},
    )
    return Result._make(values)


def _finite(row: ResultRow) -> ResultRow:
    """Without durations that are no numbers, which strict JSON cannot tell."""
    values: Any = [
        value if not isinstance(value, float) or isfinite(value) else None for value in row
    ]
    return cast(ResultRow, tuple(values))


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
