"""The verdict: how bad it is, and how far it reaches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from worker.contract.instant import Instant, rfc3339

NO_LOOKS = "nothing looks at it"
"""Why a component is not judged of which no check is left."""


class Scope(StrEnum):
    """How far it reaches."""

    NONE = "none"
    REGIONAL = "regional"
    COMPONENT = "component"
    SYSTEM_WIDE = "system_wide"
    UNKNOWN = "unknown"


WIDTH: Final[Mapping[Scope, int]] = {
    Scope.NONE: 0,
    Scope.UNKNOWN: 0,
    Scope.REGIONAL: 1,
    Scope.COMPONENT: 2,
    Scope.SYSTEM_WIDE: 3,
}
"""The order of scopes from narrow to wide."""


def widest(scopes: Iterable[Scope]) -> Scope:
    """The widest of them; the first of several."""
    return max(scopes, key=WIDTH.__getitem__)


class Severity(StrEnum):
    """How bad it is."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    OUTAGE = "outage"


class CellState(StrEnum):
    """What one component looks like from one region."""

    WELL = "well"
    DEGRADED = "degraded"
    BAD = "bad"
    UNKNOWN = "unknown"
    """Not heard, not fit to speak, or our own fault."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One (component, region): its state, the looks behind it, and why it does not vote when it
    does not.

    `ok` and `bad` count the looks that the state rests on. `first_bad` and `last_good` bound the
    start of the current bad run: it began in (last_good, first_bad]. `last_bad` and `first_good`
    bound the end of the last one.
    """

    component: str
    region: str
    state: CellState
    ok: int = 0
    bad: int = 0
    why: str = ""
    last_good: Instant | None = None
    first_bad: Instant | None = None
    last_bad: Instant | None = None
    first_good: Instant | None = None
    reasons: Mapping[str, int] = field(default_factory=dict, hash=False)
    """How many of the bad looks failed for which reason."""

    def to_document(self) -> dict[str, Any]:
        """The cell, JSON-able, times as RFC 3339 text."""
        return {
            "component": self.component,
            "region": self.region,
            "state": str(self.state),
            "ok": self.ok,
            "bad": self.bad,
            "why": self.why,
            "last_good": _text(self.last_good),
            "first_bad": _text(self.first_bad),
            "last_bad": _text(self.last_bad),
            "first_good": _text(self.first_good),
            "reasons": dict(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the results say of one service at one moment, with the evidence that anyone can
    recompute it from.
    """

    service: str
    at: Instant
    severity: Severity
    scope: Scope
    regions: tuple[str, ...]
    components: tuple[str, ...]
    confidence: float
    reason: str
    """One sentence for people."""
    cells: tuple[Cell, ...] = field(default=(), hash=False)
    evidence: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Regions heard, silent and unfit with why, thresholds used, version of the rules.
    JSON-able.
    """

    def claim(self) -> tuple[Severity, Scope, tuple[str, ...], tuple[str, ...]]:
        """What changes when the verdict changes."""
        return (self.severity, self.scope, self.regions, self.components)

    def to_document(self) -> dict[str, Any]:
        """Everything, JSON-able, times as RFC 3339 text: what the store keeps and the API shows."""
        return {
            "service": self.service,
            "at": rfc3339(self.at),
            "severity": str(self.severity),
            "scope": str(self.scope),
            "regions": list(self.regions),
            "components": list(self.components),
            "confidence": self.confidence,
            "reason": self.reason,
            "cells": [cell.to_document() for cell in self.cells],
            "evidence": dict(self.evidence),
        }

    def to_record(self) -> dict[str, Any]:
        """The line that replay prints for this verdict."""
        return {
            "type": "verdict",
            "at": rfc3339(self.at),
            "service": self.service,
            "severity": self.severity,
            "scope": self.scope,
            "regions": list(self.regions),
            "components": list(self.components),
            "confidence": self.confidence,
            "reason": self.reason,
        }


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
