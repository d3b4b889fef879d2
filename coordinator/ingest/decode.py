"""Reading what workers sent. Whatever arrives, reading it ends in results and counted refusals,
never in an error.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import TypeAdapter, ValidationError

from coordinator.domain.model.topology import Topology
from coordinator.geodata.agreement import agreement
from coordinator.geodata.places import NOWHERE, Place
from coordinator.ingest.bounds import MOST_HEAD, MOST_MALFORMED, MOST_ROWS, too_much
from coordinator.ingest.decoded import Reading, Rejects, head_of
from coordinator.ingest.plausible import Slots, impossible
from coordinator.ingest.rows import finite, result_of
from coordinator.ingest.standpoint import country_of, standpoint_of
from coordinator.messaging.consumer import Delivery
from worker.contract.instant import Instant, rfc3339
from worker.contract.message import (
    IDENTIFIER,
    TASK_REPORT,
    Report,
    ResultRow,
    Vitals,
    Whereabouts,
)
from worker.contract.result import Result

MOST_BODY: Final = 16 << 20
"""Bytes of a message; a worker's reports are a hundredth of that."""
NOW_ONLY: Final = Slots()
"""No slots but those of the topology itself."""


class _Told(msgspec.Struct):
    """A report as workers of this version write it."""

    worker: Annotated[str, msgspec.Meta(pattern=IDENTIFIER.removesuffix("$") + r"\Z")]
    boot: str
    seq: Annotated[int, msgspec.Meta(ge=0)]
    sent_at: int
    v: Literal[1] = 1
    vitals: msgspec.Raw = msgspec.Raw(b"null")
    whereabouts: msgspec.Raw = msgspec.Raw(b"null")
    rows: tuple[ResultRow, ...] = ()


_STRICT: Final = msgspec.json.Decoder(tuple[tuple[_Told], dict[str, Any], Any])
_VITALS: Final = TypeAdapter(Vitals | None)
_WHERE: Final = TypeAdapter(Whereabouts | None)
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
    named: Collection[tuple[str, str]] = frozenset(),
) -> Reading:
    """The results of known checks in what arrived, due since `oldest` in one of their `slots`;
    everything else is counted and set aside. Who is `named` (region and worker) reports on a queue
    of its own, and nobody else under its name.
    """
    reading = Reading(received_at)
    for delivery in deliveries:
        try:
            _read(delivery, topology, reading, place, oldest, slots, named)
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
    named: Collection[tuple[str, str]],
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
    if (wrong := _other_name(delivery, report.worker, named)) is not None:
        return reading.refuse("other_name", f"{delivery.region}: {wrong}")  # no report of that one
    home = topology.region.get(delivery.region)
    if home is not None and home.refuse_elsewhere and not home.via:
        seen = country_of(report.whereabouts, place)
        if agreement(home.country, [seen]).agrees is False:
            # not set aside: its sender keeps it until somebody has corrected one or the other
            why = f"{delivery.region}/{report.worker}: its address is in {seen}"
            return reading.refuse("elsewhere", f"{why}, not in {home.country}")
    results = list(_results(delivery.region, report, topology, reading, place, oldest, slots))
    reading.reports.append((delivery.region, report))
    reading.results += results
    return None


def _other_name(delivery: Delivery, worker: str, named: Collection[tuple[str, str]]) -> str | None:
    """Why a worker may not report under this name on the queue on which it did; None if it may."""
    if delivery.worker:
        same = worker == delivery.worker
        return None if same else f"{delivery.worker} reports under the name of {worker}"
    if (delivery.region, worker) in named:
        return f"somebody reports under the name of {worker}, which joined and has its own queue"
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
    if len(told.vitals) + len(told.whereabouts) > MOST_HEAD:
        raise ValueError("the vitals are too long")
    vitals = _VITALS.validate_json(bytes(told.vitals))
    return Report.model_construct(
        v=1,
        worker=told.worker,
        boot=told.boot,
        seq=told.seq,
        sent_at=told.sent_at,
        vitals=vitals,
        whereabouts=_where(bytes(told.whereabouts)),
        rows=told.rows,
    )


@lru_cache(maxsize=1_000)
def _where(told: bytes) -> Whereabouts | None:
    return _WHERE.validate_json(told)


def _leniently(delivery: Delivery, reading: Reading) -> Report | None:
    """The report without its malformed rows; None when it is none at all, and then nobody can be
    told.
    """
    try:
        report, rows = _parted(delivery.body)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        why = _sentence(error) if isinstance(error, ValidationError) else f"{error}"[:200]
        _refuse(delivery, reading, "malformed_report", why)
        return None
    good, bad = _well_formed(rows)
    if len(bad) > MOST_MALFORMED:
        _refuse(delivery, reading, "malformed_report", f"more than {MOST_MALFORMED} malformed rows")
        return None
    rejects = Rejects(reading, delivery.region, head_of(report))
    for row, why in bad:
        rejects.add("malformed_row", f"{delivery.region}: {why}", row)
    rejects.set_aside()
    return report.model_copy(update={"rows": tuple(good)})


def _parted(body: bytes) -> tuple[Report, list[Any]]:
    """A report, and its rows as they came."""
    message = json.loads(body)[0][0]
    rows = message.pop("rows", [])
    if not isinstance(rows, list):
        raise TypeError("rows: they are no list")
    if len(json.dumps(message)) > MOST_HEAD:
        raise ValueError(f"more than {MOST_HEAD} bytes beside its rows")
    return Report.model_validate(message), rows


def _well_formed(rows: Sequence[Any]) -> tuple[list[ResultRow], list[tuple[Any, str]]]:
    """The rows that are some, and the others with what is wrong; no further than to one too many of
    these.
    """
    good: list[ResultRow] = []
    bad: list[tuple[Any, str]] = []
    for row in rows:
        try:
            good.append(finite(_ROW.validate_python(row)))
        except ValidationError as error:
            bad.append((row, _sentence(error)))
            if len(bad) > MOST_MALFORMED:
                break
    return good, bad


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
    stands = standpoint_of(report.whereabouts, place).text
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
            at = place(row[15])
            yield result_of(row, check, region, report.worker, reading.received_at, at, stands)
    rejects.set_aside()


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
