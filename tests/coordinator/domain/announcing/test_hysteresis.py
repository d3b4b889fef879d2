from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from coordinator.domain.announcing.hysteresis import HysteresisState, announce, voting_cells
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim
from coordinator.domain.inference.estimator import Estimate
from coordinator.domain.inference.finding import CALM, Finding
from coordinator.domain.model.horizon import LONGEST_AGO, NEVER
from coordinator.domain.model.verdict import Scope
from tests.coordinator.domain.handmade import (
    RULES,
    Seen,
    at,
    coverage_of,
    grid_of,
    pace_of_axes,
    some_axes,
)

AXES = some_axes(1, 5)
PATIENCE_MS = 25_000
PACE = pace_of_axes(AXES, timeout_ms=5_000)
WELL = CALM


def claim_of(*regions: int, scope: Scope = Scope.REGIONAL) -> Claim:
    names = tuple(f"r{region}" for region in regions)
    return Claim(
        scope,
        frozenset(("c1", name) for name in names),
        names,
        ("c1",) if names else (),
        0.95,
        since=at(30),
    )


ONE, TWO = claim_of(1), claim_of(1, 2)


def sure(claim: Claim, wrong: float = 0.99) -> Finding:
    return Finding(wrong, claim, True)


def estimate(
    *findings: Finding, heard: Iterable[int] = range(5), bad: Iterable[int] = (), looked: float = 38
) -> Estimate:
    """Everybody looked at 20 s, and again at `looked`, when the looks from these regions failed."""
    failing = set(bad)
    seen = [
        Seen(t, 0, r, bad=t == looked and r + 1 in failing)
        for t in (20.0, looked)
        for r in range(5)
    ]
    votes = np.isin(np.arange(5), list(heard))
    return Estimate(grid_of(AXES, seen), coverage_of(AXES, votes), findings or (WELL,))


class Hysteresis:
    """What is announced, step by step, after a first verdict that all is well unless told
    otherwise.
    """

    def __init__(self, *claims: Claim, told: bool = True) -> None:
        self.state = HysteresisState(claims or (ALL_WELL,), ("something",) if told else None)

    def step(self, now: float, seen: Estimate, *, nobody_fit: bool = False) -> tuple[Claim, ...]:
        announce(self.state, seen, at(now), nobody_fit=nobody_fit, pace=PACE, rules=RULES)
        return self.state.claims


def newborn() -> Hysteresis:
    return Hysteresis(NOTHING_YET, told=False)


def test_the_first_verdict_comes_at_once_when_everybody_is_heard() -> None:
    hysteresis = newborn()
    assert hysteresis.step(0, estimate()) == (ALL_WELL,)
    assert not hysteresis.state.is_listening


def test_the_first_verdict_waits_for_everybody_but_not_for_ever() -> None:
    hysteresis, some = newborn(), estimate(heard=[0, 1, 2])
    assert hysteresis.step(10, some) == (NOTHING_YET,)
    assert hysteresis.state.is_listening
    assert hysteresis.state.look_again_at == at(35)
    assert hysteresis.step(34, some) == (NOTHING_YET,)
    assert hysteresis.step(35, some) == (ALL_WELL,)
    assert not hysteresis.state.is_listening


def test_when_nobody_is_fit_there_is_nobody_to_wait_for() -> None:
    hysteresis = newborn()
    hysteresis.step(10, estimate(heard=[]), nobody_fit=True)
    assert (hysteresis.state.claims, hysteresis.state.is_listening) == ((NOTHING_YET,), False)


def test_while_we_suspect_ourselves_nothing_is_claimed() -> None:
    hysteresis = Hysteresis(ONE)
    hysteresis.state.quiet_since, hysteresis.state.suspicion = (
        at(0),
        "5 of 5 regions fell silent at once",
    )
    assert hysteresis.step(40, estimate(sure(ONE), bad=[1])) == (NOTHING_YET,)
    assert hysteresis.state.quiet_since == LONGEST_AGO


