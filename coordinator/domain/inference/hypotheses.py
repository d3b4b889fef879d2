"""Hypotheses: how far a disruption may reach. Each is a set of components times a set of regions,
with a price.

The price is the evidence, in nats, that it takes before the hypothesis is as likely as that all is
well: the dearer, the more of its kind there are for chance to find.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.grid import Flags, Floats

PREFIXES_AT_MOST = 12
"""Sets of the most suspicious regions that are tried, one, two, three... of them."""
SUBSETS_AT_MOST = 6
WORTH_A_LOOK = 0.5
"""Evidence from which on a region or cell is tried at all."""
HALF_SURE = 3.0


@dataclass(frozen=True, slots=True)
class Group:
    """Regions that share something: a country, a continent, a provider, a network, an edge."""

    what: str
    regions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Components by regions (both as places on the axes), and its price in nats."""

    components: tuple[int, ...]
    regions: tuple[int, ...]
    price: float
    group: str = ""


def component_sets(cells: Floats) -> list[tuple[int, ...]]:
    """The sets of components worth trying: all, each, the most suspicious few, and those suspicious
    in one region.

    `cells` is the present evidence, (component, region).
    """
    count = cells.shape[0]
    found = {tuple(range(count)): None}
    found.update(((component,), None) for component in range(count))
    worth = np.minimum(cells, 2 * HALF_SURE).sum(axis=1)
    order = [int(c) for c in np.argsort(-worth, kind="stable") if worth[c] > HALF_SURE]
    for size in [*range(2, min(len(order), SUBSETS_AT_MOST) + 1), len(order)]:
        if 2 <= size < count:
            found[tuple(sorted(order[:size]))] = None
    by_region = cells.sum(axis=0)
    for region in np.argsort(-by_region, kind="stable")[:SUBSETS_AT_MOST]:
        there = tuple(int(c) for c in np.flatnonzero(cells[:, region] > HALF_SURE))
        if 2 <= len(there) < count:
            found[there] = None
    return list(found)


def region_sets(
    runs: Sequence[Floats], voting: Flags, groups: Sequence[Group]
) -> dict[tuple[int, ...], str]:
    """The sets of regions worth trying for some components, each with the name of its group, if it
    is one.

    `runs` are the evidence by region, in all and lately.
    """
    everywhere = tuple(int(r) for r in np.flatnonzero(voting))
    found = {everywhere: "everywhere"}
    suspects = [r for r in everywhere if any(run[r] > WORTH_A_LOOK for run in runs)]
    found.update(((region,), "") for region in suspects if (region,) not in found)
    for group in groups:
        there = tuple(r for r in everywhere if r in group.regions)
        if 1 < len(there) < len(everywhere) and any(r in suspects for r in there):
            found.setdefault(there, group.what)
    for worth in runs:
        order = sorted(
            (r for r in suspects if worth[r] > WORTH_A_LOOK), key=lambda r: (-worth[r], r)
        )
        for size in [*range(2, min(len(order), PREFIXES_AT_MOST) + 1), len(order)]:
            if size >= 2:
                found.setdefault(tuple(sorted(order[:size])), "")
    return found


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
    return rules.region_nats + spread + extra + (0.0 if whole else 2.0)


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


def distinct(hypotheses: Iterable[Hypothesis]) -> list[Hypothesis]:
    """Each set of cells once, at its lowest price: leaving twins apart would split what is one
    explanation.
    """
    best: dict[tuple[tuple[int, ...], tuple[int, ...]], Hypothesis] = {}
    for hypothesis in hypotheses:
        key = (hypothesis.components, hypothesis.regions)
        if key not in best or hypothesis.price < best[key].price:
            best[key] = hypothesis
    return list(best.values())
