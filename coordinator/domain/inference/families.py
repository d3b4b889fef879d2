"""Families of hypotheses: which components, and which regions, are worth trying together.

A family is a function below with a line in `COMPONENTS` or `REGIONS`; nothing else knows it. Any
components may fail in any regions, and what that costs is told by `price_of`. The order of families
is that of hypotheses, and of a set that several find, the first family gives the name.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from coordinator.domain.inference.hypotheses import Group
from coordinator.domain.window.axes import Floats

PREFIXES_AT_MOST = 12
"""Sets of the most suspicious regions that are tried, one, two, three... of them."""
SUBSETS_AT_MOST = 6
WORTH_A_LOOK = 0.5
"""Evidence from which on a region or cell is tried at all."""
HALF_SURE = 3.0

Places = tuple[int, ...]
"""Components or regions, as positions in the frame, in their order."""


class Suspicion(NamedTuple):
    """What regions are chosen by. Hashable, since the same suspicion gives the same sets."""

    everywhere: Places
    """The regions that vote."""
    suspects: Places
    """Those of them in which anything speaks for trouble."""
    orders: tuple[Places, ...]
    """Those of the suspects in which evidence does, in all and lately, the most suspicious
    first.
    """
    groups: tuple[Group, ...]


def component_sets(cells: Floats) -> list[Places]:
    """The sets of components worth trying, each once. `cells` is the present evidence, (component,
    region).
    """
    return list(dict.fromkeys(chain.from_iterable(family(cells) for family in COMPONENTS)))


def region_sets(suspicion: Suspicion) -> dict[Places, str]:
    """The sets of regions worth trying for some components, each with the name of its group, if it
    is one.
    """
    found: dict[Places, str] = {}
    for family in REGIONS:
        for regions, name in family(suspicion):
            found.setdefault(regions, name)
    return found


def suspicion_of(
    runs: Sequence[Sequence[float]], everywhere: Places, groups: tuple[Group, ...]
) -> Suspicion:
    """Which regions to suspect. `runs` are the evidence by region, in all and lately."""
    orders = tuple(_order(run, everywhere) for run in runs)
    return Suspicion(everywhere, tuple(sorted({*chain(*orders)})), orders, groups)


def _order(run: Sequence[float], everywhere: Places) -> Places:
    """The regions in which evidence speaks for trouble, the most suspicious first."""
    worthy = [region for region in everywhere if run[region] > WORTH_A_LOOK]
    # reversed, a sort leaves those that are equally suspicious in their order
    return tuple(sorted(worthy, key=run.__getitem__, reverse=True))


def all_components(cells: Floats) -> Iterator[Places]:
    """The whole service."""
    yield tuple(range(cells.shape[0]))


def each_component(cells: Floats) -> Iterator[Places]:
    """One component alone."""
    for component in range(cells.shape[0]):
        yield (component,)


def suspicious_components(cells: Floats) -> Iterator[Places]:
    """The most suspicious two, three, four..., and all that are suspicious."""
    worth = np.minimum(cells, 2 * HALF_SURE).sum(axis=1)
    order = [int(c) for c in np.argsort(-worth, kind="stable") if worth[c] > HALF_SURE]
    for size in [*range(2, min(len(order), SUBSETS_AT_MOST) + 1), len(order)]:
        if 2 <= size < cells.shape[0]:
            yield tuple(sorted(order[:size]))


def components_of_a_region(cells: Floats) -> Iterator[Places]:
    """Those that are suspicious in the same region, for the most suspicious regions."""
    by_region = cells.sum(axis=0)
    for region in np.argsort(-by_region, kind="stable")[:SUBSETS_AT_MOST]:
        there = tuple(int(c) for c in np.flatnonzero(cells[:, region] > HALF_SURE))
        if 2 <= len(there) < cells.shape[0]:
            yield there


def all_regions(suspicion: Suspicion) -> Iterator[tuple[Places, str]]:
    """All that vote."""
    yield suspicion.everywhere, "everywhere"


def each_region(suspicion: Suspicion) -> Iterator[tuple[Places, str]]:
    """One suspicious region alone."""
    for region in suspicion.suspects:
        yield (region,), ""


def regions_of_a_group(suspicion: Suspicion) -> Iterator[tuple[Places, str]]:
    """Regions that share something, one of them suspicious."""
    everywhere, suspects = frozenset(suspicion.everywhere), frozenset(suspicion.suspects)
    for group in suspicion.groups:
        there = group.regions & everywhere
        if 1 < len(there) < len(everywhere) and not suspects.isdisjoint(there):
            yield tuple(sorted(there)), group.what


def suspicious_regions(suspicion: Suspicion) -> Iterator[tuple[Places, str]]:
    """The most suspicious two, three, four..., and all that are suspicious, in all and lately."""
    for order in suspicion.orders:
        for size in [*range(2, min(len(order), PREFIXES_AT_MOST) + 1), len(order)]:
            if size >= 2:
                yield tuple(sorted(order[:size])), ""


COMPONENTS: Final[tuple[Callable[[Floats], Iterator[Places]], ...]] = (
    all_components,
    each_component,
    suspicious_components,
    components_of_a_region,
)
REGIONS: Final[tuple[Callable[[Suspicion], Iterator[tuple[Places, str]]], ...]] = (
    all_regions,
    each_region,
    regions_of_a_group,
    suspicious_regions,
)
