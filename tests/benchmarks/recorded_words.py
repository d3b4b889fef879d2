"""What vendors said of recorded incidents, read as if their pages had been looked at then.

    python -m tests.benchmarks.recorded_words FOLDER [--interval 120]

FOLDER holds `gcp_incidents*.json`, `aws_shd_archive*.json` and `statuspage*.json`. Each page is
rebuilt as it was at every look: an update is there once it was published. The reader of the kind
`vendor_status` reads it, and the rules of `coordinator/domain/acknowledging` join it with what is
taken for our observation: the start and end that the vendor itself states, seen by looks every 30
seconds, in the regions that it names. Prints the tables of docs/explanation/vendors.md.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from coordinator.domain.acknowledging.acknowledgement import Acknowledgement
from coordinator.domain.acknowledging.hearing import Span
from coordinator.domain.acknowledging.joining import Vendor, acknowledgements
from coordinator.domain.acknowledging.statement import Look, heard, statements
from coordinator.domain.acknowledging.words import words_of
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.evaluation.simulator.records.aws import read_event
from coordinator.evaluation.simulator.records.gcp import read_incident
from coordinator.evaluation.simulator.records.record import Record, UnusableRecordError
from worker.contract.instant import parse_rfc3339, rfc3339
from worker.probes.kinds.vendor_status import aws, google_cloud, statuspage
from worker.probes.kinds.vendor_status.incident import VendorIncident

SEEN_MS = 30_000
MINUTE = 60_000
DAY = 86_400_000
OURS = "component"


@dataclass(frozen=True)
class Case:
    """A recorded incident: its page at any moment, and when it was as its vendor states."""

    vendor: str
    title: str
    began: int
    ended: int
    changes: tuple[int, ...]
    """When the page changed."""
    everywhere: bool
    entry: Mapping[str, Any]

    def page(self, at: int) -> list[VendorIncident]:
        """What the reader makes of the page at a moment."""
        told = self.entry["updates"] if self.vendor == "GCP" else []
        if self.vendor == "GCP":
            shown = [one for one in told if parse_rfc3339(one["created"]) <= at]
            last = len(shown) == len(told)
            entry = {**self.entry, "updates": shown, "modified": None}
            whole = entry if last else {**entry, "end": None}
            return google_cloud.read(json.dumps([whole]).encode())
        if self.vendor == "AWS":
            return aws.read(json.dumps([self.entry]).encode())
        shown = [
            one for one in self.entry["incident_updates"] if parse_rfc3339(one["created_at"]) <= at
        ]
        newest = max(shown, key=lambda one: str(one["created_at"]))
        over = newest["status"] == "resolved"
        entry = {**self.entry, "incident_updates": shown, "status": newest["status"]}
        entry |= {} if over else {"resolved_at": None, "updated_at": newest["created_at"]}
        return statuspage.read(json.dumps({"page": {"id": "x"}, "incidents": [entry]}).encode())


def cases(folder: Path) -> Iterator[Case]:
    """All recorded incidents that tell when they began and ended."""
    for path in sorted(folder.glob("gcp_incidents*.json")):
        for entry in json.loads(path.read_text()):
            yield from _usable(_gcp, entry)
    for path in sorted(folder.glob("aws_shd_archive*.json")):
        for entry in json.loads(path.read_text())["archive"]:
            yield from _usable(_aws, entry)
    for path in sorted(folder.glob("statuspage*.json")):
        for entry in json.loads(path.read_text())["incidents"]:
            yield _statuspage(entry)


def _usable(read: Any, entry: Mapping[str, Any]) -> Iterator[Case]:
    try:
        yield read(entry)
    except (UnusableRecordError, KeyError, ValueError):
        return


def _gcp(entry: Mapping[str, Any]) -> Case:
    record = read_incident(entry)
    changes = tuple(parse_rfc3339(one["created"]) for one in (entry, *entry["updates"]))
    began = parse_rfc3339(entry["begin"])
    return Case("GCP", record.title, began, began + record.lasts_ms, changes, _wide(record), entry)


def _aws(entry: Mapping[str, Any]) -> Case:
    record = read_event(entry)
    published = int(entry["date"]) * 1000
    began = published - (record.delay_ms or 0)
    told = (published,)
    return Case("AWS", record.title, began, began + record.lasts_ms, told, _wide(record), entry)


def _statuspage(entry: Mapping[str, Any]) -> Case:
    changes = tuple(parse_rfc3339(one["created_at"]) for one in entry["incident_updates"])
    began, ended = parse_rfc3339(entry["started_at"]), parse_rfc3339(entry["resolved_at"])
    return Case("Claude", entry["name"], began, ended, changes, True, entry)


def _wide(record: Record) -> bool:
    return any(span.reach.everywhere for span in record.reach_spans)


def joined(case: Case, interval_ms: int) -> Acknowledgement | None:
    """The row of an incident, as it is a day after its page changed last."""
    first, last = min(case.changes), max(case.changes)
    begin = min(case.began, first) - DAY // 4
    moments = range(
        begin - begin % interval_ms, max(case.ended, last) + interval_ms * 4, interval_ms
    )
    looks = [Look(at, _words(case, at) if at >= first else ()) for at in moments]
    edits = heard({}, looks, list(moments))
    said = statements("vendor", "page", edits, 3 * interval_ms)
    vendor = Vendor(
        "vendor", (OURS, "other"), {"page": {}}, [*said.values()], [Span(begin, last + DAY)]
    )
    rows = acknowledgements(vendor, [_observed(case)], last + 3 * DAY)
    return next((row for row in rows if row.incident), None)


def _words(case: Case, at: int) -> tuple[Any, ...]:
    told = (words_of(one.to_extra({})) for one in case.page(at))
    return tuple(one for one in told if one is not None)


def _observed(case: Case) -> Incident:
    scope = Scope.COMPONENT if case.everywhere else Scope.REGIONAL
    by, until = _slot(case.began) + SEEN_MS, _slot(case.ended) + SEEN_MS
    return Incident(
        id="observed",
        service="vendor",
        severity=Severity.OUTAGE,
        scope=scope,
        peak=scope,
        regions=(),
        components=(OURS,),
        opened_at=by + MINUTE,
        started_after=by - SEEN_MS,
        started_by=by,
        ended_after=max(by, until - SEEN_MS),
        ended_by=max(by, until),
        resolved_at=max(by, until) + 5 * MINUTE,
    )


def _slot(at: int) -> int:
    return at - at % SEEN_MS


def _minutes(amount_ms: float | None) -> str:
    return "?" if amount_ms is None else f"{round(amount_ms / MINUTE)}"


def _hours(amounts_ms: Iterable[int]) -> str:
    return f"{sum(amounts_ms) / MINUTE / 60:.0f} h"


def summary(vendor: str, found: list[tuple[Case, Acknowledgement]]) -> str:
    """A line of the first table."""
    lags = sorted(row.lag.best_ms for _, row in found if row.lag)
    claims = [row.clocks.claim(row.incident) for _, row in found if row.clocks and row.incident]
    off = [abs(one.best_ms) for one in claims if one]
    scopes = [row.reach.right for _, row in found if row.reach and row.reach.right is not None]
    cells = (
        vendor,
        f"{len(found)}",
        f"{len(lags)}",
        _minutes(median(lags)) if lags else "",
        _minutes(lags[-(-len(lags) * 9 // 10) - 1]) if lags else "",
        _minutes(median(off)) if off else "",
        f"{sum(scopes)} of {len(scopes)}",
        f"{_hours(row.reassured_ms for _, row in found)} of "
        + _hours(case.ended - case.began for case, _ in found),
        f"{median(len(row.statement.edits) for _, row in found if row.statement):.0f}"
        if lags
        else "",
    )
    return f"| {' | '.join(cells)} |"


def line(case: Case, row: Acknowledgement) -> str:
    """A line of the second table."""
    clocks, lag = row.clocks, row.lag
    cells = (
        case.vendor,
        case.title.replace("|", "/")[:60],
        rfc3339(case.began)[:16].replace("T", " "),
        rfc3339(clocks.claimed_at)[11:16] if clocks and clocks.claimed_at else "",
        rfc3339(clocks.by)[11:16] if clocks else str(row.state),
        f"{_minutes(lag.best_ms)} ({_minutes(lag.least_ms)} to {_minutes(lag.most_ms)})"
        if lag
        else "",
        row.reach.word.replace("_", " ") if row.reach else "",
    )
    return f"| {' | '.join(cells)} |"


def tables(folder: Path, interval_ms: int) -> Iterator[str]:
    """Both tables."""
    found = [(case, row) for case in cases(folder) if (row := joined(case, interval_ms))]
    yield (
        "| vendor | incidents | admitted | median lag, min | p90, min | claimed start off by, min |"
        " scope right | green while red | wordings |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for vendor in dict.fromkeys(case.vendor for case, _ in found):
        yield summary(vendor, [one for one in found if one[0].vendor == vendor])
    yield ""
    yield "| vendor | incident | began | claimed | read by | lag, min | reach said |"
    yield "|---|---|---|---|---|---|---|"
    yield from (line(*one) for one in _some(found))


def _some(found: list[tuple[Case, Acknowledgement]]) -> Iterable[tuple[Case, Acknowledgement]]:
    """A dozen over the whole range of lags, so that nobody picks them."""
    told = sorted((one for one in found if one[1].lag), key=lambda one: one[1].lag.best_ms)  # type: ignore[union-attr]
    return [told[round(n * (len(told) - 1) / 11)] for n in range(12)] if told else []


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--interval", type=int, default=120, help="seconds between looks")
    told = parser.parse_args()
    print("\n".join(tables(told.folder, told.interval * 1000)))


if __name__ == "__main__":
    main()
