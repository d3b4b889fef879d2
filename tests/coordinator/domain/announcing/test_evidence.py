import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.announcing.evidence import (
    CALIBRATION,
    cells_of,
    confidence,
    evidence_of,
    votes_of,
)
from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim
from coordinator.domain.inference.finding import CALM, Finding
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.rules import VERSION
from coordinator.domain.model.verdict import Cell, CellState, Scope, Severity
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.counting import share_of
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.tally import tallies
from tests.coordinator.domain.handmade import (
    RULES,
    Seen,
    at,
    coverage_of,
    grid_of,
    pace_of_axes,
    regions_of,
    some_axes,
)
from worker.contract.outcome import Reason

AXES = some_axes(2, 4)
R1, R2 = ("c1", "r1"), ("c1", "r2")
FIT = (Fitness.FIT, "")
ALL_FIT = dict.fromkeys(AXES.regions, FIT)


def claim_of(
    *cells: CellKey, scope: Scope = Scope.REGIONAL, chance: float = 0.95, slow: bool = False
) -> Claim:
    regions, components = (tuple(sorted({key[place] for key in cells})) for place in (1, 0))
    return Claim(scope, frozenset(cells), regions, components, chance, slow, at(30))


def announced_of(
    grid: CountGrid, *claims: Claim, severity: Severity = Severity.OUTAGE
) -> list[AnnouncedClaim]:
    """These claims with the looks that count for them."""
    found = []
    for claim in claims:
        pace = pace_of_axes(grid.axes)
        counted = share_of(grid, claim.cells, claim.since, pace, slow=claim.slow)
        seen = tallies(grid, claim.cells, claim.since, slow=claim.slow)
        found.append(AnnouncedClaim(claim, severity, "It fails.", seen, counted=counted))
    return found


def trust(claim: Claim, wrong: float = 0.999, heard: int = 8) -> float:
    axes = some_axes(1, 8)
    votes = np.arange(8) < heard
    return confidence([claim], Finding(wrong, claim, True), coverage_of(axes, votes))


@given(st.floats(0, 1), st.integers(0, 8))
def test_confidence_is_never_certain_and_capped_by_what_was_heard(
    chance: float, heard: int
) -> None:
    cap = {0: 0.0, 1: 0.6, 2: 0.7, 3: 0.8, 4: 0.8}.get(heard, 0.95 if heard < 8 else 0.99)
    assert 0 <= trust(claim_of(R1, chance=chance), heard=heard) <= cap
    well = {0: 0.0, 1: 0.95, 2: 0.97}.get(heard, 0.98 if heard < 8 else 0.99)
    assert 0 <= trust(ALL_WELL, wrong=1 - chance, heard=heard) <= well


def test_being_well_needs_fewer_witnesses_than_how_far_a_failure_reaches() -> None:
    failing = [trust(claim_of(R1, chance=1.0), heard=heard) for heard in range(1, 9)]
    well = [trust(ALL_WELL, wrong=0.0, heard=heard) for heard in range(1, 9)]
    assert all(one >= other for one, other in zip(well, failing, strict=True))
    assert well == sorted(well)
    assert well[0] == 0.95
    assert trust(ALL_WELL, wrong=0.0, heard=0) == 0.0


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_what_is_likelier_is_trusted_more(chances: list[float]) -> None:
    lower, higher = sorted(chances)
    assert trust(claim_of(R1, chance=lower)) <= trust(claim_of(R1, chance=higher))


def test_confidence_is_calibrated() -> None:
    assert [trust(claim_of(R1, chance=computed)) for computed, _ in CALIBRATION] == [
        min(round(right, 2), 0.99) for _, right in CALIBRATION
    ]
    assert [one[1] for one in CALIBRATION] == sorted(one[1] for one in CALIBRATION)
    assert CALIBRATION[-1][1] < 1


def test_unknown_has_no_confidence_and_being_well_that_of_nothing_being_wrong() -> None:
    claim = claim_of(R1, scope=Scope.UNKNOWN)
    assert trust(replace(claim, at_least=True)) == trust(replace(claim, cells=frozenset())) == 0
    assert trust(ALL_WELL, wrong=0.25) == 0.75


