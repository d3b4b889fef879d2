from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference.confirm import (
    ROUND_MS,
    ROUNDS,
    SAVED_AT_MOST,
    SUSPICIONS_AT_ONCE,
    WORKERS_AT_MOST,
    Ask,
    Confirmation,
    distance_km,
)
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import Region
from tests.coordinator.domain.handmade import RULES, at, net, series_of
from tests.coordinator.domain.inference.confirm_desk import CITIES, Desk, rich


def test_nothing_is_asked_while_nothing_failed() -> None:
    assert rich().asks(5) == []


def test_what_failed_is_looked_at_by_every_worker_of_its_region_and_from_the_farthest_regions() -> (
    None
):
    desk = rich()
    desk.fail(4)
    assert desk.asks(5) == [
        Ask("claude-c1", "dublin", 1, "dublin-0"),
        Ask("claude-c1", "dublin", 2, "dublin-1"),
        Ask("claude-c1", "auckland", 1),
        Ask("claude-c1", "sydney", 1),
        Ask("claude-c1", "mumbai", 1),
    ]


def test_only_regions_that_are_fit_and_look_at_it_are_asked() -> None:
    desk = rich()
    desk.fleet.standings["auckland"] = (Fitness.UNFIT, "broken")
    desk.fleet.standings["mumbai"] = (Fitness.SILENT, "gone")
    desk.fail(4)
    assert [ask.region for ask in desk.asks(5)[2:]] == ["sydney", "virginia", "paris"]


def test_workers_that_are_silent_are_not_asked_and_of_many_only_a_few() -> None:
    desk = rich(workers=7)
    for n in (0, 3):
        desk.fleet.worker("dublin", f"dublin-{n}", at(0)).heard_at = at(-1_000)
    desk.fail(4)
    asked = [ask.worker for ask in desk.asks(5) if ask.worker]
    assert asked == [f"dublin-{n}" for n in (1, 2, 4, 5)]
    assert len(asked) == WORKERS_AT_MOST


@pytest.mark.parametrize("regions", [0, 1, 5])
def test_how_many_far_regions_are_asked_can_be_set(regions: int) -> None:
    desk = Desk(replace(RULES, confirm_regions=regions))
    desk.earn(10_000)
    desk.fail(4)
    assert sum(ask.worker is None for ask in desk.asks(5)) == regions


def test_a_suspicion_is_looked_at_once_until_something_fails_again() -> None:
    desk = rich()
    desk.fail(4)
    assert desk.asks(5)
    assert desk.asks(6) == desk.asks(20) == []


def test_rounds_are_some_seconds_apart_and_stop_after_a_few() -> None:
    desk = rich()
    rounds = []
    for tenths in range(100):
        desk.fail(tenths / 10)
        if desk.asks(tenths / 10):
            rounds.append(tenths / 10)
    assert rounds == [0, 5]
    desk = Desk()
    desk.topology = net(
        [Region(name, name, "", "", *where) for name, where in CITIES.items()],
        {"claude": 1},
        interval_ms=300_000,
    )
    desk.all_series = {
        check.id: {r: series_of(check, r) for r in check.regions} for check in desk.topology.checks
    }
    desk.confirmation = Confirmation(desk.topology, desk.fleet, RULES)
    desk.earn(10_000)
    slow = []
    for second in range(300):
        desk.fail(second)
        if desk.asks(second):
            slow.append(second)
    assert slow == [5 * n for n in range(ROUNDS)]
    assert ROUND_MS == 5_000


def test_the_next_slot_begins_anew() -> None:
    desk = rich()
    desk.fail(4)
    assert desk.asks(5)
    desk.fail(14)
    assert [ask.attempt for ask in desk.asks(15)] == [1, 2, 1, 1, 1]


