"""Workers that come, go and change their names: who votes, and what is remembered."""

from dataclasses import replace

from coordinator.domain.model.rules import Rules
from tests.coordinator.domain.engine_worlds import NET, REGIONS, said
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import FAST, at, try_results


def test_memory_is_bounded_whatever_names_the_workers_take() -> None:
    found = results(NET, at(0), at(300))
    renamed = [r._replace(worker=f"{r.region}-{(r.scheduled_at - at(0)) // 10_000}") for r in found]
    rules = replace(FAST, rebuild_ms=30_000)
    trial = try_results(NET, renamed, rules)
    assert len(trial.engine.workers()) <= 4 * 7
    assert trial.scopes() == ["none"]


def test_a_worker_that_came_back_can_fall_silent_again() -> None:
    everyone = [Silence(at(10), at(30), REGIONS), Silence(at(40), at(60), REGIONS)]
    trial = try_results(NET, results(NET, at(0), at(70), silences=everyone), until=at(80))
    assert trial.fitness("r1") == ["fit", "silent", "fit", "silent", "fit", "silent"]


def test_a_region_that_is_unfit_does_not_vote_though_its_last_good_looks_are_fresh() -> None:
    net = replace(NET, checks=tuple(replace(check, interval_ms=10_000) for check in NET.checks))
    trial = try_results(
        net,
        results(net, at(0), at(140), [Trouble(at(100), regions=["r2"])]),
        Rules(),
        until=at(140),
    )
    assert trial.fitness("r2") == ["fit", "unfit"]
    evidence = said(trial).evidence
    assert evidence["heard"] == ["r1", "r3", "r4"]
    assert {cell.why for cell in said(trial).cells if cell.region == "r2"} == {
        evidence["unfit"]["r2"]
    }


def test_a_region_keeps_its_vote_however_many_worker_names_it_has_had() -> None:
    """Containers take a new name at each start."""
    net = topology(regions=3, services=(("claude", 1),), references=2)
    found = results(net, at(0), at(40))
    many = [
        result._replace(worker=f"{result.region}-{n}", id=f"{result.id}{n}", attempt=n % 5)
        for n in range(2_250)
        for result in found[:1]
    ]
    trial = try_results(net, [*many, *found])
    assert trial.engine.verdicts()["claude"].scope == "none"
    assert trial.engine.verdicts()["claude"].confidence == 0.98
