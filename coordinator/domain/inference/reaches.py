"""Reaches: the hypotheses that are tried of some components, each with its price.

What is suspected changes little from step to step, so those that were made last are kept.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np

from coordinator.domain.inference.families import Places, Suspicion, region_sets
from coordinator.domain.inference.hypotheses import Hypothesis, price_of
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Floats

KEPT = 512
"""Of a large service some forty are made at a step."""


class Reaches(NamedTuple):
    """Hypotheses of the same components, their prices, and which regions each of them has."""

    hypotheses: tuple[Hypothesis, ...]
    prices: Floats
    member: Floats
    """(region, hypothesis): 1 where it reaches, else 0."""


@lru_cache(maxsize=KEPT)
def reaches(
    components: Places,
    suspicion: Suspicion,
    claimed: tuple[Places, ...],
    size: tuple[int, int],
    rules: Rules,
) -> Reaches:
    """What is tried of these components of a service of that size, (components, regions); what is
    `claimed` of them already is always among it. Each set of cells once.
    """
    sets = region_sets(suspicion)
    for regions in claimed:
        sets.setdefault(regions, "")
    named, alone = _prices(len(components), size[0], len(suspicion.everywhere), rules)
    prices = [(named if group else alone)[len(regions)] for regions, group in sets.items()]
    member = np.zeros((size[1], len(sets)))
    columns = np.repeat(np.arange(len(sets)), [len(regions) for regions in sets])
    member[list(chain.from_iterable(sets)), columns] = 1
    found = map(Hypothesis, repeat(components), sets, prices, sets.values())
    return Reaches(tuple(found), np.array(prices), member)


@lru_cache(maxsize=KEPT)
def _prices(
    count: int, every: int, voting: int, rules: Rules
) -> tuple[Sequence[float], Sequence[float]]:
    """The price of so many components in so many regions, by their number: of regions that share
    something, and of any.
    """
    sizes = [range(size) for size in range(voting + 1)]
    parts = range(count)
    named = [price_of(parts, size, "shared", every, voting, rules) for size in sizes]
    alone = [price_of(parts, size, "", every, voting, rules) for size in sizes]
    return named, alone
