"""What announced maintenance means for an incident: it is within it, or outlasted it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant, rfc3339

SETTLES_MS: Final = 120_000
"""So long after a window what it did is still seen: an end needs looks to be seen."""


class Bearing(StrEnum):
    """How an incident stands to the maintenance that it began in."""

    WITHIN = "within"
    OUTLASTED = "outlasted"


@dataclass(frozen=True, slots=True)
class Announced:
    """The maintenance that an incident began in. `until` is its end together with that of windows
    which go on where it ends.
    """

    state: Bearing
    occurrence: Occurrence
    until: Instant

    def to_document(self) -> dict[str, Any]:
        """JSON-able."""
        told = self.occurrence.to_document()
        return {
            "state": str(self.state),
            **{name: told[name] for name in ("window", "title", "source", "since")},
            "until": rfc3339(self.until),
        }


def announced(
    incident: Incident, occurrences: Iterable[Occurrence], at: Instant
) -> Announced | None:
    """How an incident stands to windows that cover all of it; None when it began in none.

    An incident that began before a window is not explained by it.
    """
    covering = sorted(
        (
            one
            for one in occurrences
            if one.covers(incident.service, incident.components, incident.regions)
        ),
        key=lambda one: (one.since, -one.until, one.window, one.source),
    )
    begun = [one for one in covering if one.since <= incident.started_by < one.until]
    if not begun:
        return None
    first, until = begun[0], begun[0].until
    for one in covering:
        if one.since <= until:
            until = max(until, one.until)
    lasted_until = _end_of(incident, at)
    outlasted = lasted_until >= until + SETTLES_MS
    return Announced(Bearing.OUTLASTED if outlasted else Bearing.WITHIN, first, until)


def _end_of(incident: Incident, at: Instant) -> Instant:
    return next(filter(None, (incident.ended_by, incident.resolved_at)), at)
