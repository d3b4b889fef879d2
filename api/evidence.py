"""The documents of how verdicts came about, put together from what is stored: pure."""

from collections.abc import Sequence

from api.explanation import Names, explain, explain_incident
from api.standing import whole
from api.views.evidence import IncidentEvidence, LineEvidence, NamesView, ServiceEvidence
from api.views.verdicts import FullVerdictView
from coordinator.domain.model.topology import Topology
from coordinator.store.state.incidents import Document


def names_of(topology: Topology, service_id: str) -> Names:
    """What everything is called that concerns a service, as far as it is still configured."""
    service = topology.service.get(service_id)
    return Names(
        service=service.name if service else service_id,
        components={component.id: component.name for component in service.components} if service else {},
        regions={region.id: region.name for region in topology.regions},
        services={other.id: other.name for other in topology.services},
    )


def service_evidence(service_id: str, verdict: FullVerdictView, names: Names) -> ServiceEvidence:
    """How a verdict came about."""
    return {
        "service": service_id,
        "names": _view(names),
        "verdict": verdict,
        "sentences": explain(verdict, names).sentences,
    }


def incident_evidence(incident: Document, lines: Sequence[Document], names: Names) -> IncidentEvidence:
    """How an incident came about and went on. `lines` are of `Incidents.evidence`."""
    return {
        "id": incident["id"],
        "service": incident["service"],
        "names": _view(names),
        "lines": [_line(line, names) for line in lines],
        "sentences": explain_incident(incident, lines, names).sentences,
    }


def _line(line: Document, names: Names) -> LineEvidence:
    verdict = None if line["evidence"] is None else whole(line["evidence"])
    return {
        "at": line["at"],
        "event": line["event"],
        "severity": line["severity"],
        "scope": line["scope"],
        "regions": line["regions"],
        "components": line["components"],
        "reason": line["reason"],
        "intermittent": line["intermittent"],
        "cause": line["cause"],
        "verdict": verdict,
        "sentences": explain(verdict, names).sentences if verdict else [],
    }


def _view(names: Names) -> NamesView:
    return {
        "service": names.service,
        "components": dict(names.components),
        "regions": dict(names.regions),
        "services": dict(names.services),
    }
