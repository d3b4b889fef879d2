"""Where the simulated endpoints are: whose network answers, from which edge, how far away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType
from typing import Any, Final

from coordinator.domain.model.topology import Check, Region, Role, Topology
from coordinator.evaluation.simulator.fleet.shape import MAIN

CDN: Final = 64_500
"""The network of the CDN. All numbers are of those reserved for documentation (RFC 5398)."""
_FIRST_OWN: Final = 64_501
_ON_CDN: Final = 0.6
_EARTH_KM: Final = 6371.0
_KM_A_MS: Final = 85.0
"""Round trip: light in fibre takes 1 ms for 100 km, and cables do not run straight."""
_NEAR_MS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Site:
    """What a look learns of where it was answered, and how long the way there and back takes."""

    asn: int
    ip: str
    country: str
    round_trip_ms: float
    extra: Mapping[str, Any]
    work_ms: int = 0
    """How much longer than usual the answer takes to make."""


@dataclass(frozen=True)
class Placement:
    """The checks whose endpoints are behind the CDN; all others have networks of their own, one for
    each service.
    """

    topology: Topology
    behind_cdn: frozenset[str]
    edges: Mapping[str, str] = field(hash=False)
    """The edge of the CDN that answers each region. Neighbours share one."""
    work_ms: int = 0
    """How much longer than usual every answer takes to make, but a reference's."""

    def asn(self, check: Check) -> int:
        """The network that answers. Every reference has one of its own."""
        if check.id in self.behind_cdn:
            return CDN
        services = [service.id for service in self.topology.services]
        own = _FIRST_OWN + services.index(check.service)
        if self.topology.service[check.service].role is Role.REFERENCE:
            own += [c.id for c in self.topology.checks_of(check.service)].index(check.id)
        return own

    def site(self, check: Check, region: Region) -> Site:
        """Where a look at this check from this region is answered."""
        asn = self.asn(check)
        number = [c.id for c in self.topology.checks].index(check.id)
        if asn == CDN:
            edge = self.edges[region.id]
            host = list(self.edges).index(edge.removeprefix("edge-"))
            there = self.topology.region[edge.removeprefix("edge-")]
            way_ms = _NEAR_MS + round_trip_ms(region, there)
            return Site(
                asn,
                f"203.0.113.{host + 1}",
                there.country,
                way_ms,
                MappingProxyType({"edge": edge}),
                self.work_ms,
            )
        if self.topology.service[check.service].role is Role.REFERENCE:
            return Site(asn, f"192.0.2.{number % 250 + 1}", region.country, 2 * _NEAR_MS, _NOTHING)
        home = self.topology.regions[(asn - _FIRST_OWN) % len(self.topology.regions)]
        way_ms = _NEAR_MS + round_trip_ms(region, home)
        ip = f"198.51.100.{number % 250 + 1}"
        return Site(asn, ip, home.country, way_ms, _NOTHING, self.work_ms)

    def edge_groups(self) -> Mapping[str, tuple[str, ...]]:
        """The regions of each edge."""
        groups: dict[str, tuple[str, ...]] = {}
        for region, edge in self.edges.items():
            groups[edge] = (*groups.get(edge, ()), region)
        return groups


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def usual_placement(topology: Topology) -> Placement:
    """The first three fifths of the main service and the first half of every other service are
    behind the CDN.
    """
    behind = [
        check.id
        for service in topology.services
        if service.role is Role.SERVICE
        for check in _first(topology.checks_of(service.id), _ON_CDN if service.id == MAIN else 0.5)
    ]
    return Placement(topology, frozenset(behind), _edges(topology))


def _first(checks: tuple[Check, ...], share: float) -> tuple[Check, ...]:
    return checks[: round(share * len(checks))]


def _edges(topology: Topology) -> dict[str, str]:
    """Pairs of regions of one continent share the edge that is in the first of them."""
    edges: dict[str, str] = {}
    alone: dict[str, str] = {}
    for region in topology.regions:
        first = alone.pop(region.continent, None)
        if first is None:
            alone[region.continent] = region.id
        edges[region.id] = f"edge-{first or region.id}"
    return edges


def round_trip_ms(one: Region, other: Region) -> float:
    """The way between two regions and back, over the great circle."""
    latitude, other_latitude = radians(one.latitude or 0.0), radians(other.latitude or 0.0)
    north = other_latitude - latitude
    east = radians(other.longitude or 0.0) - radians(one.longitude or 0.0)
    chord = sin(north / 2) ** 2 + cos(latitude) * cos(other_latitude) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(chord)) / _KM_A_MS
