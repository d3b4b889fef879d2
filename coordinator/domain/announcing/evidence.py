"""What a verdict shows of how it came about: cells, votes, who did not vote and why, and how far to
trust it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, NamedTuple

import numpy as np

from coordinator.domain.announcing.sentences import Standings
from coordinator.domain.announcing.severity import state_of
from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import Claim, Coverage, confidence_cap
from coordinator.domain.inference.finding import Finding
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.rules import VERSION, Rules
from coordinator.domain.model.verdict import Cell, CellState, Scope
from coordinator.domain.window.axes import CellKey, any_along
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.look import REASONS
from coordinator.domain.window.tally import Tally, tallies

CALIBRATION = ((0.0, 0.0), (0.5, 0.5), (0.9, 0.9), (0.97, 0.94), (0.999, 0.97), (1.0, 0.98))
"""(likelihood computed, share of such claims that were right in simulation), with straight lines
between.
"""
NEVER_BAD: Final = Tally()
_BY_NAME: Final = sorted(range(len(REASONS)), key=REASONS.__getitem__)
"""The codes of reasons in order of their names."""
_NAMES: Final = [str(REASONS[code]) for code in _BY_NAME]


def confidence(claims: Sequence[Claim], finding: Finding, coverage: Coverage) -> float:
    """How far to trust what is said: its calibrated likelihood, capped by how many vantage points
    were heard.
    """
    claim = claims[0]
    cap = confidence_cap(coverage.points_heard(), well=claim.scope is Scope.NONE)
    if claim.scope is Scope.UNKNOWN and not claim.located:
        return 0.0
    if claim.scope is Scope.NONE:
        return round(min(cap, 1 - finding.wrong), 2)
    computed, said = zip(*CALIBRATION, strict=True)
    return round(min(cap, float(np.interp(claim.chance, computed, said))), 2)


def cells_of(
    grid: CountGrid,
    coverage: Coverage,
    claimed: Mapping[CellKey, tuple[AnnouncedClaim, Tally]],
    standings: Standings,
    abstentions: Mapping[CellKey, str],
    rules: Rules,
) -> tuple[Cell, ...]:
    """Every cell as the verdict shows it, components and regions in the configuration's order."""
    good, bad = _counts(grid)
    newest = grid.newest.reshape(-1).tolist()
    enabled, votes = coverage.enabled.tolist(), coverage.votes.tolist()
    distinct = {id(one): one for one, _ in claimed.values()}
    counted = {name: _Counts.of(one) for name, one in distinct.items()}
    quiet = tallies(grid, _bad_cells(grid), grid.begin, slow=False)
    found = []
    for row, component in enumerate(grid.axes.components):
        for column, region in enumerate(grid.axes.regions):
            if not enabled[row][column]:
                continue
            place = row * len(grid.axes.regions) + column
            key = (component, region)
            seen = quiet.get(key, NEVER_BAD)
            if not votes[row][column]:
                fitness, why = standings[region]
                why = why if fitness is not Fitness.FIT else abstentions.get(key, "not heard")
                found.append(
                    Cell(
                        component,
                        region,
                        CellState.UNKNOWN,
                        why=why,
                        last_good=seen.last_good,
                        last_bad=seen.last_bad,
                    )
                )
            elif key in claimed:
                one, tally = claimed[key]
                counts = counted[id(one)].at(place)
                found.append(_claimed(component, region, one, tally, counts, rules))
            else:
                found.append(
                    Cell(
                        component,
                        region,
                        CellState.WELL,
                        good[place],
                        bad[place],
                        last_good=newest[place],
                        last_bad=seen.last_bad,
                        first_good=seen.first_good,
                    )
                )
    return tuple(found)


def _counts(grid: CountGrid) -> tuple[list[int], list[int]]:
    """Good and bad looks of each cell, by its number."""
    size, looks = grid.newest.size, grid.looks
    good = np.bincount(looks.cell[~looks.bad], minlength=size).tolist()
    bad = np.bincount(looks.cell[looks.bad], minlength=size).tolist()
    return good, bad


