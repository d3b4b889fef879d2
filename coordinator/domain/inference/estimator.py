"""The estimator of one service: all its cells, which of them vote now, and what their looks amount
to.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from coordinator.domain.inference.abstention import why
from coordinator.domain.inference.claim import Claim, Coverage, within
from coordinator.domain.inference.finding import CALM, Finding, conclude
from coordinator.domain.inference.hypotheses import Group, groups_of, kinds_of
from coordinator.domain.inference.normal import normal_of
from coordinator.domain.inference.posterior import evidence, weigh
from coordinator.domain.inference.prefilter import Prefilter, rates_of
from coordinator.domain.inference.refinement import Remains, remaining
from coordinator.domain.model.horizon import NEVER
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.vantages.sickness import Sickness
from coordinator.domain.window.axes import Axes, CellKey, Flags, Floats, any_along, axes_of
from coordinator.domain.window.grid import CountGrid, fill
from coordinator.domain.window.pace import pace_of
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

STAYS_SHARE = 0.5
"""What is announced as a disruption of its own stays one while it is this likely."""
LOST_LEAST = 0.02
"""Of a region that loses less, nothing counts less."""
MOST_DISRUPTIONS = 3
"""Disruptions of one service that are told apart at once."""
Reach: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""Components and regions, by their place on the axes."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the estimator saw at a step: the grid, who votes, and a finding for each disruption told
    apart.
    """

    grid: CountGrid
    coverage: Coverage
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> float:
        """How likely anything is wrong."""
        return self.findings[0].wrong


