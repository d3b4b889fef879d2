"""The rules that a canonical document means."""

from collections.abc import Mapping
from typing import Any, Final

from coordinator.configuration.notifying.entries import DAYS
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.notifying.hours import EVERY_DAY, QuietHours
from coordinator.domain.notifying.rule import Rule

_SETS: Final = ("services", "components", "regions")


def rules_of(document: Mapping[str, Any]) -> list[Rule]:
    """Every rule, in the order of the file."""
    return [_rule(entry) for entry in document.get("notify", ())]


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        id=entry["id"],
        **{name: frozenset(entry.get(name, ())) for name in _SETS},
        scopes=frozenset(map(Scope, entry.get("scopes", ()))),
        severity=Severity(entry.get("severity", "degraded")),
        confidence=entry.get("confidence", 0.0),
        after_ms=entry.get("after_ms", 0),
        quiet=_quiet(entry["quiet"]) if "quiet" in entry else None,
        workers=entry.get("workers", False),
    )


def _quiet(entry: Mapping[str, Any]) -> QuietHours:
    unless = entry.get("unless")
    days = entry.get("days")
    return QuietHours(
        begin=_minutes(entry["from"]),
        end=_minutes(entry["until"]),
        zone=entry.get("zone", "UTC"),
        days=frozenset(map(DAYS.index, days)) if days else EVERY_DAY,
        unless=Severity(unless) if unless else None,
    )


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