class _Counts(NamedTuple):
    """What a claim counted of each cell, by its number, as plain numbers: asked cell by cell, an
    array costs ten times as much.
    """

    good: Sequence[int]
    bad: Sequence[int]
    reasons: Sequence[Sequence[int]]

    @staticmethod
    def of(one: AnnouncedClaim) -> "_Counts":
        counted = one.counted
        by_name = counted.by_reason[:, _BY_NAME]
        return _Counts(counted.good.tolist(), counted.bad.tolist(), by_name.tolist())

    def at(self, place: int) -> tuple[int, int, dict[str, int]]:
        """Good and bad looks of a cell, and how many failed for which reason, by name."""
        reasons = {
            name: count for name, count in zip(_NAMES, self.reasons[place], strict=True) if count
        }
        return self.good[place], self.bad[place], reasons


def _bad_cells(grid: CountGrid) -> list[CellKey]:
    return [grid.axes.key(cell) for cell in np.unique(grid.looks.cell[grid.looks.bad]).tolist()]


def _claimed(
    component: str,
    region: str,
    one: AnnouncedClaim,
    tally: Tally,
    counts: tuple[int, int, dict[str, int]],
    rules: Rules,
) -> Cell:
    """A cell of a claim, by the looks that the claim's own severity follows from."""
    good, bad, reasons = counts
    if tally.first_bad is None and not good:
        return Cell(
            component,
            region,
            CellState.UNKNOWN,
            why="not looked at since its neighbours failed",
            last_good=tally.last_good,
        )
    return Cell(
        component,
        region,
        state_of(one.claim, one.counted.share, bad, good + bad, rules),
        good,
        bad,
        "slow" if one.claim.slow else "",
        tally.last_good,
        tally.first_bad,
        tally.last_bad,
        tally.first_good,
        reasons,
    )


def evidence_of(
    cells: Iterable[Cell],
    announced: Sequence[AnnouncedClaim],
    findings: Sequence[Finding],
    coverage: Coverage,
    standings: Standings,
    rules: Rules,
) -> Mapping[str, Any]:
    """Who should look, who was heard, who was not and why, the votes, the rival hypotheses and the
    rules: JSON-able.
    """
    heard = any_along(coverage.votes, 0)
    return {
        "rules_version": VERSION,
        "thresholds": asdict(rules),
        "regions": {
            "bad": len(announced[0].claim.regions),
            "heard": int(heard.sum()),
            "enabled": len(standings),
        },
        "vantage_points": coverage.points_heard(),
        "together": coverage.independence.among(standings),
        "heard": [
            region for region, votes in zip(coverage.axes.regions, heard, strict=True) if votes
        ],
        "unfit": {
            region: why for region, (fitness, why) in standings.items() if fitness is Fitness.UNFIT
        },
        "silent": {
            region: why for region, (fitness, why) in standings.items() if fitness is Fitness.SILENT
        },
        "losing": {
            region: why
            for region, (fitness, why) in standings.items()
            if fitness is Fitness.FIT and why
        },
        "votes": votes_of(cells),
        "wrong": round(findings[0].wrong, 4),
        "hypotheses": [dict(rival) for rival in findings[0].rivals],
        "disruptions": [_disruption(one) for one in announced if one.claim.cells],
    }


def _disruption(one: AnnouncedClaim) -> Mapping[str, Any]:
    claim = one.claim
    return {
        "severity": str(one.severity),
        "scope": str(claim.scope),
        "regions": list(claim.regions),
        "components": list(claim.components),
        "slow": claim.slow,
        "group": claim.group,
        "at_least": claim.at_least,
        "failing_share": one.counted.share.to_document(),
    }


def votes_of(cells: Iterable[Cell]) -> dict[str, dict[str, str]]:
    """How each region votes on each component."""
    votes: dict[str, dict[str, str]] = {}
    for cell in cells:
        votes.setdefault(cell.component, {})[cell.region] = str(cell.state)
    return votes
