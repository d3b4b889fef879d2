"""A story: what a rule said of a play, from the records that replay prints, as values to compare
with the truth.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, NamedTuple

from worker.contract.instant import Instant, parse_rfc3339

DISRUPTED = frozenset({"regional", "component", "system_wide"})
"""The scopes that say that something is wrong; `unknown` says nothing."""
_at = attrgetter("at")


class Claim(NamedTuple):
    """How far something reaches."""

    scope: str
    regions: frozenset[str]
    components: frozenset[str]

    def __str__(self) -> str:
        if self.scope not in DISRUPTED:
            return self.scope
        return f"{self.scope} {_short(self.components)} in {_short(self.regions)}"

    def touches(self, other: "Claim") -> bool:
        """Whether the two share a cell."""
        return bool(self.regions & other.regions and self.components & other.components)


class Line(NamedTuple):
    """What is said of a service from a moment on."""

    at: Instant
    claim: Claim
    confidence: float
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident: its reach when it was opened, and the start that it is given in the end."""

    id: str
    service: str
    at: Instant
    claim: Claim
    started_after: Instant | None
    started_by: Instant
    resolved_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """The verdicts of each service in order of time, and the incidents in order of their
    opening.
    """

    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    incidents: Sequence[Opened] = ()

    @property
    def end(self) -> Instant:
        """The last moment at which anything was said."""
        return max((lines[-1].at for lines in self.lines.values()), default=0)

    def line(self, service: str, at: Instant) -> Line | None:
        """What stands at a moment; None when nothing was said yet."""
        lines = self.lines.get(service, ())
        place = bisect_right(lines, at, key=_at)
        return lines[place - 1] if place else None

    def between(self, service: str, since: Instant, until: Instant) -> Sequence[Line]:
        """What stands at `since`, and what is said after it and before `until`."""
        lines = self.lines.get(service, ())
        first = max(0, bisect_right(lines, since, key=_at) - 1)
        return [line for line in lines[first:] if line.at < until]


def told(records: Iterable[Mapping[str, Any]]) -> Story:
    """The story that these records tell."""
    lines: dict[str, list[Line]] = {}
    incidents: dict[str, Opened] = {}
    for record in records:
        if record["type"] == "verdict":
            line = Line(
                parse_rfc3339(record["at"]),
                claimed(record),
                float(record["confidence"]),
                str(record["severity"]),
            )
            lines.setdefault(str(record["service"]), []).append(line)
        elif record["type"] == "incident":
            _take(incidents, record)
    return Story(lines, tuple(incidents.values()))


def claimed(record: Mapping[str, Any]) -> Claim:
    """The reach in a record, or in a truth as a record."""
    return Claim(
        str(record["scope"]), frozenset(record["regions"]), frozenset(record["components"])
    )


def _take(incidents: dict[str, Opened], record: Mapping[str, Any]) -> None:
    at, name = parse_rfc3339(record["at"]), str(record["id"])
    after, by = record["started_after"], parse_rfc3339(record["started_by"])
    since = None if after is None else parse_rfc3339(after)
    known = incidents.get(name)
    if known is None:
        incidents[name] = Opened(name, str(record["service"]), at, claimed(record), since, by)
    else:
        ended = at if record["event"] in ("resolved", "withdrawn") else None
        incidents[name] = replace(known, started_after=since, started_by=by, resolved_at=ended)


def _short(names: frozenset[str]) -> str:
    few = 3
    return ", ".join(sorted(names)) if len(names) <= few else f"{len(names)}"
