"""What a verdict shows of how it came about: cells, votes, who did not vote and why, and how far to trust it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from math import exp
from typing import Any

from coordinator.domain.fitness import Fitness
from coordinator.domain.matrix import CellKey, Matrix
from coordinator.domain.reading import Reading
from coordinator.domain.rules import VERSION, Rules
from coordinator.domain.scope import Coverage, Ruling, confidence_cap
from coordinator.domain.sentences import Standings
from coordinator.domain.verdict import Cell, CellState, Scope, Severity
from coordinator.domain.watch import Watch
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

PRIOR_NATS = 7.0
"""How much evidence a disruption needs before it is as likely as none."""


def state_of(reading: Reading, rules: Rules) -> CellState:
    """How bad a failing cell is; one that was not looked at since its neighbours failed is not known."""
    if reading.bad == 0:
        return CellState.UNKNOWN
    slow = reading.reasons.get(Reason.SLOW, 0)
    return (
        CellState.DEGRADED
        if reading.bad < rules.outage_share * reading.looks or 2 * slow > reading.bad
        else CellState.BAD
    )


def severity_of(cells: Iterable[CellKey], matrix: Matrix, rules: Rules) -> Severity:
    """An outage when nearly all looks failed until the last failure of each cell, and not merely for being slow."""
    readings = [matrix[key].reading for key in cells if key in matrix]
    if not readings:
        return Severity.OPERATIONAL
    bad = sum(reading.bad for reading in readings)
    looks = sum(reading.looks + (0 if reading.failing else reading.good_since) for reading in readings)
    slow = sum(reading.reasons.get(Reason.SLOW, 0) for reading in readings)
    outage = bad > 0 and bad >= rules.outage_share * looks and 2 * slow <= bad
    return Severity.OUTAGE if outage else Severity.DEGRADED


def confidence(ruling: Ruling, matrix: Matrix, coverage: Coverage) -> float:
    """How far to trust a ruling: the evidence against chance, capped by how much of everywhere was heard."""
    if ruling.scope is Scope.UNKNOWN:
        return 0.0
    cap = confidence_cap(len(coverage.regions_heard()))
    if ruling.scope is Scope.NONE:
        return cap
    nats = sum(matrix[key].reading.nats for key in sorted(ruling.cells) if key in matrix)
    return round(min(cap, 1 / (1 + exp(PRIOR_NATS - nats))), 2)


def cell_of(
    watch: Watch, failing: bool, votes: bool, standing: tuple[Fitness, str], now: Instant, rules: Rules
) -> Cell:
    """One cell as the verdict shows it."""
    reading, newest = watch.reading, watch.newest
    good = newest.at if newest is not None and newest.ok else reading.last_good
    if not votes:
        why = standing[1] if standing[0] is not Fitness.FIT else watch.abstains_because(now)
        return Cell(
            watch.component, watch.region, CellState.UNKNOWN, why=why, last_good=good, last_bad=reading.last_bad
        )
    ended = reading.ended or (None, None)
    if not failing:
        good_looks = watch.good_looks()
        return Cell(
            watch.component,
            watch.region,
            CellState.WELL,
            good_looks,
            reading.bad if reading.nats else 0,
            last_good=good,
            last_bad=ended[0],
            first_good=ended[1],
        )
    state = state_of(reading, rules)
    return Cell(
        watch.component,
        watch.region,
        state,
        reading.looks - reading.bad,
        reading.bad,
        "not looked at since its neighbours failed" if state is CellState.UNKNOWN else "",
        reading.last_good,
        reading.first_bad,
        reading.last_bad,
        reading.first_good,
        {str(reason): count for reason, count in sorted(reading.reasons.items())},
    )


def evidence_of(
    cells: Iterable[Cell], ruling: Ruling, coverage: Coverage, standings: Standings, rules: Rules
) -> Mapping[str, Any]:
    """Who should look, who was heard, who was not and why, the votes, and the rules: JSON-able, recomputable."""
    heard = coverage.regions_heard()
    return {
        "rules_version": VERSION,
        "thresholds": asdict(rules),
        "regions": {"bad": len(ruling.regions), "heard": len(heard), "enabled": len(standings)},
        "heard": [region for region in standings if region in heard],
        "unfit": {region: why for region, (fitness, why) in standings.items() if fitness is Fitness.UNFIT},
        "silent": {region: why for region, (fitness, why) in standings.items() if fitness is Fitness.SILENT},
        "votes": votes_of(cells),
    }


def votes_of(cells: Iterable[Cell]) -> dict[str, dict[str, str]]:
    """How each region votes on each component."""
    votes: dict[str, dict[str, str]] = {}
    for cell in cells:
        votes.setdefault(cell.component, {})[cell.region] = str(cell.state)
    return votes
