"""The past of services as it is drawn: spans of what was said, cells in frames, days by scope.
Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, cast

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.picture.headline import state
from api.documents.verdicts import VerdictView
from api.documents.words import ScopeWord, SeverityWord, StateWord, Time
from worker.contract.instant import Instant, rfc3339


class Span(TypedDict):
    """What was said from `since` until the next span begins."""

    since: Time
    state: StateWord
    scope: ScopeWord


class Strip(TypedDict):
    """One service; empty spans when nothing was ever said of it."""

    service: str
    spans: Annotated[list[Span], Field(description="in order of time, without repeats")]


class Strips(TypedDict):
    """What was said of every service that is judged, in the order of the configuration."""

    since: Time
    until: Time
    items: list[Strip]


class CellSeries(TypedDict):
    """One cell of the matrix, frame by frame."""

    component: str
    region: str
    good: Annotated[list[int], Field(description="looks that went well, one number a frame")]
    bad: Annotated[
        list[int],
        Field(description="failures that count against the service, one number a frame"),
    ]


class Said(TypedDict):
    """What was said of a service from a moment on."""

    at: Time
    state: StateWord
    severity: SeverityWord
    scope: ScopeWord
    regions: list[str]
    components: list[str]
    confidence: float
    reason: str


class CellsOverTime(TypedDict):
    """The matrix of a service over time. Neither good nor bad in a frame: nothing that counts was
    seen then.
    """

    service: str
    step_ms: Annotated[int, Field(description="how long a frame is")]
    since: Time
    until: Time
    starts: Annotated[list[Time], Field(description="when each frame begins")]
    cells: Annotated[list[CellSeries], Field(description="one for each pair that was looked at")]
    said: Annotated[
        list[Said], Field(description="the verdict that stood at first, then each change")
    ]


class Day(TypedDict):
    """One day of UTC."""

    day: Annotated[str, Field(examples=["2026-03-01"])]
    state: Annotated[
        StateWord, Field(description="the worst of its incidents; `unknown` without looks")
    ]
    scope: Annotated[ScopeWord, Field(description="the widest that an incident had on it")]
    good: int
    bad: int
    uptime: Annotated[float | None, Field(description="good / (good + bad)")]
    disrupted_ms: Annotated[int, Field(description="for so long an incident went on")]
    incidents: Annotated[list[str], Field(description="their ids, the oldest first")]


class Days(TypedDict):
    """Days of one service, the oldest first; today is last, and is not over."""

    service: str
    days: list[Day]


Line = Mapping[str, Any]
DAY_MS: Final = 86_400_000
_WIDE: Final = ("none", "unknown", "regional", "component", "system_wide")


class Reached(TypedDict):
    """How far an incident reached, from a moment until another."""

    id: str
    since: Instant
    until: Instant
    scope: ScopeWord
    severity: SeverityWord


def strips(services: Sequence[str], said: Iterable[Line], since: Instant, until: Instant) -> Strips:
    """`said` is of `Verdicts.said`."""
    found: dict[str, list[Span]] = {service: [] for service in services}
    for line in said:
        spans = found[line["service"]]
        word, scope = _state(line), line["scope"]
        if not spans or (spans[-1]["state"], spans[-1]["scope"]) != (word, scope):
            begin = rfc3339(max(since, line["at"]))
            spans.append({"since": begin, "state": word, "scope": scope})
    items: list[Strip] = [{"service": one, "spans": spans} for one, spans in found.items()]
    return {"since": rfc3339(since), "until": rfc3339(until), "items": items}


def said_of(lines: Iterable[Line], since: Instant) -> list[Said]:
    """`lines` are of `Verdicts.said`, of one service."""
    return [
        {
            "at": rfc3339(max(since, line["at"])),
            "state": _state(line),
            "severity": line["severity"],
            "scope": line["scope"],
            "regions": line["regions"],
            "components": line["components"],
            "confidence": line["confidence"],
            "reason": line["reason"],
        }
        for line in lines
    ]


def days(
    service: str,
    begin: Instant,
    counts: Sequence[tuple[int, int]],
    reached: Sequence[Reached],
    now: Instant,
) -> Days:
    """Good and bad looks of consecutive days from `begin` on, and what incidents reached."""
    starts = [begin + number * DAY_MS for number in range(len(counts))]
    found = [_day(at, *count, reached, now) for at, count in zip(starts, counts, strict=True)]
    return {"service": service, "days": found}


def _day(at: Instant, good: int, bad: int, reached: Sequence[Reached], now: Instant) -> Day:
    end = min(at + DAY_MS, now)
    there = [one for one in reached if one["since"] < end and one["until"] > at]
    severities = {one["severity"] for one in there if one["scope"] != "none"}
    return {
        "day": rfc3339(at)[:10],
        "state": _worst(severities, looked=good + bad > 0),
        "scope": max((one["scope"] for one in there), key=_WIDE.index, default="none"),
        "good": good,
        "bad": bad,
        "uptime": good / (good + bad) if good + bad else None,
        "disrupted_ms": _covered([(max(at, o["since"]), min(end, o["until"])) for o in there]),
        "incidents": list(dict.fromkeys(one["id"] for one in there)),
    }


def _worst(severities: Iterable[str], *, looked: bool) -> StateWord:
    told = set(severities)
    if "outage" in told:
        return "bad"
    if "degraded" in told:
        return "degraded"
    return "well" if looked else "unknown"


def _covered(spans: Iterable[tuple[Instant, Instant]]) -> int:
    """For how long at least one goes on."""
    total, covered_until = 0, 0
    for since, until in sorted(spans):
        total += max(0, until - max(since, covered_until))
        covered_until = max(covered_until, until)
    return total


def _state(line: Line) -> StateWord:
    return state(cast("VerdictView", line))
