"""Reaches: the hypotheses that are tried, each with its price.

Some thirty of each of some forty sets of components are tried at every step, and of nearly all the
likelihood is next to nothing. So they are rows of arrays, and written out only when asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from coordinator.domain.inference.families import Places, Sets, Suspicion, region_sets
from coordinator.domain.inference.hypotheses import Hypothesis, price_of
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Flags, Floats, Ints

KEPT = 512
WORD = 32
"""So many regions are compared at once, as the bits of one number."""


@dataclass(frozen=True, slots=True)
class Reaches:
    """Hypotheses in the order of their components. A sequence of `Hypothesis`."""

    candidates: Sequence[Places]
    """The sets of components."""
    candidate: Ints
    """Which of them each hypothesis has."""
    member: Flags
    """(hypothesis, region): where it reaches."""
    prices: Floats
    names: Sequence[str]
    name: Ints
    """Which of the names each has."""
    _written: dict[int, Hypothesis] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.candidate)

    def __getitem__(self, k: int) -> Hypothesis:
        found = self._written.get(k)
        if found is None:
            found = self._written[k] = Hypothesis(
                self.candidates[self.candidate[k]],
                tuple(np.flatnonzero(self.member[k]).tolist()),
                float(self.prices[k]),
                self.names[self.name[k]],
            )
        return found

    def __iter__(self) -> Iterator[Hypothesis]:
        return map(self.__getitem__, range(len(self)))


def reaches(
    candidates: Sequence[Places],
    suspicion: Suspicion,
    claimed: Sequence[tuple[Places, Places]],
    components: int,
    rules: Rules,
) -> Reaches:
    """What is tried of these sets of components, of a service that has so many; what is `claimed`
    already, components and regions, always is among it. Each set of cells once; what several
    families find has the name that the first gives.
    """
    found, more = region_sets(suspicion), _claimed(candidates, claimed, suspicion)
    member = np.concatenate((found.member, more.member), axis=1)
    tried = np.concatenate((found.tried, more.tried), axis=1)
    candidate, name = np.nonzero(tried)
    rows = member[candidate, name]
    first = _firsts(candidate, rows)
    candidate, name, rows = candidate[first], name[first], rows[first]
    names = [*found.names, *more.names]
    voting = suspicion.everywhere.sum(axis=1).tolist()
    sizes = [(len(each), votes) for each, votes in zip(candidates, voting, strict=True)]
    tables = {
        size: _prices(*size, components, suspicion.everywhere.shape[1], rules)
        for size in set(sizes)
    }
    by_candidate = np.stack([tables[size] for size in sizes])
    named = np.array([bool(one) for one in names])[name].astype(np.int64)
    prices: Floats = by_candidate[candidate, named, rows.sum(axis=1)]
    return Reaches(candidates, candidate, rows, prices, names, name)


def _claimed(
    candidates: Sequence[Places], claimed: Sequence[tuple[Places, Places]], suspicion: Suspicion
) -> Sets:
    """What is claimed, as sets of regions of those candidates that are claimed."""
    count, regions = suspicion.everywhere.shape
    member = np.zeros((count, len(claimed), regions), dtype=np.bool_)
    tried = np.zeros((count, len(claimed)), dtype=np.bool_)
    for place, (components, theirs) in enumerate(claimed):
        row = candidates.index(components) if components in candidates else None
        if row is not None:
            member[row, place, list(theirs)] = tried[row, place] = True
    return Sets(member, tried, [""] * len(claimed))


def _firsts(candidate: Ints, rows: Flags) -> Ints:
    """The first of those rows of a candidate that are the same, in their order."""
    number = candidate
    for begin in range(0, rows.shape[1], WORD):
        bits = rows[:, begin : begin + WORD]
        word = bits @ (1 << np.arange(bits.shape[1]))
        _, first, number = np.unique(number << WORD | word, return_index=True, return_inverse=True)
    return np.sort(first)


@lru_cache(maxsize=KEPT)
def _prices(count: int, voting: int, every: int, regions: int, rules: Rules) -> Floats:
    """(named, number of regions): the price of so many components where so many regions vote, for
    any regions, and for those that share something.
    """
    parts, found = range(count), np.zeros((2, regions + 1))
    for size in range(voting + 1):
        for named, group in enumerate(("", "shared")):
            found[named, size] = price_of(parts, range(size), group, every, voting, rules)
    return found
