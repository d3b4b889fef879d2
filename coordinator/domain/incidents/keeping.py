"""Open incidents over restarts and new configurations, and what links them to others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from coordinator.domain.incidents.duty import Duty, is_turning
from coordinator.domain.incidents.life import OpenIncidents
from coordinator.domain.incidents.open_incident import OpenIncident, cell_spans_of
from coordinator.domain.model.incident import Incident
from coordinator.domain.window.axes import CellKey
from worker.contract.instant import Instant


def resumed(
    incidents: OpenIncidents, stored: Sequence[Incident], cells: Collection[CellKey]
) -> OpenIncidents:
    """These open incidents, as far as what they reach is still looked at."""
    opened = []
    for incident in stored:
        reach = frozenset(
            key for key in cells if key[0] in incident.components and key[1] in incident.regions
        )
        if reach:
            opened.append(OpenIncident(incident, reach, cell_spans_of(incident, reach)))
    return replace(incidents, open=tuple(opened))


def reconciled(
    incidents: OpenIncidents, stored: Sequence[Incident], cells: Collection[CellKey]
) -> OpenIncidents:
    """After a rebuild, the stored ones: what was not stored was never told."""
    found = {opened.incident.id: opened for opened in incidents.open}
    missing = [incident for incident in stored if incident.id not in found]
    kept = tuple(replace(found[one.id], incident=one) for one in stored if one.id in found)
    more = resumed(incidents, missing, cells)
    return replace(more, open=(*kept, *more.open))


def adopted(incidents: OpenIncidents, cells: Collection[CellKey]) -> OpenIncidents:
    """Under another configuration, as far as the same cells are looked at."""
    left = [(opened, opened.reach & frozenset(cells)) for opened in incidents.open]
    return replace(
        incidents, open=tuple(replace(opened, reach=reach) for opened, reach in left if reach)
    )


def turning(incidents: OpenIncidents, now: Instant) -> tuple[tuple[frozenset[CellKey], Duty], ...]:
    """The cells of the open incidents that come and go, and how."""
    return tuple(
        (opened.reach, opened.duty)
        for opened in incidents.open
        if opened.duty is not None and is_turning(opened.on_times, now)
    )


def linked(
    incidents: OpenIncidents, causes: Mapping[str, str]
) -> tuple[OpenIncidents, list[Incident]]:
    """Each with the incident that it likely shares its cause with, and those that changed by
    that.
    """
    after = [
        replace(opened, incident=_linked(opened.incident, causes)) for opened in incidents.open
    ]
    changed = [new.incident for new, old in zip(after, incidents.open, strict=True) if new != old]
    return replace(incidents, open=tuple(after)), changed


def _linked(incident: Incident, causes: Mapping[str, str]) -> Incident:
    cause = causes.get(incident.id, incident.cause)
    return incident if cause == incident.cause else replace(incident, cause=cause)
