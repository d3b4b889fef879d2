"""Workers that lose a part of everything: they open no incident, and hide none."""

import re

import pytest

from coordinator.domain.engine import Engine
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.verdict import Scope
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, Trial, at, feed, try_results

NET = topology(regions=6, services=(("claude", 6), ("openai", 3), ("gemini", 3)), references=4)
SEEDS = range(3)


def trial_of(troubles: list[Trouble], seed: int) -> Trial:
    """Two workers a region, two minutes of quiet and three of trouble, a look each two seconds."""
    return try_results(
        NET, results(NET, at(0), at(300), troubles, workers=2, noise=0.002, seed=seed)
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.1, 0.2])
def test_regions_that_lose_a_part_of_everything_open_no_incident(share: float, seed: int) -> None:
    trial = trial_of([Trouble(at(120), regions=["r2", "r5"], share=share)], seed)
    assert trial.incidents() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worker_that_loses_a_part_of_everything_opens_no_incident(seed: int) -> None:
    trial = trial_of([Trouble(at(120), workers=["r3-1"], share=0.25)], seed)
    assert trial.incidents() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_is_found_in_a_region_that_loses_a_tenth_of_everything(seed: int) -> None:
    sick = Trouble(at(120), regions=["r2"], share=0.1)
    down = Trouble(at(180), regions=["r2"], services=["claude"])
    trial = trial_of([down, sick], seed)
    assert {tuple(one.incident.regions) for one in trial.incidents()} == {("r2",)}
    assert {one.incident.service for one in trial.incidents()} == {"claude"}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_everywhere_is_found_though_regions_lose_a_part_of_everything(seed: int) -> None:
    sick = Trouble(at(120), regions=["r2", "r5"], share=0.2)
    down = Trouble(at(180), services=["openai"])
    trial = trial_of([down, sick], seed)
    assert {(one.incident.service, str(one.incident.scope)) for one in trial.incidents()} == {
        ("openai", "system_wide")
    }


@pytest.mark.parametrize(("seed", "sick_since"), [(3, 60), (11, 60), (12, 40)])
def test_what_an_outage_leaves_unexplained_is_weighed_with_what_workers_lose(
    seed: int, sick_since: int
) -> None:
    few = topology(regions=6, services=(("claude", 8), ("openai", 1)), references=2)
    sick = Trouble(at(sick_since), regions=["r2"], share=0.2)
    down = Trouble(at(60), services=["claude"], components=["c1"])
    found = results(few, at(0), at(110), [down, sick], workers=2, noise=0.002, seed=seed)
    engine, claims = Engine(few, FAST), set[tuple[Scope, tuple[str, ...]]]()
    for now in range(at(1), at(110), 1_000):
        engine.observe([one for one in found if now - 1_000 < one.received_at <= now])
        engine.advance(now)
        claims |= {
            (one["scope"], tuple(one["components"]))
            for one in engine.verdict("claude").evidence["disruptions"]
        }
    assert claims == {(Scope.COMPONENT, ("c1",))}


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_what_is_looked_at_alone_has_its_outages_of_one_region_told(share: float) -> None:
    alone = topology(regions=5, services=(("claude", 3),), references=0)
    down = Trouble(at(60), regions=["r2"], share=share)
    trial = try_results(alone, results(alone, at(0), at(110), [down], workers=2, seed=1))
    assert {one.incident.regions for one in trial.incidents()} == {("r2",)}


LOSES = re.compile(r"loses (\d+) % of everything since \d\d:\d\d UTC; weighed down")


def told(words: str, share: float) -> bool:
    """Whether it is said to lose about this share."""
    found = LOSES.fullmatch(words)
    return found is not None and 0.5 * share <= int(found[1]) / 100 <= 1.6 * share


@pytest.mark.parametrize("share", [0.15, 0.3])
def test_what_a_region_loses_is_told_while_it_lasts(share: float) -> None:
    sick = Trouble(at(120), at(200), regions=["r2"], share=share)
    found = results(NET, at(60), at(330), [sick], workers=2, noise=0.002, seed=1)
    trial = try_results(NET, found, until=at(190))
    fitness, words = trial.engine.regions()["r2"]
    assert fitness is Fitness.FIT
    assert told(words, share), words
    assert trial.engine.verdict("openai").evidence["losing"] == {"r2": words}
    assert {why for region, (_, why) in trial.engine.regions().items() if region != "r2"} == {""}
    feed(trial, [one for one in found if one.received_at > at(190)], at(330))
    assert trial.engine.regions()["r2"] == (Fitness.FIT, "")


def test_what_one_worker_loses_is_told_of_it_and_names_it_in_its_region() -> None:
    sick = Trouble(at(100), workers=["r3-1"], share=0.2)
    found = results(NET, at(60), at(170), [sick], workers=2, noise=0.002, seed=1)
    engine = try_results(NET, found).engine
    words = engine.workers()["r3", "r3-1"][1]
    assert told(words, 0.2), words
    assert engine.workers()["r3", "r3-2"] == (Fitness.FIT, "")
    assert engine.regions()["r3"] == (Fitness.FIT, f"r3-1 {words}")


def test_an_outage_of_a_service_is_no_loss_of_its_region() -> None:
    down = Trouble(at(100), regions=["r2"], services=["claude"])
    engine = try_results(NET, results(NET, at(60), at(170), [down], workers=2, seed=1)).engine
    assert set(engine.regions().values()) == {(Fitness.FIT, "")}
