"""The sets of regions that are tried, chosen in plain Python for one set of components: what the
families of hypotheses are compared with.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from coordinator.domain.inference.families import PREFIXES_AT_MOST, WORTH_A_LOOK, Places
from coordinator.domain.inference.hypotheses import Group


class Suspicion(NamedTuple):
    """What regions are chosen by."""

    everywhere: Places
    """The regions that vote."""
    suspects: Places
    """Those of them in which anything speaks for trouble."""
    orders: tuple[Places, ...]
    """Those of the suspects in which evidence does, in all and lately, the most suspicious
    first.
    """
    groups: tuple[Group, ...]


def region_sets(suspicion: Suspicion) -> dict[Places, str]:
    """The sets of regions worth trying for some components, each with the name of its group, if it
    is one.
    """
    found: dict[Places, str] = {}
    for family in (all_regions, each_region, regions_of_a_group, suspicious_regions):
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
