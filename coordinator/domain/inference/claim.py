"""A claim: how far something reaches, as far as the posterior and what was heard allow to say
it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope
from coordinator.domain.vantages.independence import EACH_ITS_OWN, Independence
from coordinator.domain.window.axes import Axes, CellKey, Flags, any_along
from worker.contract.instant import Instant

FEWEST_REGIONS = 2
"""One region alone never speaks for everywhere, whatever the rules say."""
COVERAGE_CAPS = ((8, 0.99), (5, 0.95), (3, 0.8), (2, 0.7), (1, 0.6))
"""(vantage points heard, the most that a claim may be trusted): so much of everywhere was seen."""
WELL_CAPS = ((8, 0.99), (3, 0.98), (2, 0.97), (1, 0.95))
"""The same of what is well. Few say little of how far a failure reaches; but most of the time
nothing fails, and what fails everywhere, one of them sees.
"""
EVERYWHERE = frozenset({Scope.COMPONENT, Scope.SYSTEM_WIDE})


@dataclass(frozen=True, slots=True)
class Claim:
    """A scope with the cells it rests on. Regions and components are in the configuration's
    order.
    """

    scope: Scope
    cells: frozenset[CellKey] = frozenset()
    regions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    chance: float = 0.0
    """How likely it is."""
    slow: bool = False
    """Whether it is slowness rather than failures."""
    since: Instant = 0
    """Start of the bucket in which it most likely began."""
    group: str = ""
    """What the regions share, when that explains them."""
    at_least: bool = False
    """Whether it may reach farther than the cells that are sure."""

    @property
    def located(self) -> bool:
        """Whether it is sure that something is wrong where it says, though perhaps not how much
        farther it reaches: of `unknown` scope it is then regional or wider.
        """
        known = self.scope is not Scope.UNKNOWN or not self.at_least
        return known and self.scope is not Scope.NONE and bool(self.cells)

    def says(self) -> tuple[Scope, tuple[str, ...], tuple[str, ...], frozenset[CellKey]]:
        """What makes it another claim."""
        return self.scope, self.regions, self.components, self.cells


NOTHING_YET = Claim(Scope.UNKNOWN)
"""What is claimed before anything was heard, and while we suspect ourselves."""
ALL_WELL = Claim(Scope.NONE)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who should look and who is heard: both (component, region); and who of them count as one."""

    axes: Axes
    enabled: Flags
    votes: Flags
    independence: Independence = EACH_ITS_OWN

    def heard(self, components: Iterable[int]) -> Flags:
        """The regions that vote on any of these components."""
        return any_along(self.votes[list(components)], 0)

    def regions_heard(self) -> int:
        """How many regions vote on anything."""
        return int(self.votes.any(axis=0).sum())

    def points(self, regions: Flags) -> int:
        """How many vantage points these regions are."""
        if not self.independence.groups:
            return int(regions.sum())
        return self.independence.count(compress(self.axes.regions, regions.tolist()))

    def points_heard(self) -> int:
        """How many vantage points vote on anything."""
        return self.points(any_along(self.votes, 0))

    def suffices(self, components: Sequence[int], looked: Flags, rules: Rules) -> bool:
        """Whether enough of everywhere was `looked` at (a region each) to speak of everywhere:
        from so many vantage points, of so many regions that should look.
        """
        heard = self.points(self.heard(components) & looked)
        enabled = int(self.enabled[list(components)].any(axis=0).sum())
        return (
            heard >= max(FEWEST_REGIONS, rules.enough_regions)
            and heard >= rules.enough_share * enabled
        )


def scope_of(hypothesis: Hypothesis, coverage: Coverage, looked: Flags, rules: Rules) -> Scope:
    """The scope that a hypothesis is, within what was heard."""
    heard = coverage.heard(hypothesis.components)
    size = int(heard[list(hypothesis.regions)].sum())
    if size < rules.nearly_all * int(heard.sum()):
        inside = np.zeros_like(heard)
        inside[list(hypothesis.regions)] = True
        apart = coverage.points(heard) > coverage.points(heard & inside)
        return Scope.REGIONAL if apart else Scope.UNKNOWN
    if not coverage.suffices(hypothesis.components, looked, rules):
        return Scope.UNKNOWN
    judged = int(coverage.enabled.any(axis=1).sum())
    whole = len(hypothesis.components) >= rules.nearly_all * judged
    return Scope.SYSTEM_WIDE if whole else Scope.COMPONENT


def confidence_cap(points_heard: int, *, well: bool = False) -> float:
    """The most that a claim may be trusted when so many vantage points were heard, or that all is
    `well`; never 1.
    """
    caps = WELL_CAPS if well else COVERAGE_CAPS
    return next((cap for points, cap in caps if points_heard >= points), 0.0)


def within(claim: Claim, cells: Iterable[CellKey]) -> Claim:
    """The claim as far as its cells are still looked at."""
    left = claim.cells & frozenset(cells)
    regions, components = {key[1] for key in left}, {key[0] for key in left}
    if left == claim.cells:
        return claim
    return replace(
        claim,
        cells=left,
        regions=tuple(region for region in claim.regions if region in regions),
        components=tuple(component for component in claim.components if component in components),
    )


def scope_of_cells(
    reach: Collection[CellKey],
    enabled: Collection[CellKey],
    rules: Rules,
    voting: Collection[CellKey] | None = None,
    independence: Independence = EACH_ITS_OWN,
) -> Scope:
    """The scope of exactly these cells among all that are looked at, by the measures of a claim:
    everywhere is where somebody is heard, or was when it failed there. Without `voting`, all are.

    From too few vantage points to speak of everywhere it is regional: that much is known.
    """
    components, regions = {key[0] for key in reach}, {key[1] for key in reach}
    known = {*reach, *(enabled if voting is None else voting)}
    heard = {region for component, region in known if component in components}
    looked_at = {region for component, region in enabled if component in components}
    enough = max(FEWEST_REGIONS, rules.enough_regions, rules.enough_share * len(looked_at))
    everywhere = components_everywhere(reach, known, rules)
    if (
        not everywhere
        or independence.count(heard) < enough
        or len(regions) < rules.nearly_all * len(heard)
    ):
        return Scope.REGIONAL
    judged = len({component for component, _ in enabled})
    return Scope.SYSTEM_WIDE if len(everywhere) >= rules.nearly_all * judged else Scope.COMPONENT


def components_everywhere(
    reach: Collection[CellKey], known: Collection[CellKey], rules: Rules
) -> frozenset[str]:
    """The components that are reached in nearly all regions in which they are known."""
    reached = Counter(component for component, _ in reach)
    there = Counter(component for component, _ in {*reach, *known})
    return frozenset(
        component
        for component, count in reached.items()
        if count >= rules.nearly_all * there[component]
    )


def still(
    claim: Claim,
    cells: Collection[CellKey],
    rules: Rules,
    independence: Independence = EACH_ITS_OWN,
) -> Claim:
    """The claim under another configuration, which looks at these cells: everywhere may be
    elsewhere now.
    """
    left = within(claim, cells)
    if left.scope not in EVERYWHERE:
        return left
    scope = Scope.UNKNOWN
    if left.cells:
        scope = scope_of_cells(left.cells, cells, rules, independence=independence)
    return replace(left, scope=scope if scope in EVERYWHERE else Scope.UNKNOWN)
