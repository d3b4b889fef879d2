"""What the engine says of how bad it is, in worlds in which the failing share is known."""

from itertools import pairwise

import pytest

from coordinator.domain.model.verdict import Scope, Severity, Verdict
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import Trial, at, try_results
from worker.contract.outcome import Reason

NET = topology(regions=8, services=(("claude", 6), ("openai", 2)))
BEGINS, ENDS = at(60), at(200)
SEEDS = range(3)


def play(trouble: Trouble, seed: int) -> Trial:
    """A trial with this trouble among some noise."""
    seen = results(NET, at(0), at(215), [trouble], workers=2, noise=0.004, seed=seed)
    return try_results(NET, seen)


def told(trial: Trial) -> list[Verdict]:
    """What was said while it went on, of a known scope."""
    found = [one for one in trial.verdicts() if BEGINS <= one.at <= ENDS]
    return [one for one in found if one.scope not in (Scope.NONE, Scope.UNKNOWN)]


def estimates(verdict: Verdict) -> list[float]:
    return [one["failing_share"]["estimate"] for one in verdict.evidence["disruptions"]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.12, 0.3, 0.5])
def test_a_partial_failure_is_no_outage_from_its_first_verdict_on(share: float, seed: int) -> None:
    trouble = Trouble(BEGINS, ENDS, services=["claude"], share=share, reason=Reason.STATUS)
    trial = play(trouble, seed)
    assert told(trial)
    assert {one.severity for one in told(trial)} == {Severity.DEGRADED}
    first = told(trial)[0]
    assert max(estimates(first)) < 0.75
    assert " of looks " in first.reason
    assert {line.incident.severity for line in trial.incidents("claude")} == {Severity.DEGRADED}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reason", [Reason.STATUS, Reason.TIMEOUT])
def test_a_total_failure_is_an_outage_from_its_first_verdict_to_its_end(
    reason: Reason, seed: int
) -> None:
    trial = play(Trouble(BEGINS, ENDS, services=["claude"], reason=reason), seed)
    assert told(trial)
    assert {one.severity for one in told(trial)} == {Severity.OUTAGE}
    assert {line.incident.severity for line in trial.incidents("claude")} == {Severity.OUTAGE}


@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_looks_that_time_out_are_half(seed: int) -> None:
    trouble = Trouble(BEGINS, ENDS, services=["claude"], share=0.5, reason=Reason.TIMEOUT)
    trial = play(trouble, seed)
    assert {one.severity for one in told(trial)} == {Severity.DEGRADED}
    (share,) = estimates(trial.engine.verdicts()["claude"]) or [0.5]
    assert share == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_region_that_fails_is_told_by_its_own_share(seed: int) -> None:
    trouble = Trouble(BEGINS, ENDS, ["r3"], ["claude"], share=0.4, reason=Reason.STATUS)
    assert Severity.OUTAGE not in {one.severity for one in told(play(trouble, seed))}
    trouble = Trouble(BEGINS, ENDS, ["r3"], ["claude"], reason=Reason.STATUS)
    assert {one.severity for one in told(play(trouble, seed))} == {Severity.OUTAGE}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_that_becomes_partial_is_no_outage_any_more(seed: int) -> None:
    changes = at(120)
    seen = results(
        NET,
        at(0),
        at(195),
        [
            Trouble(BEGINS, changes, services=["claude"], reason=Reason.STATUS),
            Trouble(changes, ENDS, services=["claude"], share=0.15, reason=Reason.STATUS),
        ],
        workers=2,
        seed=seed,
    )
    trial = try_results(NET, seen)
    said = [one.severity for one in told(trial)]
    assert said[0] is Severity.OUTAGE
    assert said[-1] is Severity.DEGRADED
    assert sum(a is not b for a, b in pairwise(said)) == 1
    assert trial.incidents("claude")[-1].incident.severity is Severity.DEGRADED