def test_without_a_vote_nothing_is_claimed_and_afterwards_everybody_is_waited_for_again() -> None:
    hysteresis = Hysteresis()
    assert hysteresis.step(10, estimate(heard=[])) == (NOTHING_YET,)
    assert hysteresis.step(20, estimate(heard=[0])) == (NOTHING_YET,)
    assert hysteresis.step(44, estimate(heard=[0])) == (NOTHING_YET,)
    assert hysteresis.step(45, estimate(heard=[0])) == (ALL_WELL,)
    again = Hysteresis(NOTHING_YET)
    assert again.step(20, estimate()) == (ALL_WELL,), "everybody is back"


def test_a_claim_is_announced_once_everybody_looked_since_it_began() -> None:
    hysteresis = Hysteresis()
    early = estimate(sure(ONE), bad=[1])
    alone = replace(
        early, grid=grid_of(AXES, [*(Seen(20, 0, r) for r in range(5)), Seen(38, 0, 0, bad=True)])
    )
    assert hysteresis.step(40, alone) == (ALL_WELL,)
    assert hysteresis.state.look_again_at == at(38) + PATIENCE_MS
    assert hysteresis.step(41, early) == (ONE,)
    assert hysteresis.state.look_again_at == NEVER


def test_a_claim_that_nobody_else_confirms_is_announced_after_patience() -> None:
    hysteresis = Hysteresis()
    seen = estimate(sure(ONE), bad=[1])
    alone = replace(
        seen, grid=grid_of(AXES, [*(Seen(20, 0, r) for r in range(5)), Seen(38, 0, 0, bad=True)])
    )
    assert [hysteresis.step(now, alone) for now in (40, 62.999, 63)] == [
        (ALL_WELL,),
        (ALL_WELL,),
        (ONE,),
    ]


def test_what_is_said_again_need_not_settle_again_but_is_renewed() -> None:
    hysteresis = Hysteresis(ONE)
    newer = replace(ONE, chance=0.99)
    assert hysteresis.step(40, estimate(sure(newer), bad=[1])) == (newer,)
    assert hysteresis.state.claims[0].chance == 0.99


def test_a_doubtful_claim_waits_for_patience_and_begins_anew_after_a_clear_moment() -> None:
    hysteresis, doubtful = Hysteresis(), estimate(Finding(0.99, TWO, False), bad=[1, 2])
    assert [hysteresis.step(now, doubtful) for now in (40, 64)] == [(ALL_WELL,)] * 2
    assert hysteresis.state.look_again_at == at(65)
    assert hysteresis.step(64.5, estimate()) == (ALL_WELL,)
    assert [hysteresis.step(now, doubtful) for now in (65, 89)] == [(ALL_WELL,)] * 2
    assert hysteresis.step(90, doubtful) == (TWO,)


def test_what_is_normal_is_learned_from_the_moment_on_that_all_is_well() -> None:
    hysteresis = Hysteresis(ONE)
    assert hysteresis.step(100, estimate(looked=95)) == (ALL_WELL,)
    assert hysteresis.state.quiet_since == at(100)
    hysteresis.step(110, estimate(looked=95))
    assert hysteresis.state.quiet_since == at(100), "since then"
    hysteresis.step(120, estimate(sure(ONE), bad=[1], looked=95))
    assert (hysteresis.state.claims, hysteresis.state.quiet_since) == ((ONE,), LONGEST_AGO)


def test_that_what_failed_falls_silent_is_no_sign_of_an_end() -> None:
    hysteresis = Hysteresis(TWO)
    assert hysteresis.step(40, estimate(sure(ONE), heard=[0, 2, 3, 4], bad=[1, 2])) == (TWO,)


def test_that_all_of_what_failed_falls_silent_is_believed_only_after_patience() -> None:
    hysteresis, seen = Hysteresis(ONE), estimate(heard=[1, 2, 3, 4], bad=[1])
    assert [hysteresis.step(now, seen) for now in (40, 64)] == [(ONE,)] * 2
    assert hysteresis.step(65, seen) == (ALL_WELL,)


def test_that_others_fall_silent_changes_nothing() -> None:
    hysteresis = Hysteresis(ONE)
    assert hysteresis.step(40, estimate(sure(ONE), heard=[0, 1, 2], bad=[1])) == (ONE,)


def test_the_cells_that_vote_are_named() -> None:
    assert voting_cells(estimate(heard=[0, 3])) == {("c1", "r1"), ("c1", "r4")}