def test_what_is_claimed_already_is_not_asked_for() -> None:
    desk = rich()
    desk.fail(4)
    desk.fail(4, "paris")
    assert {ask.worker for ask in desk.asks(5, [("c1", "dublin")]) if ask.worker} == {
        "paris-0",
        "paris-1",
    }
    assert desk.asks(30, [("c1", "dublin")]) == []


def test_what_failed_long_ago_is_not_asked_for_any_more() -> None:
    desk = Desk()
    desk.fail(4)
    assert desk.asks(5) == [], "nothing was earned yet"
    desk.earn(1_000)
    assert desk.asks(30) == []
    assert desk.asks(5.0) == [], "it is forgotten"


def test_few_suspicions_are_looked_at_in_one_step_and_the_others_later() -> None:
    desk = rich()
    for city in CITIES:
        desk.fail(4, city)
    first, second = desk.asks(5), desk.asks(6)
    assert len({ask.worker.split("-")[0] for ask in first if ask.worker}) == SUSPICIONS_AT_ONCE
    assert {ask.worker.split("-")[0] for ask in first + second if ask.worker} == set(CITIES)


def test_without_a_share_of_the_looks_to_spend_nothing_is_asked() -> None:
    desk = Desk(replace(RULES, confirm_share=0.0))
    desk.earn(10_000)
    desk.fail(4)
    assert desk.asks(5) == []


def test_a_round_is_asked_as_a_whole_or_not_at_all() -> None:
    desk = Desk()
    desk.earn(48)
    desk.fail(4)
    assert desk.asks(5) == []
    desk.earn(3)
    assert len(desk.asks(6)) == 5


def test_what_is_saved_up_in_quiet_times_is_bounded() -> None:
    desk = rich(components=9)
    asked = 0
    for second in range(200):
        for check in desk.all_series:
            for city in CITIES:
                desk.fail(second, city, check)
        asked += len(desk.asks(second))
    assert SAVED_AT_MOST - 5 < asked <= SAVED_AT_MOST


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.1, 0.5]), st.sampled_from([0.01, 0.3, 1.0]))
def test_the_budget_is_never_exceeded_and_no_look_is_asked_for_twice(
    seed: int, share: float, failing: float
) -> None:
    """Whatever fails, however long: extra looks are at most their share of the regular ones."""
    random = Random(seed)
    desk = Desk(replace(RULES, confirm_share=share), workers=random.randint(1, 3))
    looks, asked = 0, Counter[tuple[str, str, int, int]]()
    for second in range(0, 600, 2):
        for check, all_series in desk.all_series.items():
            for city in all_series:
                if random.random() < 0.2:
                    looks += 1
                    desk.earn(1)
                    if random.random() < failing:
                        desk.fail(second - random.randint(0, 9), city, check)
        for ask in desk.asks(second):
            asked[ask.check, ask.region, second // 10, ask.attempt] += 1
            assert ask.attempt > 0, "0 is the regular look"
        assert asked.total() <= share * looks + 1e-6
    assert set(asked.values()) <= {1}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_memory_is_bounded_by_what_failed_lately(seed: int) -> None:
    random = Random(seed)
    desk = Desk()
    for second in range(0, 900, 3):
        desk.earn(20)
        for _ in range(3):
            desk.fail(second, random.choice(list(CITIES)), random.choice(list(desk.all_series)))
        desk.asks(second)
        assert len(desk.confirmation._suspicions) <= 2 * len(CITIES)
        assert len(desk.confirmation._attempts) <= 2 * 2 * len(CITIES)


def test_distances_are_those_on_a_globe() -> None:
    where = {name: Region(name, name, "", "", *place) for name, place in CITIES.items()}
    assert distance_km(where["dublin"], where["dublin"]) == 0
    assert distance_km(where["dublin"], where["paris"]) == pytest.approx(780, rel=0.05)
    assert distance_km(where["paris"], where["auckland"]) == pytest.approx(18_500, rel=0.05)
    assert distance_km(where["sydney"], where["auckland"]) == distance_km(
        where["auckland"], where["sydney"]
    )
