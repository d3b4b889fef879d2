"""How far it reaches: from the cells that vote and those that fail to a scope, within what was heard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coordinator.domain.matrix import CellKey
from coordinator.domain.rules import Rules
from coordinator.domain.verdict import Scope

FEWEST_REGIONS = 2
"""One region alone never speaks for everywhere, whatever the rules say."""

COVERAGE_CAPS = ((8, 0.99), (5, 0.95), (3, 0.8), (2, 0.7), (1, 0.6))
"""(regions heard, the most that a claim may be trusted): so much of everywhere was seen."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who should look and who is heard: regions that should look, per component, in the topology's order."""

    enabled: Mapping[str, tuple[str, ...]]
    voting: frozenset[CellKey]

    def heard(self, component: str) -> tuple[str, ...]:
        """The regions that vote on a component."""
        return tuple(region for region in self.enabled[component] if (component, region) in self.voting)

    def regions_heard(self) -> frozenset[str]:
        """The regions that vote on anything."""
        return frozenset(region for _, region in self.voting)

    def suffices(self, component: str, rules: Rules) -> bool:
        """Whether enough of everywhere is heard to speak of everywhere."""
        heard, enabled = len(self.heard(component)), len(self.enabled[component])
        return heard >= max(FEWEST_REGIONS, rules.enough_regions) and heard >= rules.enough_share * enabled


@dataclass(frozen=True, slots=True)
class Ruling:
    """A scope with the cells it rests on. Regions and components are in the topology's order."""

    scope: Scope
    cells: frozenset[CellKey] = frozenset()
    regions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


def rule(coverage: Coverage, failing: frozenset[CellKey], rules: Rules) -> Ruling:
    """The ruling on the failing cells among those that vote."""
    if not coverage.voting:
        return Ruling(Scope.UNKNOWN)
    if not failing:
        return Ruling(Scope.NONE)
    everywhere = [component for component in coverage.enabled if _is_everywhere(component, coverage, failing, rules)]
    sure = [component for component in everywhere if coverage.suffices(component, rules)]
    if sure:
        whole = len(sure) >= rules.nearly_all * len(coverage.enabled)
        return _ruling(Scope.SYSTEM_WIDE if whole else Scope.COMPONENT, coverage, failing, sure)
    if _only_regions_differ(everywhere, coverage, failing):
        return _ruling(Scope.REGIONAL, coverage, failing, _components(coverage, failing))
    return _ruling(Scope.UNKNOWN, coverage, failing, _components(coverage, failing))


def _only_regions_differ(everywhere: Sequence[str], coverage: Coverage, failing: frozenset[CellKey]) -> bool:
    """Whether some regions are well where others fail, and that explains what fails wherever it is heard, too."""
    told_apart = {region for component, region in failing if component not in everywhere}
    unexplained = {region for component, region in failing if component in everywhere} - told_apart
    well = coverage.regions_heard() - {region for _, region in failing}
    return bool(told_apart) and bool(well) and not unexplained


def _is_everywhere(component: str, coverage: Coverage, failing: frozenset[CellKey], rules: Rules) -> bool:
    """Whether a component fails in nearly every region that is heard of it."""
    heard = coverage.heard(component)
    bad = sum((component, region) in failing for region in heard)
    return bad > 0 and bad >= rules.nearly_all * len(heard)


def _components(coverage: Coverage, cells: frozenset[CellKey]) -> list[str]:
    return [component for component in coverage.enabled if any(cell[0] == component for cell in cells)]


def _ruling(scope: Scope, coverage: Coverage, failing: frozenset[CellKey], components: Sequence[str]) -> Ruling:
    cells = frozenset(cell for cell in failing if cell[0] in components)
    return Ruling(scope, cells, in_order(coverage, cells), tuple(components))


def in_order(coverage: Coverage, cells: Iterable[CellKey]) -> tuple[str, ...]:
    """The regions of the cells, each once, in the topology's order."""
    wanted = {region for _, region in cells}
    order = dict.fromkeys(region for regions in coverage.enabled.values() for region in regions)
    return tuple(region for region in order if region in wanted)


def confidence_cap(regions_heard: int) -> float:
    """The most that a claim may be trusted when so many regions were heard; never 1."""
    return next((cap for regions, cap in COVERAGE_CAPS if regions_heard >= regions), 0.0)
