"""An incident: the life of one disruption, from first bad to last bad result."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coordinator.domain.verdict import Scope, Severity
from worker.contract.instant import Instant, rfc3339


class Moment(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Incident:
    """One disruption of one service. It began in (started_after, started_by] and ended in (ended_after, ended_by].

    `started_after` is None when no good look came before; the end is None while it goes on. `regions` and
    `components` are what it reaches now; `peak` is the widest scope it had.
    """

    id: str
    service: str
    severity: Severity
    scope: Scope
    regions: tuple[str, ...]
    components: tuple[str, ...]
    opened_at: Instant
    started_after: Instant | None
    started_by: Instant
    ended_after: Instant | None = None
    ended_by: Instant | None = None
    resolved_at: Instant | None = None
    peak: Scope = Scope.REGIONAL
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """One line of an incident's timeline: what happened when, and the incident as it was afterwards."""

    at: Instant
    moment: Moment
    incident: Incident

    def to_record(self) -> dict[str, Any]:
        """The line that replay prints for this event."""
        incident = self.incident
        return {
            "type": "incident",
            "at": rfc3339(self.at),
            "event": self.moment,
            "id": incident.id,
            "service": incident.service,
            "scope": incident.scope,
            "regions": list(incident.regions),
            "components": list(incident.components),
            "started_after": _text(incident.started_after),
            "started_by": _text(incident.started_by),
            "ended_after": _text(incident.ended_after),
            "ended_by": _text(incident.ended_by),
        }


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
