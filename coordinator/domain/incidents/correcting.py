"""History corrected: what incidents should have been, now that late looks are here, and which lines
say so. An incident keeps its name; when it began and ended, where, and how far it reached is told
anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from coordinator.domain.incidents.open_incident import OpenIncident, parts_of
from coordinator.domain.model.horizon import NEVER
from coordinator.domain.model.incident import (
    Closed,
    Incident,
    IncidentEvent,
    Moment,
    revised,
)
from coordinator.domain.model.verdict import widest
from worker.contract.instant import Instant

_UNSEEN: Final = frozenset({Closed.REMOVED, Closed.UNSEEN})


def as_told(cases: Iterable[OpenIncident], said: Iterable[Incident]) -> list[Incident]:
    """What incidents are, by what was said of them: those that go on with their parts of now."""
    going = [
        replace(one.incident, parts=parts_of(one.cell_spans, over=False) or one.incident.parts)
        for one in cases
        if one.incident.resolved_at is None
    ]
    names = {incident.id for incident in going}
    return [*going, *(incident for incident in said if incident.id not in names)]


def matching(stored: Incident, found: Iterable[Incident]) -> Incident | None:
    """Which of the incidents that should have been is this one, if any: the one of its name, else
    the one that shares its places for the longest time.
    """
    alike = [one for one in found if one.service == stored.service and _shared_ms(stored, one) >= 0]
    same = [one for one in alike if one.id == stored.id]
    return max(same or alike, key=lambda one: (_shared_ms(stored, one), one.id), default=None)


def corrected(stored: Incident, found: Incident) -> Incident:
    """The stored incident as it should have been; that one's very self when it is right."""
    both_over = stored.resolved_at is not None and found.ended_by is not None
    ends = both_over and stored.closed_because not in _UNSEEN
    told = replace(
        stored,
        started_after=found.started_after,
        started_by=found.started_by,
        ended_after=found.ended_after if ends else stored.ended_after,
        ended_by=found.ended_by if ends else stored.ended_by,
        parts=found.parts,
        regions=found.regions if ends else stored.regions,
        components=found.components if ends else stored.components,
        scope=found.scope if ends else stored.scope,
        peak=widest((stored.peak, found.peak)),
    )
    return stored if told == stored else told


def revisions(
    stored: Sequence[Incident], found: Sequence[Incident], now: Instant, why: str
) -> list[IncidentEvent]:
    """One line for each stored incident that should have been another, and two for each that was
    over before anybody heard of it. `why` names what arrived.
    """
    events: list[IncidentEvent] = []
    taken: set[str] = set()
    for incident in stored:
        match = matching(incident, found)
        if match is None:
            continue
        taken.add(match.id)
        told = corrected(incident, match)
        if told is not incident:
            events.append(revised(told, now, f"{why}. {_changes(incident, told)}"))
    known = {incident.id for incident in stored}
    for incident in found:
        is_new = incident.id not in taken | known
        if is_new and incident.resolved_at is not None:
            events += _afterwards(incident, now, why)
    return events


def _afterwards(incident: Incident, now: Instant, why: str) -> list[IncidentEvent]:
    """The lines of an incident that is found when it is long over."""
    over = replace(incident, opened_at=now, resolved_at=now)
    going = replace(over, ended_after=None, ended_by=None, resolved_at=None, closed_because="")
    note = f"{why}. It was over before anybody heard of it."
    return [
        IncidentEvent(now, Moment.OPENED, going, note),
        IncidentEvent(now, Moment.RESOLVED, over, note),
    ]


def _changes(before: Incident, after: Incident) -> str:
    """What is told anew, in words."""
    told = (
        ("its start", (before.started_after, before.started_by) != _start(after)),
        ("its end", (before.ended_after, before.ended_by) != (after.ended_after, after.ended_by)),
        ("its times in regions and components", before.parts != after.parts),
        ("its regions", before.regions != after.regions),
        ("its components", before.components != after.components),
        ("how far it reached", (before.scope, before.peak) != (after.scope, after.peak)),
    )
    changed = [what for what, differs in told if differs]
    return f"Told anew: {', '.join(changed)}."


def _start(incident: Incident) -> tuple[Instant | None, Instant]:
    return incident.started_after, incident.started_by


def _shared_ms(one: Incident, other: Incident) -> int:
    """For how long two went on together; less than nothing when they did not."""
    if not (_names(one, "region") & _names(other, "region")):
        return -1
    if not (_names(one, "component") & _names(other, "component")):
        return -1
    return min(_end(one), _end(other)) - max(one.started_by, other.started_by)


def _end(incident: Incident) -> Instant:
    return NEVER if incident.ended_by is None else incident.ended_by


def _names(incident: Incident, axis: str) -> set[str]:
    """The regions or components that it ever reached."""
    now = incident.regions if axis == "region" else incident.components
    return {*now, *(part.name for part in incident.parts if part.axis == axis)}
