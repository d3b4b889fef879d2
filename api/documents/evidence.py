"""How verdicts came about: their numbers, the same in sentences, and how both are put together.
Pure.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.incidents import TimelineLine
from api.documents.picture.standing import whole
from api.documents.verdicts import FullVerdictView
from api.explanation import Names, explain, explain_incident
from coordinator.domain.model.topology import Topology
from coordinator.store.state.incidents import Document


class NamesView(TypedDict):
    """What the ids are called; what has left the configuration has no name."""

    service: str
    components: dict[str, str]
    regions: dict[str, str]
    services: Annotated[dict[str, str], Field(description="every service that is configured")]


class ServiceEvidence(TypedDict):
    """The verdict of a service that stands, or stood, and how it came about."""

    service: str
    names: NamesView
    verdict: FullVerdictView
    sentences: Annotated[list[str], Field(description="the same for people; times in UTC")]


class LineEvidence(TimelineLine):
    """A line of a timeline with the verdict of its moment, and how that came about."""

    verdict: Annotated[FullVerdictView | None, Field(description="null when none was kept")]
    sentences: Annotated[
        list[str], Field(description="how that verdict came about, for people; times in UTC")
    ]


class IncidentEvidence(TypedDict):
    """How an incident came about and went on: the evidence of each line of its timeline, oldest
    first.
    """

    id: str
    service: str
    names: NamesView
    lines: list[LineEvidence]
    sentences: Annotated[list[str], Field(description="its whole life, for people; times in UTC")]


def names_of(topology: Topology, service_id: str) -> Names:
    """What everything is called that concerns a service, as far as it is still configured."""
    service = topology.service.get(service_id)
    return Names(
        service=service.name if service else service_id,
        components={component.id: component.name for component in service.components}
        if service
        else {},
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


def incident_evidence(
    incident: Document, lines: Sequence[Document], names: Names
) -> IncidentEvidence:
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