def test_regional_or_wider_is_trusted_as_far_as_was_heard() -> None:
    claim = claim_of(R1, scope=Scope.UNKNOWN)
    assert trust(claim) == trust(claim_of(R1)) > 0
    assert trust(ALL_WELL, wrong=0.25) == 0.75


def looks() -> list[Seen]:
    """Region 1 fails from 30 s to 60 s, region 2 fails once, all else is well."""
    found = [Seen(10.0 * n + r, c, r) for n in range(8) for c in range(2) for r in range(4)]
    return [
        (
            Seen(
                s.at,
                s.component,
                s.region,
                bad=True,
                reason=Reason.STATUS if s.at == 40 else Reason.TIMEOUT,
            )
            if s.component == 0
            and ((s.region == 0 and 30 <= s.at <= 60) or (s.region == 1 and s.at == 21))
            else s
        )
        for s in found
    ]


def cells(
    grid: CountGrid,
    claims: Sequence[Claim] = (),
    *,
    votes: object = True,
    enabled: object = True,
    standings: Mapping[str, tuple[Fitness, str]] = ALL_FIT,
    abstentions: Mapping[CellKey, str] | None = None,
) -> dict[CellKey, Cell]:
    claimed = {
        key: (one, tally)
        for one in announced_of(grid, *claims)
        for key, tally in one.tallies.items()
    }
    found = cells_of(
        grid, coverage_of(AXES, votes, enabled), claimed, standings, abstentions or {}, RULES
    )
    return {(cell.component, cell.region): cell for cell in found}


def test_a_claimed_cell_tells_its_trouble() -> None:
    found = cells(grid_of(AXES, looks()), [claim_of(R1)])[R1]
    assert found == Cell(
        "c1",
        "r1",
        CellState.BAD,
        ok=1,
        bad=4,
        why="",
        last_good=at(20),
        first_bad=at(30),
        last_bad=at(60),
        first_good=at(70),
        reasons={"status": 1, "timeout": 3},
    )


def test_a_cell_that_is_not_claimed_is_well_with_all_its_looks() -> None:
    found = cells(grid_of(AXES, looks()), [claim_of(R1)])
    assert found["c2", "r3"] == Cell("c2", "r3", CellState.WELL, ok=8, bad=0, last_good=at(72))
    once = found[R2]
    assert (once.state, once.ok, once.bad, once.reasons) == (CellState.WELL, 7, 1, {})
    assert (once.last_bad, once.first_good, once.last_good, once.first_bad) == (
        at(21),
        at(31),
        at(71),
        None,
    )


def test_a_cell_that_fails_in_part_is_degraded_and_a_slow_one_says_that_it_is_slow() -> None:
    seen = [Seen(30 + n, 0, 0, bad=n % 2 == 0, slow=n % 2 == 1) for n in range(9)]
    partly = cells(grid_of(AXES, seen), [claim_of(R1)])[R1]
    assert (partly.state, partly.bad, partly.ok, partly.why) == (CellState.DEGRADED, 5, 4, "")
    assert partly.reasons == {"timeout": 5}
    slow = cells(grid_of(AXES, seen), [claim_of(R1, slow=True)])[R1]
    assert (slow.state, slow.bad, slow.ok, slow.why) == (CellState.DEGRADED, 9, 0, "slow")


def test_a_claimed_cell_that_was_well_since_is_told_with_its_good_looks() -> None:
    seen = [Seen(30.0 + n, 0, n % 2, n % 2 == 0, reason=Reason.STATUS) for n in range(12)]
    found = cells(grid_of(AXES, seen), [claim_of(R1, R2)])[R2]
    assert (found.state, found.bad, found.ok) == (CellState.DEGRADED, 0, 6)


def test_a_claimed_cell_that_was_not_looked_at_since_is_unknown() -> None:
    found = cells(grid_of(AXES, [Seen(20, 0, 0)]), [claim_of(R1)])[R1]
    assert (found.state, found.last_good) == (CellState.UNKNOWN, at(20))
    assert found.why == "not looked at since its neighbours failed"


