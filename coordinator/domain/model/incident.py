"""An incident: the life of one disruption, from first bad to last bad result."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from coordinator.domain.model.verdict import Scope, Severity
from worker.contract.instant import Instant, rfc3339


class Moment(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    UPDATED = "updated"
    ENDING = "ending"
    """Nothing of it is claimed any more; it probably is over, and goes on until that is sure."""
    RESOLVED = "resolved"
    REVISED = "revised"
    """Some of what it rests on counts no more; the line says what, and the incident goes on."""
    WITHDRAWN = "withdrawn"
    """All of what it rested on counts no more; the line says why."""


class Closed(StrEnum):
    """Why an incident is open no more."""

    ENDED = "ended"
    """Looks saw its end."""
    REMOVED = "removed"
    """Nothing of it is looked at any more; no look saw its end."""
    UNSEEN = "unseen"
    """It was over when somebody looked again; when it ended is not known."""
    WITHDRAWN = "withdrawn"
    """There was none, as far as we know."""


@dataclass(frozen=True, slots=True)
class Part:
    """One region or component (`axis`) of an incident: there it lasted from `since` until `until`,
    if it is over.
    """

    axis: str
    name: str
    since: Instant
    until: Instant | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON-able, times as RFC 3339 text, the duration in milliseconds once it is over."""
        lasted = None if self.until is None else self.until - self.since
        return {
            "axis": self.axis,
            "name": self.name,
            "since": rfc3339(self.since),
            "until": _text(self.until),
            "lasted_ms": lasted,
        }


@dataclass(frozen=True, slots=True)
class ProbableEnd:
    """An end that was seen and is not sure yet: it probably is over since (after, by]."""

    after: Instant
    """Its last bad look."""
    by: Instant
    """The first good one after."""
    chance: float
    """How likely it is over for good."""

    def to_document(self) -> dict[str, Any]:
        """JSON-able, times as RFC 3339 text."""
        return {"after": rfc3339(self.after), "by": rfc3339(self.by), "probability": self.chance}


Parts = tuple[Part, ...]
_CLOSED: Final = {
    Closed.REMOVED: "Nothing of it is looked at any more; how it ended is not known.",
    Closed.UNSEEN: "It was over when we looked again; when it ended is not known.",
}


@dataclass(frozen=True, slots=True)
class Incident:
    """One disruption of one service. It began in (started_after, started_by] and ended in
    (ended_after, ended_by].

    `started_after` is None when no good look came before; the end is None while it goes on.
    `regions` and `components` are what it reaches now; `peak` is the widest scope it had.
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
    intermittent: bool = False
    """Whether it came and went several times within an hour."""
    cause: str = ""
    """The incident, often of another service, that it most likely shares its cause with: they began
    together.
    """
    parts: Parts = ()
    """Of each region and component that it reached: when it began and ended there."""
    withdrawn: bool = False
    """Whether what it rested on counts no more: there was none, as far as we know."""
    closed_because: str = ""
    """Of `Closed`; empty while it is open."""
    duty_cycle: float | None = None
    """Of an intermittent one, the share of the time in which it fails; None while not known."""
    period_ms: int | None = None
    """And the usual time from one beginning to the next."""
    probably_over: ProbableEnd | None = None
    """While it is open and nothing of it is claimed any more: since when it probably is over."""


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """One line of an incident's timeline: what happened when, and the incident as it was
    afterwards.
    """

    at: Instant
    moment: Moment
    incident: Incident
    note: str = ""
    """What the line says instead of the incident's own reason, if anything."""

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


def revised(incident: Incident, now: Instant, why: str) -> IncidentEvent:
    """A line that says what counts no more; the incident stays as it is."""
    return IncidentEvent(now, Moment.REVISED, incident, why)


def withdrawn(incident: Incident, now: Instant, why: str) -> IncidentEvent:
    """The end of an incident that rests on nothing any more."""
    gone = replace(
        incident,
        ended_by=incident.ended_by if incident.ended_by is not None else now,
        resolved_at=incident.resolved_at if incident.resolved_at is not None else now,
        probably_over=None,
        reason=why,
        withdrawn=True,
        closed_because=Closed.WITHDRAWN,
    )
    return IncidentEvent(now, Moment.WITHDRAWN, gone)


def restored(incident: Incident, now: Instant, why: str, reason: str) -> IncidentEvent:
    """A line that says why a withdrawn incident stands after all, for its own reason. One that went
    on ends where it was withdrawn: what goes on is found anew.
    """
    stands = replace(incident, reason=reason, withdrawn=False, closed_because=Closed.ENDED)
    return IncidentEvent(now, Moment.REVISED, stands, why)


def closed(incident: Incident, now: Instant, why: Closed) -> IncidentEvent:
    """An incident that nothing looks at any more, or that was over when somebody looked again: no
    look saw its end, so none is told.
    """
    gone = replace(
        incident,
        resolved_at=now,
        probably_over=None,
        closed_because=why,
        reason=_CLOSED[why],
    )
    return IncidentEvent(now, Moment.RESOLVED, gone)


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else rfc3339(instant)
