"""Hypotheses: how far a disruption may reach. Each is a set of components times a set of regions,
with a price.

The price is the evidence, in nats, that it takes before the hypothesis is as likely as that all is
well: the dearer, the more of its kind there are for chance to find.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology


@dataclass(frozen=True, slots=True)
class Group:
    """Regions that share something: a country, a continent, a provider, a network, an edge."""

    what: str
    regions: frozenset[int]


class Hypothesis(NamedTuple):
    """Components by regions (both as places on the axes), and its price in nats."""

    components: tuple[int, ...]
    regions: tuple[int, ...]
    price: float
    group: str = ""


class Hypotheses(Protocol):
    """Some hypotheses in order, which may be written out only as they are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, k: int, /) -> Hypothesis: ...

    def __iter__(self) -> Iterator[Hypothesis]: ...


def price_of(
    components: Sequence[int],
    regions: Sequence[int],
    group: str,
    all_components: int,
    all_regions: int,
    rules: Rules,
) -> float:
    """What a hypothesis costs: the shorter way to describe it, from one cell up or from all
    components down.
    """
    count, size = len(components), len(regions)
    whole = count == all_components
    extra = 0.0 if whole else rules.each_component_nats * min(count - 1, all_components - count + 1)
    if size == all_regions:
        return rules.service_nats + extra
    if size == 1:
        grown = rules.cell_nats + rules.each_component_nats * (count - 1)
        shrunk = rules.region_nats + 1 + rules.each_component_nats * (all_components - count + 1)
        return rules.region_nats if whole else min(grown, shrunk)
    spread = 0.0 if group else rules.each_region_nats * min(size, all_regions - size + 1)
    # a component in several regions is no likelier found by chance than one in a single region
    part = 0.0 if whole else rules.cell_nats - rules.region_nats
    return rules.region_nats + spread + extra + part


def groups_of(kinds: Mapping[str, Mapping[str, str]], regions: Sequence[str]) -> list[Group]:
    """Groups of two regions or more, from what each region is by kind: {"country": {"eu-west":
    "IE"}}.
    """
    found: dict[frozenset[int], Group] = {}
    for kind, values in kinds.items():
        members: dict[str, list[int]] = {}
        for place, region in enumerate(regions):
            if values.get(region):
                members.setdefault(values[region], []).append(place)
        for value, there in members.items():
            if 2 <= len(there) < len(regions):
                found.setdefault(frozenset(there), Group(f"{kind} {value}", frozenset(there)))
    return list(found.values())


def kinds_of(topology: Topology) -> dict[str, dict[str, str]]:
    """What regions may share, by the kind of it: the value of each region."""
    return {
        "country": {region.id: region.country for region in topology.regions},
        "continent": {region.id: region.continent for region in topology.regions},
        "provider": {region.id: region.provider for region in topology.regions if region.provider},
    }
