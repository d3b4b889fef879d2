"""Which workers and regions are fit or silent, and who is remembered."""

from dataclasses import replace

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.horizon import NEVER
from tests.coordinator.domain.handmade import at, net
from tests.coordinator.domain.vantages.watched_fleet import EVERYONE, RULES_HERE, WIDE, Watch, alone


def test_before_anything_is_heard_every_region_is_silent_and_says_so() -> None:
    watch = Watch(WIDE)
    assert watch.fleet.judge(at(0)) == []
    assert set(watch.fleet.regions().values()) == {(Fitness.SILENT, "nothing heard yet")}
    assert watch.fleet.recheck_at == NEVER
    assert not watch.fleet.suspicion(at(100))


def test_a_region_is_fit_from_the_first_answer_on() -> None:
    watch = Watch(WIDE)
    watch.run(range(2), EVERYONE)
    assert watch.told("r1") == [(0, "fit")]
    assert watch.told("r1", "w") == [(0, "fit")]
    assert watch.fleet.is_fit("r1")


def test_a_worker_that_nothing_answered_is_not_fit_yet() -> None:
    watch = Watch(net(1, {"claude": 1}))
    watch.run(range(2), alone("r1"), lambda *_: True)
    assert watch.fleet.workers()["r1", "w"] == (
        Fitness.SILENT,
        "heard, but nothing has answered it yet",
    )
    assert not watch.fleet.is_fit("r1")


def test_a_worker_is_silent_when_nothing_was_heard_for_longer_than_its_time() -> None:
    watch = Watch(WIDE)
    watch.run(range(3), EVERYONE)
    watch.judge(30, 50)
    assert watch.told("r2") == [(0, "fit")], "the last look was at 20 s, and it has 30 s"
    assert watch.fleet.recheck_at == at(50) + 1
    watch.judge(51, 51)
    assert watch.told("r2") == [(0, "fit"), (51, "silent")]
    assert watch.fleet.regions()["r2"] == (Fitness.SILENT, "nothing heard for 30 s")


def test_three_intervals_are_the_time_where_they_are_longer() -> None:
    watch = Watch(net(1, {"claude": 1}, interval_ms=60_000))
    watch.hear(0, alone("r1"))
    watch.judge(0, 180)
    assert watch.told("r1") == [(0, "fit")]
    watch.judge(181, 181)
    assert watch.told("r1")[-1] == (181, "silent")


def test_who_comes_back_is_fit_again_at_once_and_can_fall_silent_again() -> None:
    watch = Watch(WIDE)
    watch.run([0], EVERYONE)
    watch.judge(10, 59)
    watch.run([6], EVERYONE)
    watch.judge(70, 120)
    assert watch.told("r3") == [(0, "fit"), (31, "silent"), (60, "fit"), (91, "silent")]


def test_workers_that_left_long_ago_are_forgotten() -> None:
    watch = Watch(WIDE, replace(RULES_HERE, rebuild_ms=100_000))
    watch.run([0], [*EVERYONE, ("r1", "old")])
    watch.run(range(1, 23), EVERYONE)
    assert ("r1", "old") in watch.fleet.workers()
    watch.run(range(23, 40), EVERYONE)
    assert ("r1", "old") not in watch.fleet.workers()
    assert [vantage.name for vantage in watch.fleet.by_region["r1"]] == ["w"]
    assert watch.told("r1") == [(0, "fit")]


def test_each_worker_of_a_region_keeps_a_number_that_no_other_one_gets() -> None:
    watch = Watch(WIDE, replace(RULES_HERE, rebuild_ms=100_000))
    numbers = [watch.fleet.worker("r1", name, at(0)).number for name in ("a", "b", "a", "c")]
    assert numbers == [0, 1, 0, 2]
    assert watch.fleet.worker("r2", "w", at(0)).number == 0, "each region counts for itself"
    watch.run(range(40), alone("r2"))
    assert set(watch.fleet.workers()) == {("r2", "w")}
    assert watch.fleet.worker("r1", "d", at(400)).number == 3, (
        "looks of those that left may still be there"
    )


def test_a_fleet_goes_on_under_another_configuration() -> None:
    before = Watch(WIDE)
    before.run(range(6), EVERYONE, lambda region, _, __, slot: region == "r2" and slot > 3)
    after = Watch(net(3, {"claude": 1}, references=3))
    after.fleet.adopt(before.fleet)
    assert [str(after.fleet.regions()[region][0]) for region in ("r1", "r2", "r3")] == [
        "fit",
        "unfit",
        "fit",
    ]
    assert set(after.fleet.workers()) == {("r1", "w"), ("r2", "w"), ("r3", "w")}
    assert after.fleet.worker("r2", "w", at(60)).unfit_since is not None
    assert after.fleet.worker("r1", "new", at(60)).number == 1
    after.run(range(6, 13), EVERYONE[:3])
    assert after.told("r1") == []
    assert after.told("r2") == [(110, "fit")]


def test_when_nothing_is_due_nothing_is_judged() -> None:
    watch = Watch(WIDE)
    watch.run([0], EVERYONE)
    assert watch.fleet.examine == set()
    assert watch.fleet.recheck_at == at(30) + 1
    assert watch.fleet.judge(at(20)) == []
