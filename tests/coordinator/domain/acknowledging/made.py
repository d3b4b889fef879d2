"""What tests make: wordings, looks, incidents."""

from typing import Any

from coordinator.domain.acknowledging.hearing import Span
from coordinator.domain.acknowledging.joining import Vendor
from coordinator.domain.acknowledging.statement import Edit, Look, Statement, heard, statements
from coordinator.domain.acknowledging.words import Words
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity

START = 1_772_368_200_000
MINUTE = 60_000
SETTLE = 6 * MINUTE
NAMES = {"claude api": "api", "claude.ai": "web"}
COMPONENTS = ("api", "web", "console")
FOREVER = (Span(START - 10_000 * MINUTE, START + 100_000 * MINUTE),)


def at(minutes: float) -> int:
    """So many minutes after the start."""
    return START + round(minutes * MINUTE)


def words(incident: str = "v1", **told: Any) -> Words:
    """A wording; unless told otherwise it is investigated, of the API."""
    return Words(incident, **{"status": "investigating", "names": ("Claude API",), **told})


def edits_of(looks: list[Look]) -> dict[tuple[str, str], Edit]:
    """What some looks read, all at once."""
    return heard({}, looks, sorted(look.at for look in looks if look.whole))


def said(*looks: Look, settle_ms: int = SETTLE) -> list[Statement]:
    """The statements that some looks read."""
    return [*statements("claude", "page", edits_of([*looks]), settle_ms).values()]


def read(minutes: float, *told: Words, whole: bool = True) -> Look:
    """A look at so many minutes that read this."""
    return Look(at(minutes), told, whole)


def incident(number: int = 1, **changes: Any) -> Incident:
    """The API is out everywhere: it began between minutes 0 and 1, and goes on."""
    values: dict[str, Any] = {
        "id": f"claude-{number:04d}",
        "service": "claude",
        "severity": Severity.OUTAGE,
        "scope": Scope.COMPONENT,
        "peak": Scope.COMPONENT,
        "regions": ("us-east", "eu-west"),
        "components": ("api",),
        "opened_at": at(2),
        "started_after": at(0),
        "started_by": at(1),
    }
    return Incident(**{**values, **changes})


def over(number: int = 1, minutes: float = 60, **changes: Any) -> Incident:
    """One that ended in the minute before so many."""
    ended = {
        "ended_after": at(minutes - 1),
        "ended_by": at(minutes),
        "resolved_at": at(minutes + 5),
    }
    return incident(number, **{**ended, **changes})


def vendor(*looks: Look, heard_in: tuple[Span, ...] = FOREVER) -> Vendor:
    """The vendor of `claude`, by what some looks read."""
    return Vendor("claude", COMPONENTS, {"page": NAMES}, said(*looks), heard_in)
