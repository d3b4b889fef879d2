"""Shared causes: incidents of several services that began together in the same regions are most
likely one event.
"""

from collections.abc import Collection, Mapping, Sequence

from coordinator.domain.model.incident import Incident
from coordinator.domain.model.rules import Rules

ALIKE = 0.5
"""Share of regions, of all that either reaches, that both reach."""


def shared_causes(incidents: Sequence[Incident], rules: Rules) -> Mapping[str, str]:
    """For each incident that began together with an earlier one of another service in the same
    regions, which one.
    """
    ordered = sorted(incidents, key=lambda incident: (incident.started_by, incident.id))
    found: dict[str, str] = {}
    for place, incident in enumerate(ordered):
        for earlier in ordered[:place]:
            if earlier.service != incident.service and _together(earlier, incident, rules):
                found[incident.id] = found.get(earlier.id, earlier.id)
                break
    return found


def without_cause(incidents: Sequence[Incident], withdrawn: Collection[str]) -> Mapping[str, str]:
    """No cause for those whose cause was withdrawn."""
    return {incident.id: "" for incident in incidents if incident.cause in withdrawn}


def _together(one: Incident, other: Incident, rules: Rules) -> bool:
    if abs(one.started_by - other.started_by) > rules.together_ms:
        return False
    both, either = set(one.regions) & set(other.regions), set(one.regions) | set(other.regions)
    return len(both) >= ALIKE * len(either)
