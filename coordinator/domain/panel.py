"""The panel of one service: all its cells, which of them vote now, and which look suspicious.

It reads again only the cells that something happened to, so a quiet service costs next to nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from coordinator.domain.fitness import Fitness
from coordinator.domain.fleet import NEVER, Fleet
from coordinator.domain.look import Look
from coordinator.domain.matrix import CellKey, Matrix, Sight, failing_cells
from coordinator.domain.rules import Rules
from coordinator.domain.scope import Coverage
from coordinator.domain.topology import Check, Topology
from coordinator.domain.watch import Watch
from worker.contract.instant import Instant


class News(NamedTuple):
    """What a refresh found."""

    looks: bool
    """A cell got new looks, or reads otherwise than before."""
    voters: bool
    """Other cells vote than before."""


class Panel:
    """The cells of one service."""

    def __init__(self, checks: Sequence[Check], topology: Topology, rules: Rules, fleet: Fleet) -> None:
        self.watches = _watches(checks, rules)
        self.voting: frozenset[CellKey] = frozenset()
        """The cells that are heard, from regions that are fit."""
        self.recheck_at: Instant = NEVER
        """When the next look stops to speak for the present."""
        self._checks = frozenset(check.id for check in checks)
        self._enabled = _enabled(checks, topology)
        self._rules = rules
        self._fleet = fleet
        self._touched: set[CellKey] = set()
        self._unproven: set[CellKey] = set()
        self._suspects: dict[CellKey, float] = {}

    def add(self, key: CellKey, look: Look) -> None:
        """Take one look at a cell in."""
        if self.watches[key].add(look):
            self._touched.add(key)

    def doubt(self, regions: Iterable[str]) -> None:
        """The fitness of workers there changed: what they saw counts, or no longer counts."""
        wanted = set(regions)
        self._touched.update(key for key in self.watches if key[1] in wanted)

    def is_stirred(self, now: Instant) -> bool:
        """Whether anything happened since the last refresh."""
        return bool(self._touched or self._unproven) or now >= self.recheck_at

    def refresh(self, now: Instant) -> News:
        """Read again what changed."""
        told = bool(self._touched)
        touched = self._touched | self._unproven
        for key in touched:
            told |= self._reads_otherwise(key)
        before = self.voting
        if now >= self.recheck_at:
            touched = set(self.watches)
        changed = {key for key in touched if self._votes(key, now) != (key in before)}
        if changed:
            self.voting = before ^ changed
        if changed or now >= self.recheck_at:
            self.recheck_at = self._next_silence()
        self._touched = set()
        return News(told, bool(changed))

    def _reads_otherwise(self, key: CellKey) -> bool:
        watch = self.watches[key]
        before = watch.reading, watch.newest
        watch.refresh(self._fleet.vantage)
        if watch.reading.nats > 0 or watch.reading.failing:
            self._suspects[key] = watch.reading.nats
        else:
            self._suspects.pop(key, None)
        if watch.proven:
            self._unproven.discard(key)
        else:
            self._unproven.add(key)
        return before != (watch.reading, watch.newest)

    def _votes(self, key: CellKey, now: Instant) -> bool:
        return self.watches[key].heard(now) and self._fleet.regions()[key[1]][0] is Fitness.FIT

    def _next_silence(self) -> Instant:
        ends = [watch.newest.fresh_until for key in self.voting if (watch := self.watches[key]).newest is not None]
        return min(ends, default=NEVER - 1) + 1

    def is_calm(self) -> bool:
        """Whether no cell and no line of cells can fail; cheap to tell, and true nearly always."""
        rules = self._rules
        if any(nats >= rules.alarm_nats or self.watches[key].reading.failing for key, nats in self._suspects.items()):
            return False
        lines: dict[tuple[int, str], list[float]] = defaultdict(list)
        for key, nats in self._suspects.items():
            for axis, name in enumerate(key):
                lines[axis, name].append(min(nats, rules.clip_nats))
        return all(fsum(evidence) < rules.line_nats for evidence in lines.values())

    def matrix(self) -> Matrix:
        """What the voting cells show."""
        watches = self.watches
        return {
            key: Sight(watch.reading, watch.newest.at)
            for key in watches
            if key in self.voting and (watch := watches[key]).newest is not None
        }

    def failing(self, matrix: Matrix, before: frozenset[CellKey]) -> frozenset[CellKey]:
        """The cells of the matrix that fail, given those that failed before."""
        return failing_cells(matrix, before, self._counts, self._rules)

    def _counts(self, key: CellKey, since: Instant) -> tuple[int, int]:
        return self.watches[key].counts_since(since)

    def coverage(self) -> Coverage:
        """Who should look, and who is heard."""
        return Coverage(self._enabled, self.voting)

    def abstentions(self, now: Instant) -> Mapping[CellKey, str]:
        """Why the cells of fit regions that do not vote do not."""
        regions = self._fleet.regions()
        return {
            key: watch.abstains_because(now)
            for key, watch in self.watches.items()
            if key not in self.voting and regions[key[1]][0] is Fitness.FIT
        }

    def adopt(self, before: "Panel") -> None:
        """Take over what was seen of the same cells by checks that are still there."""
        for key, watch in self.watches.items():
            if key in before.watches:
                watch.adopt(before.watches[key], self._checks)
                self._touched.add(key)

    def is_fully_heard(self) -> bool:
        """Whether every cell votes."""
        return len(self.voting) == len(self.watches)


def _watches(checks: Sequence[Check], rules: Rules) -> dict[CellKey, Watch]:
    """A watch for each (component, region) that some check looks at, in a fixed order."""
    by_cell: dict[CellKey, list[Check]] = {}
    for check in checks:
        for region in check.regions:
            by_cell.setdefault((check.component, region), []).append(check)
    return {key: Watch(*key, found, rules) for key, found in by_cell.items()}


def _enabled(checks: Sequence[Check], topology: Topology) -> Mapping[str, tuple[str, ...]]:
    """The regions that should look at each component, components and regions in the topology's order."""
    if not checks:
        return {}
    service = topology.service[checks[0].service]
    by_component = {
        component.id: topology.regions_of(check for check in checks if check.component == component.id)
        for component in service.components
    }
    return {component: regions for component, regions in by_component.items() if regions}