class Estimator:
    """The cells of one service."""

    def __init__(
        self,
        checks: Sequence[Check],
        all_series: Mapping[str, Mapping[str, Series]],
        topology: Topology,
        rules: Rules,
        fleet: Fleet,
    ) -> None:
        service = topology.service[checks[0].service] if checks else None
        self.service = service.id if service else ""
        looked_at = {check.component for check in checks}
        components = [c.id for c in service.components if c.id in looked_at] if service else []
        self.axes = axes_of(
            components, topology.regions_of(checks), [check.interval_ms for check in checks], rules
        )
        self.all_series = [
            all_series[check.id][region] for check in checks for region in check.regions
        ]
        rows = {name: place for place, name in enumerate(components)}
        columns = {name: place for place, name in enumerate(self.axes.regions)}
        self._cells = [
            rows[t.component] * len(columns) + columns[t.region] for t in self.all_series
        ]
        shape = (len(rows), len(columns))
        self._fresh_ms = np.zeros(shape, dtype=np.int64)
        np.maximum.at(
            self._fresh_ms.reshape(-1), self._cells, [t.fresh_ms for t in self.all_series]
        )
        self.enabled: Flags = self._fresh_ms > 0
        self.pace = pace_of(self.axes, self.all_series, self._cells, rules.step_ms)
        self.recheck_at: Instant = NEVER
        """When the next look stops to speak for the present."""
        self.touched = self.stirred = self.waiting = False
        """Whether any look came since the last estimate, and one of a cell that did not vote; and
        whether a failed one waits for proof that its worker was alive.
        """
        self.prefilter = Prefilter(
            self.axes.window_ms, rates_of(self.all_series, self._cells, len(columns))
        )
        for series, cell in zip(self.all_series, self._cells, strict=True):
            series.row, series.column = divmod(cell, len(columns))
        self._kinds = kinds_of(topology)
        self._grouped: tuple[Mapping[str, Mapping[str, str]], list[Group]] = ({}, [])
        self._rules, self._fleet = rules, fleet

    @property
    def cells(self) -> frozenset[CellKey]:
        """All cells that are looked at."""
        return self.axes.keys(self.enabled)

    def estimate(
        self, now: Instant, claims: Sequence[Claim], *, late_alarms: bool, calm: bool
    ) -> Estimate:
        """Look at everything again. Where all was `calm`, it is weighed only if the prefilter lets
        it through.
        """
        self.touched = False
        seen = self.peek(now, late_alarms=late_alarms)
        votes = seen.coverage.votes
        self.stirred, self.waiting = False, seen.grid.waiting
        self.recheck_at = int((seen.grid.newest + self._fresh_ms)[votes].min(initial=NEVER - 1)) + 1
        flat = votes.reshape(-1).tolist()
        for series, cell in zip(self.all_series, self._cells, strict=True):
            series.votes = flat[cell]
        if calm and not self.prefilter.lets_through(now, self._rules):
            return seen
        return Estimate(
            seen.grid, seen.coverage, tuple(self._findings(seen.grid, seen.coverage, claims, now))
        )

    def peek(self, now: Instant, *, late_alarms: bool) -> Estimate:
        """What is there to see, without a finding, and without taking note."""
        all_series, fleet = self.all_series, self._fleet
        grid = fill(
            self.axes,
            all_series,
            self._cells,
            fleet.by_region,
            now,
            self._rules,
            late_alarms=late_alarms,
        )
        fit = np.array([fleet.is_fit(region) for region in self.axes.regions], dtype=bool)
        votes: Flags = self.enabled & fit & (grid.newest + self._fresh_ms >= now)
        coverage = Coverage(self.axes, self.enabled, votes, fleet.points.independence)
        return Estimate(grid, coverage, (CALM,))

    def _findings(
        self, grid: CountGrid, coverage: Coverage, claims: Sequence[Claim], now: Instant
    ) -> list[Finding]:
        """One finding, and more for what it leaves unexplained, when that is very likely something,
        too.
        """
        if not (grid.bad.any() or grid.slow.any()) or not coverage.votes.any():
            return [CALM]
        rules, found = self._rules, list[Finding]()
        normal = self._normal(grid)
        sick = self._sickness(grid, normal, now)
        nats = evidence(grid, normal, coverage.votes, 0.0 if sick is None else sick.lost)
        standing = self._standing(claims, coverage)
        while len(found) < MOST_DISRUPTIONS:
            least = _least(claims, found, rules.second_share)
            finding = self._next_finding(nats, grid, coverage, standing, found, least, sick)
            if finding is None:
                break
            found.append(finding)
            if not finding.sure or finding.wrong < _least(claims, found, rules.alarm_share):
                break
            nats = _without(nats, finding.claim.cells, self.axes)
        return found or [CALM]

    def _sickness(self, grid: CountGrid, normal: Floats, now: Instant) -> Sickness | None:
        """What workers lose of everything, worked out once a step."""
        if "sickness" not in grid.told:
            found = self._fleet.control.sickness(self.service, grid, normal, now)
            grid.told["sickness"] = found
        sick: Sickness | None = grid.told["sickness"]
        return sick

    def remains(
        self, grid: CountGrid, cells: Collection[CellKey], since: Instant, now: Instant
    ) -> Remains | None:
        """What is left of the evidence of these cells since a moment; None when that is too long
        ago, or no worker of theirs was sick.
        """
        if since < grid.begin:
            return None
        normal, begun = self._normal(grid), since - self.axes.bucket_ms
        sick = self._sickness(grid, normal, now)
        regions = {region for _, region in cells} & self._suspects(sick, grid, begun)
        ailments = self._fleet.ailments(regions, begun, now, self.service)
        if not ailments:
            return None
        return Remains(remaining(grid, normal, sick, cells, since), ailments)

    def _suspects(self, sick: Sickness | None, grid: CountGrid, since: Instant) -> frozenset[str]:
        """The regions whose workers may have been sick at any time since then."""
        first = max(0, (since - grid.begin) // self.axes.bucket_ms)
        # when it is judged anew, an incident may have begun after all that is known by then
        nothing = np.zeros(len(self.axes.regions))
        lost = nothing if sick is None else sick.lost[first:].max((0, 1), initial=0.0)
        return frozenset(
            region
            for region, most in zip(self.axes.regions, lost.tolist(), strict=True)
            if most >= LOST_LEAST or self._fleet.was_unfit(region, since)
        )

    def _standing(self, claims: Sequence[Claim], coverage: Coverage) -> list[Reach]:
        """The reaches of what is announced, as far as they vote."""
        reaches = [self._reach(claim, coverage.votes) for claim in claims]
        return [reach for reach in reaches if reach is not None]

    def _next_finding(
        self,
        nats: Floats,
        grid: CountGrid,
        coverage: Coverage,
        standing: Sequence[Reach],
        found: Sequence[Finding],
        least: float,
        sick: Sickness | None,
    ) -> Finding | None:
        """What explains best what is left of the evidence. One more than the first must be `least`
        likely, and sure.
        """
        rules, votes = self._rules, coverage.votes
        if found and not (nats > 0).any():  # what is left speaks for nothing
            return None
        foreseen = None if sick is None else sick.foreseen(_explained(found))
        posterior = weigh(
            nats, grid.filled, grid.rounds, votes, self._groups(), standing, rules, foreseen
        )
        if posterior is None or (found and 1 - posterior.none < least):
            return None
        finding = conclude(posterior, nats, coverage, grid, rules)
        if found and not finding.sure:
            return None
        return replace(
            finding, claim=within(finding.claim, finding.claim.cells - _explained(found))
        )

    def _reach(self, claim: Claim, votes: Flags) -> Reach | None:
        """The components and regions of a claim by their place, as far as they vote; None when
        nothing is left.
        """
        axes = self.axes
        components = tuple(
            place for place, name in enumerate(axes.components) if name in claim.components
        )
        voting = any_along(votes[list(components)], 0)
        regions = tuple(
            place
            for place, name in enumerate(axes.regions)
            if name in claim.regions and voting[place]
        )
        return (components, regions) if components and regions else None

    def _normal(self, grid: CountGrid) -> Floats:
        normal = normal_of(self.all_series, self._cells, grid, self._rules)
        self.prefilter.normal = float(normal[self.enabled].min())
        return normal

    def _groups(self) -> list[Group]:
        networks = {t.region: f"AS{t.asn}" for t in self.all_series if t.asn is not None}
        edges = {t.region: t.edge for t in self.all_series if t.edge is not None}
        kinds = {**self._kinds, "network": networks, "edge": edges}
        if kinds != self._grouped[0]:  # they nearly never change
            self._grouped = kinds, groups_of(kinds, self.axes.regions)
        return self._grouped[1]

    def abstentions(self, votes: Flags, now: Instant) -> Mapping[CellKey, str]:
        """Why the cells of fit regions that do not vote do not."""
        flat = votes.reshape(-1)
        found: dict[CellKey, list[Series]] = {}
        for series, cell in zip(self.all_series, self._cells, strict=True):
            if not flat[cell] and self._fleet.is_fit(series.region):
                found.setdefault((series.component, series.region), []).append(series)
        return {key: why(all_series, now) for key, all_series in found.items()}


def _least(claims: Sequence[Claim], found: Sequence[Finding], share: float) -> float:
    """How likely there must be another one; less where so many are announced already."""
    return STAYS_SHARE if len(claims) > len(found) else share


def _explained(found: Sequence[Finding]) -> frozenset[CellKey]:
    """The cells that the findings so far explain."""
    return frozenset[CellKey]().union(*(other.claim.cells for other in found))


def _without(nats: Floats, cells: Iterable[CellKey], axes: Axes) -> Floats:
    """The evidence that these cells do not explain."""
    rest = nats.copy()
    rest.reshape(*nats.shape[:2], -1)[:, :, list(axes.numbers(cells).values())] = 0
    return rest
