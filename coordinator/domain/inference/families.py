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
from coordinator.domain.window.axes import Flags, Floats, Ints, any_along

PREFIXES_AT_MOST = 12
"""Sets of the most suspicious regions that are tried, one, two, three... of them."""
SUBSETS_AT_MOST = 6
WORTH_A_LOOK = 0.5
"""Evidence from which on a region or cell is tried at all."""
HALF_SURE = 3.0

Places = tuple[int, ...]
"""Components or regions, as positions in the frame, in their order."""


class Suspicion(NamedTuple):
    """What regions are chosen by, for all sets of components at once: (candidate, region)."""

    everywhere: Flags
    """The regions that vote."""
    suspects: Flags
    """Those of them in which anything speaks for trouble."""
    ranks: Sequence[Ints]
    """By the evidence in all and lately, how many of the suspects are more suspicious; of others,
    as many as there are regions.
    """
    groups: Sequence[Group]


class Sets(NamedTuple):
    """Sets of regions: (candidate, set, region), and which of them are tried of which candidate."""

    member: Flags
    tried: Flags
    names: Sequence[str]
    """The name of the group that each set is, if it is one."""


def component_sets(cells: Floats) -> list[Places]:
    """The sets of components worth trying, each once. `cells` is the present evidence, (component,
    region).
    """
    return list(dict.fromkeys(chain.from_iterable(family(cells) for family in COMPONENTS)))


def region_sets(suspicion: Suspicion) -> Sets:
    """The sets of regions worth trying for each candidate; some more than once."""
    found = list(chain.from_iterable(family(suspicion) for family in REGIONS))
    return Sets(
        np.concatenate([one.member for one in found], axis=1),
        np.concatenate([one.tried for one in found], axis=1),
        [name for one in found for name in one.names],
    )


def suspicion_of(runs: Sequence[Floats], everywhere: Flags, groups: Sequence[Group]) -> Suspicion:
    """Which regions to suspect. `runs` are the evidence, (candidate, region), in all and lately."""
    ranks = [_ranks(run, everywhere & (run > WORTH_A_LOOK)) for run in runs]
    suspects = np.any([rank < everywhere.shape[1] for rank in ranks], axis=0)
    return Suspicion(everywhere, suspects, ranks, groups)


def _ranks(run: Floats, worthy: Flags) -> Ints:
    """The place of each worthy region, the most suspicious first; those that are equally
    suspicious stay in their order.
    """
    order = np.argsort(np.where(worthy, -run, np.inf), axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(run.shape[1])[None], axis=1)
    return np.where(worthy, ranks, run.shape[1])


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
    order = [c for c in np.argsort(-worth, kind="stable").tolist() if worth[c] > HALF_SURE]
    for size in [*range(2, min(len(order), SUBSETS_AT_MOST) + 1), len(order)]:
        if 2 <= size < cells.shape[0]:
            yield tuple(sorted(order[:size]))


def components_of_a_region(cells: Floats) -> Iterator[Places]:
    """Those that are suspicious in the same region, for the most suspicious regions."""
    regions = np.argsort(-cells.sum(axis=0), kind="stable")[:SUBSETS_AT_MOST]
    for sure in (cells[:, regions] > HALF_SURE).T.tolist():
        there = tuple(component for component, is_sure in enumerate(sure) if is_sure)
        if 2 <= len(there) < cells.shape[0]:
            yield there


def all_regions(suspicion: Suspicion) -> Iterator[Sets]:
    """All that vote."""
    everywhere = suspicion.everywhere
    yield Sets(everywhere[:, None], np.ones((len(everywhere), 1), dtype=np.bool_), ["everywhere"])


def each_region(suspicion: Suspicion) -> Iterator[Sets]:
    """One suspicious region alone."""
    count, regions = suspicion.suspects.shape
    alone = np.broadcast_to(np.eye(regions, dtype=np.bool_), (count, regions, regions))
    yield Sets(alone, suspicion.suspects, [""] * regions)


def regions_of_a_group(suspicion: Suspicion) -> Iterator[Sets]:
    """Regions that share something, one of them suspicious."""
    everywhere, groups = suspicion.everywhere, suspicion.groups
    shared = np.zeros((len(groups), everywhere.shape[1]), dtype=np.bool_)
    for row, group in enumerate(groups):
        shared[row, [region for region in group.regions if region < shared.shape[1]]] = True
    there = shared & everywhere[:, None]
    size, every = there.sum(axis=2), everywhere.sum(axis=1, keepdims=True)
    suspicious = any_along(there & suspicion.suspects[:, None], 2)
    tried = (size > 1) & (size < every) & suspicious
    yield Sets(there, tried, [group.what for group in groups])


def suspicious_regions(suspicion: Suspicion) -> Iterator[Sets]:
    """The most suspicious two, three, four..., and all that are suspicious, in all and lately."""
    regions = suspicion.everywhere.shape[1]
    sizes = np.array([*range(2, min(regions, PREFIXES_AT_MOST) + 1), regions])
    for ranks in suspicion.ranks:
        count = (ranks < regions).sum(axis=1, keepdims=True)
        tried = count >= np.array([*sizes[:-1], 2])  # the last are all of them, be it only two
        yield Sets(ranks[:, None] < sizes[:, None], tried, [""] * len(sizes))


COMPONENTS: Final[tuple[Callable[[Floats], Iterator[Places]], ...]] = (
    all_components,
    each_component,
    suspicious_components,
    components_of_a_region,
)
REGIONS: Final[tuple[Callable[[Suspicion], Iterator[Sets]], ...]] = (
    all_regions,
    each_region,
    regions_of_a_group,
    suspicious_regions,
)
