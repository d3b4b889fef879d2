"""What explanations are made of: sections of points, names instead of ids, and how shares and times
are written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from worker.contract.wording import enumerated

Document = Mapping[str, Any]
"""A verdict, or a line of a timeline, as the store keeps it. One of an older version may lack cells
and evidence.
"""
COMMAND = "command"
"""The state of a point that is to be copied into a shell."""
_NAMED = 8
"""So many things are named one by one; of more the first are named and the others counted."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to say. `label` is what it is about; `state` colours it."""

    text: str
    label: str = ""
    state: str = ""

    @property
    def sentence(self) -> str:
        """The point as one line."""
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True)
class Section:
    """Points under a title."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say, in order."""

    sections: tuple[Section, ...]

    @property
    def sentences(self) -> list[str]:
        """The same as plain lines."""
        return [point.sentence for section in self.sections for point in section.points]


@dataclass(frozen=True, slots=True)
class Names:
    """How people call what has an id; what has left the configuration goes by its id."""

    service: str
    components: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)

    def features(self, ids: Iterable[str]) -> str:
        """Components by name."""
        return listed(self.components.get(name, name) for name in ids)

    def places(self, ids: Iterable[str]) -> str:
        """Regions by name."""
        return listed(self.regions.get(name, name) for name in ids)


def utc(text: str) -> str:
    """`2026-03-01 14:32:07 UTC`."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True, slots=True)
class Style:
    """How times are written; by itself in UTC."""

    moment: Callable[[str], str] = utc


def listed(names: Iterable[str]) -> str:
    """`Ireland, Virginia and Tokyo`; long lists end with how many more there are."""
    found = list(names)
    if len(found) > _NAMED + 1:
        found = [*found[:_NAMED], f"{len(found) - _NAMED} more"]
    return enumerated(found)


def percent(share: float) -> str:
    """`42 %`; close to none or all with one more digit."""
    digits = 1 if 0 < share < 0.01 or 0.99 < share < 1 else 0
    return f"{100 * share:.{digits}f} %"


def likely(share: float) -> str:
    """How likely something is, as `percent`, but never certain: likelihoods are kept rounded."""
    if share >= 0.9995:
        return "over 99.9 %"
    return "under 0.1 %" if share < 0.0005 else percent(share)


def lasting(ms: float) -> str:
    """`40 s`, `12 min 5 s`, `3 h 5 min`, `2 d 4 h`."""
    seconds = max(0, round(ms / 1000))
    for unit, size, smaller, step in (
        ("d", 86_400, "h", 3_600),
        ("h", 3_600, "min", 60),
        ("min", 60, "s", 1),
    ):
        if seconds >= size:
            rest = seconds % size // step
            return (
                f"{seconds // size} {unit} {rest} {smaller}"
                if rest
                else f"{seconds // size} {unit}"
            )
    return f"{seconds} s"


def ending(end: Document, moment: Callable[[str], str]) -> str:
    """Since when an open incident probably is over, in the words of whoever tells moments."""
    return (
        f"It is probably over since between {moment(end['after'])} and {moment(end['by'])}"
        f" ({end['probability']:.0%}); it is closed when that lasts."
    )


def comes_and_goes(incident: Document) -> str:
    """How an intermittent incident does: for how much of the time it fails and how often, once that
    is known.
    """
    share, period_ms = incident.get("duty_cycle"), incident.get("period_ms")
    if not share or not period_ms:
        return "It is intermittent: it came and went several times within an hour."
    about = max(5, 10 * round(10 * share))
    often = lasting(10_000 * round(period_ms / 10_000))
    return f"It is intermittent: it fails about {about} % of the time, every {often}."
