"""A cascade: the services that are down because another one is."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from coordinator.domain.dependencies.cause import Cause
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Severity
from worker.contract.wording import enumerated

_NAMED = 3
_VERBS = {Severity.OUTAGE: "down"}


@dataclass(frozen=True, slots=True)
class Link:
    """An incident that goes on, and what most likely caused it."""

    incident: str
    service: str
    severity: Severity
    cause: Cause


@dataclass(frozen=True, slots=True)
class Cascade:
    """What most likely goes back to one incident."""

    root: str
    links: tuple[Link, ...]
    """At least one, in the order of their incidents."""

    @property
    def services(self) -> list[str]:
        """Those that are down because of it."""
        return sorted({link.service for link in self.links})

    @property
    def components(self) -> list[str]:
        """The components of the root that are depended on; none: the whole."""
        direct = [link.cause for link in self.links if link.cause.incident == self.root]
        return list(dict.fromkeys(chain.from_iterable(cause.components for cause in direct)))

    def sentence(self, topology: Topology) -> str:
        """`3 of your services are down because Claude API is`."""
        services = self.services
        number = len(services)
        mildest = min((link.severity for link in self.links), key=list(Severity).index)
        verb = _VERBS.get(mildest, "disrupted")
        what = cause_named(self.links[0].cause.root_service, self.components, topology)
        if number == 1:
            return f"{topology.name_of(services[0])} is {verb} because {what} is"
        return f"{number} of your services are {verb} because {what} is"

    def to_document(self, topology: Topology) -> dict[str, Any]:
        """JSON-able."""
        return {
            "incident": self.root,
            "service": self.links[0].cause.root_service,
            "components": self.components,
            "incidents": [link.incident for link in self.links],
            "services": self.services,
            "probability": min(link.cause.probability for link in self.links),
            "headline": self.sentence(topology),
        }


def cascades(links: Iterable[Link]) -> list[Cascade]:
    """Each root with what goes back to it, that of the most incidents first."""
    below: dict[str, list[Link]] = {}
    for link in sorted(links, key=lambda one: one.incident):
        below.setdefault(link.cause.root, []).append(link)
    found = [Cascade(root, tuple(links)) for root, links in below.items()]
    return sorted(found, key=lambda one: (-len(one.links), one.root))


def cause_named(service: str, components: Iterable[str], topology: Topology) -> str:
    """`Claude API`: the service with those components; without them where they are all of it."""
    name, parts = topology.name_of(service), topology.components_of(service)
    told = [_whole(parts.get(one, one), name) for one in components]
    if len(told) in (0, len(parts)):
        return name
    return enumerated(told[:_NAMED])


def _whole(part: str, service: str) -> str:
    """The component's name, with the service's before it unless it begins so: `claude.ai`."""
    return part if part.lower().startswith(service.lower()) else f"{service} {part}"
