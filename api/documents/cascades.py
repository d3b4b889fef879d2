"""Services that are down because another one is."""

from collections.abc import Iterator, Sequence
from typing import Annotated, cast

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.incidents import IncidentView
from coordinator.domain.dependencies.cascade import Link, cascades
from coordinator.domain.dependencies.cause import Cause
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Severity


class CascadeView(TypedDict):
    """An incident, and what most likely goes back to it."""

    incident: Annotated[str, Field(description="the last cause")]
    service: str
    components: Annotated[
        list[str], Field(description="those that are depended on; none: the whole service")
    ]
    incidents: Annotated[list[str], Field(description="what it caused")]
    services: list[str]
    probability: Annotated[float, Field(description="of the least probable of them")]
    headline: Annotated[str, Field(examples=["3 of your services are down because Claude API is"])]


def cascades_of(incidents: Sequence[IncidentView], topology: Topology) -> list[CascadeView]:
    """Each cascade of the incidents that are open, the largest first."""
    found = cascades(_links(incidents))
    return [cast(CascadeView, one.to_document(topology)) for one in found]


def _links(incidents: Sequence[IncidentView]) -> Iterator[Link]:
    for incident in incidents:
        told = incident.get("probably_caused_by")
        if told:
            cause = Cause(
                incident=told["incident"],
                service=told["service"],
                components=tuple(told["components"]),
                probability=told["probability"],
                root=told["root"]["incident"],
                root_service=told["root"]["service"],
            )
            severity = Severity(incident["severity"])
            yield Link(incident["id"], incident["service"], severity, cause)
