from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from coordinator.domain.fitness import Fitness, FitnessChange
from coordinator.domain.fleet import NEVER, Fleet
from coordinator.domain.look import Vote
from coordinator.domain.rules import Rules
from coordinator.domain.topology import Topology
from coordinator.domain.track import Track
from tests.coordinator.domain.handmade import RULES, START, at, code_of, net, track_of

RULES_HERE = replace(RULES, silent_after_ms=30_000)
Fails = Callable[[str, str, str, int], bool]
"""(region, worker, check, slot) -> whether that look fails."""


class Watch:
    """A fleet that hears what workers look at, slot by slot, and is judged each second."""

    def __init__(self, topology: Topology, rules: Rules = RULES_HERE) -> None:
        reference = {check.id: check.service == "internet" for check in topology.checks}
        self.topology, self.rules = topology, rules
        self.tracks: dict[str, dict[str, Track]] = {
            check.id: {region: track_of(check, region, reference=reference[check.id]) for region in check.regions}
            for check in topology.checks
        }
        self.fleet = Fleet(topology, self.tracks, rules)
        self.changes: list[FitnessChange] = []

    def hear(self, slot: int, workers: Iterable[tuple[str, str]], fails: Fails = lambda *_: False) -> None:
        """Each of these workers looks at everything at the start of a slot."""
        for region, name in workers:
            for check in self.topology.checks:
                failed = fails(region, name, check.id, slot)
                worker = self.fleet.worker(region, name, at(10 * slot))
                track = self.tracks[check.id][region]
                track.add(code_of(10 * slot, Vote.BAD if failed else Vote.GOOD, worker=worker.number))
                worker.hear(track, at(10 * slot), not failed, made=True)
            self.fleet.examine.add((region, name))

    def judge(self, first: int, last: int) -> None:
        """Judge at each second from one to the other."""
        for second in range(first, last + 1):
            self.changes += self.fleet.judge(at(second))

    def run(self, slots: Iterable[int], workers: Iterable[tuple[str, str]], fails: Fails = lambda *_: False) -> None:
        """Look and be judged, slot by slot."""
        for slot in slots:
            self.hear(slot, workers, fails)
            self.judge(10 * slot, 10 * slot + 9)

    def told(self, region: str, worker: str | None = None) -> list[tuple[int, str]]:
        """The changes of a region or worker: seconds after the start, and what it became."""
        return [
            ((change.at - START) // 1000, str(change.fitness))
            for change in self.changes
            if (change.region, change.worker) == (region, worker)
        ]


def alone(*regions: str) -> list[tuple[str, str]]:
    return [(region, "w") for region in regions]


EVERYONE = alone("r1", "r2", "r3", "r4")
WIDE = net(4, {"claude": 1, "openai": 1, "gemini": 1}, references=3)


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
    assert watch.fleet.workers()["r1", "w"] == (Fitness.SILENT, "heard, but nothing has answered it yet")
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


def test_a_region_is_as_fit_as_its_fittest_worker() -> None:
    watch = Watch(WIDE)
    both = [*EVERYONE, ("r2", "broken")]
    watch.run(range(8), both, lambda _, worker, __, slot: worker == "broken" and slot > 2)
    assert watch.told("r2", "broken") == [(0, "fit"), (30, "unfit")]
    assert watch.told("r2") == [(0, "fit")]
    watch.run(range(8, 14), [key for key in both if key != ("r2", "w")], lambda *key: key[1] == "broken")
    assert watch.told("r2")[-1] == (101, "unfit"), "the other one is silent"
    assert watch.fleet.regions()["r2"][1] == "fails at 6 of 6 independent places where others succeed"


def test_looks_of_the_slot_before_a_sickness_are_set_aside_too() -> None:
    watch = Watch(WIDE)
    watch.run(range(6), EVERYONE, lambda region, _, __, slot: region == "r2" and slot == 5)
    assert watch.told("r2") == [(0, "fit"), (50, "unfit")]
    assert watch.fleet.worker("r2", "w", at(0)).unfit_since == at(40)


def test_an_unfit_worker_is_fit_again_after_five_clean_slots_and_not_before() -> None:
    watch = Watch(WIDE)
    watch.run(range(20), EVERYONE, lambda region, _, __, slot: region == "r2" and 3 <= slot < 6)
    assert watch.told("r2") == [(0, "fit"), (30, "unfit"), (110, "fit")], "slots 6 to 10 were clean"
    assert watch.fleet.worker("r2", "w", at(0)).unfit_spans == [(at(20), at(60))]
    assert watch.told("r1") == [(0, "fit")]


def test_the_number_of_clean_slots_can_be_set() -> None:
    watch = Watch(WIDE, replace(RULES_HERE, fit_again_after_slots=7))
    watch.run(range(20), EVERYONE, lambda region, _, __, slot: region == "r2" and 3 <= slot < 6)
    assert watch.told("r2")[-1] == (130, "fit")


def test_a_worker_that_fails_again_meanwhile_waits_for_five_clean_slots_anew() -> None:
    watch = Watch(WIDE)
    watch.run(range(25), EVERYONE, lambda region, _, __, slot: region == "r2" and slot in (3, 4, 5, 9))
    assert watch.told("r2") == [(0, "fit"), (30, "unfit"), (150, "fit")]


def test_in_doubt_failures_wait_and_count_again_when_it_is_clear_that_it_is_not_the_worker() -> None:
    few = net(4, {"claude": 1, "openai": 1, "gemini": 1})
    watch = Watch(few)
    watch.run(range(5), EVERYONE, lambda region, _, __, slot: region == "r2" and slot == 4)
    worker = watch.fleet.worker("r2", "w", at(0))
    assert (worker.unfit_since, worker.doubted_since) == (None, at(30))
    watch.run(range(5, 12), EVERYONE)
    assert (worker.unfit_since, worker.doubted_since) == (None, None)
    assert watch.told("r2") == [(0, "fit")]


def behind_one_network(watch: Watch, checks: Iterable[str]) -> Watch:
    for check in checks:
        for track in watch.tracks[check].values():
            track.asn = 13335
    return watch


def test_what_one_network_serves_is_one_witness_when_enough_others_are_left() -> None:
    checks = [f"{name}-c1" for name in "abcdef"]
    watch = behind_one_network(Watch(net(4, dict.fromkeys("abcdef", 1), references=3)), checks)
    watch.run(range(10), EVERYONE, lambda region, _, check, slot: region == "r2" and check in checks and slot > 2)
    assert watch.told("r2") == [(0, "fit")]


def test_were_everything_one_witness_nothing_would_tell_a_dead_worker_so_services_are() -> None:
    watch = behind_one_network(Watch(net(4, dict.fromkeys("abc", 1))), [f"{name}-c1" for name in "abc"])
    watch.run(range(10), EVERYONE, lambda region, _, __, slot: region == "r2" and slot > 2)
    assert watch.told("r2") == [(0, "fit"), (40, "unfit")]


def test_many_regions_silent_at_once_make_us_suspect_ourselves_for_two_slots() -> None:
    watch = Watch(WIDE)
    watch.run([0, 1], EVERYONE)
    watch.run(range(2, 9), alone("r3", "r4"))
    assert watch.told("r1") == [(0, "fit"), (41, "silent")]
    said = [bool(watch.fleet.suspicion(at(moment))) for moment in (40, 41, 60, 61)]
    assert said == [False, True, True, False]
    assert watch.fleet.suspicion(at(41)) == "2 of 4 regions fell silent at once, so the fault may be our own"


def test_one_silent_region_is_never_our_own_fault() -> None:
    watch = Watch(WIDE)
    watch.run([0, 1], EVERYONE)
    watch.run(range(2, 9), alone("r2", "r3", "r4"))
    assert not any(watch.fleet.suspicion(at(moment)) for moment in range(30, 90))


def test_regions_that_leave_one_by_one_are_not_our_own_fault() -> None:
    watch = Watch(WIDE)
    watch.run([0, 1], EVERYONE)
    watch.run([2, 3, 4], EVERYONE[1:])
    watch.run(range(5, 14), EVERYONE[2:])
    assert not any(watch.fleet.suspicion(at(moment)) for moment in range(30, 140))


@pytest.mark.parametrize(("silent", "suspected"), [(3, False), (4, True)])
def test_it_takes_more_than_the_share_of_regions_to_suspect_ourselves(silent: int, suspected: bool) -> None:
    watch = Watch(net(10, {"claude": 1}), replace(RULES_HERE, suspect_ourselves_share=0.3))
    everyone = alone(*(f"r{n}" for n in range(1, 11)))
    watch.run([0], everyone)
    watch.run(range(1, 5), everyone[silent:])
    assert bool(watch.fleet.suspicion(at(35))) == suspected


def test_a_region_counts_as_silent_only_when_its_last_worker_is() -> None:
    watch = Watch(WIDE)
    watch.run([0], [*EVERYONE, ("r1", "x"), ("r2", "x")])
    watch.run(range(1, 6), [("r1", "x"), ("r2", "x"), *EVERYONE[2:]])
    assert not any(watch.fleet.suspicion(at(moment)) for moment in range(30, 50))
    assert watch.told("r1", "w")[-1] == (31, "silent")
    assert watch.told("r1") == [(0, "fit")]


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
    assert watch.fleet.worker("r1", "d", at(400)).number == 3, "looks of those that left may still be there"


def test_a_fleet_goes_on_under_another_configuration() -> None:
    before = Watch(WIDE)
    before.run(range(6), EVERYONE, lambda region, _, __, slot: region == "r2" and slot > 3)
    after = Watch(net(3, {"claude": 1}, references=3))
    after.fleet.adopt(before.fleet)
    assert [str(after.fleet.regions()[region][0]) for region in ("r1", "r2", "r3")] == ["fit", "unfit", "fit"]
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