def test_a_cell_that_does_not_vote_is_unknown_and_says_why() -> None:
    votes = np.ones((2, 4), dtype=np.bool_)
    votes[:, 0] = votes[0, 1] = votes[1, 2] = False
    standings = {
        **ALL_FIT,
        "r1": (Fitness.UNFIT, "fails at 5 of 6 independent places where others succeed"),
    }
    found = cells(
        grid_of(AXES, looks()),
        [claim_of(R1)],
        votes=votes,
        standings=standings,
        abstentions={R2: "our own key is refused"},
    )
    assert found[R1] == Cell(
        "c1", "r1", CellState.UNKNOWN, why=standings["r1"][1], last_good=at(20), last_bad=at(60)
    ), "what was seen is shown, though it does not count"
    assert (found[R2].state, found[R2].why) == (CellState.UNKNOWN, "our own key is refused")
    assert (found["c2", "r3"].state, found["c2", "r3"].why) == (CellState.UNKNOWN, "not heard")


def test_cells_are_in_the_order_of_the_configuration_and_only_those_that_should_be_looked_at() -> (
    None
):
    enabled = np.ones((2, 4), dtype=np.bool_)
    enabled[0, 2] = False
    found = list(cells(grid_of(AXES, looks()), enabled=enabled))
    assert found == [
        ("c1", "r1"),
        ("c1", "r2"),
        ("c1", "r4"),
        *(("c2", region) for region in regions_of(4)),
    ]


def test_how_each_region_votes_is_told_by_component() -> None:
    votes = np.ones((2, 4), dtype=np.bool_)
    votes[1, 3] = False
    found = cells(grid_of(AXES, looks()), [claim_of(R1)], votes=votes)
    assert votes_of(found.values()) == {
        "c1": {"r1": "bad", "r2": "well", "r3": "well", "r4": "well"},
        "c2": {"r1": "well", "r2": "well", "r3": "well", "r4": "unknown"},
    }


def test_the_evidence_tells_who_was_heard_who_was_not_and_why_and_is_json() -> None:
    votes = np.ones((2, 4), dtype=np.bool_)
    votes[:, 2:] = False
    standings = {
        **ALL_FIT,
        "r3": (Fitness.UNFIT, "broken"),
        "r4": (Fitness.SILENT, "nothing heard for 90 s"),
    }
    claim = claim_of(R1)
    rival = {"scope": "regional", "chance": 0.9}
    finding = Finding(0.98765, claim, True, (rival,))
    announced = announced_of(grid_of(AXES, looks()), claim, ALL_WELL)
    found = evidence_of([], announced, [finding, CALM], coverage_of(AXES, votes), standings, RULES)
    assert json.loads(json.dumps(found)) == found
    assert found["rules_version"] == VERSION
    assert found["thresholds"]["alarm_share"] == RULES.alarm_share
    assert found["regions"] == {"bad": 1, "heard": 2, "enabled": 4}
    assert found["heard"] == ["r1", "r2"]
    assert (found["unfit"], found["silent"]) == ({"r3": "broken"}, {"r4": "nothing heard for 90 s"})
    assert (found["wrong"], found["hypotheses"]) == (0.9877, [rival])
    assert found["disruptions"] == [
        {
            "severity": "outage",
            "scope": "regional",
            "regions": ["r1"],
            "components": ["c1"],
            "slow": False,
            "group": "",
            "at_least": False,
            "failing_share": announced[0].counted.share.to_document(),
        }
    ]
    assert announced[0].counted.share.bad == 4


@pytest.mark.parametrize("claims", [[ALL_WELL], [NOTHING_YET]])
def test_without_a_disruption_the_evidence_has_none(claims: list[Claim]) -> None:
    announced = announced_of(grid_of(AXES, []), *claims)
    found = evidence_of([], announced, [CALM], coverage_of(AXES), ALL_FIT, RULES)
    assert (found["disruptions"], found["regions"]["bad"], found["wrong"]) == ([], 0, 0)
