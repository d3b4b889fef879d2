"""When a worker becomes unfit, which looks are excluded, and when it is fit again."""

from collections.abc import Iterable
from dataclasses import replace

from tests.coordinator.domain.handmade import at, net
from tests.coordinator.domain.vantages.watched_fleet import EVERYONE, RULES_HERE, WIDE, Watch


def test_a_region_is_as_fit_as_its_fittest_worker() -> None:
    watch = Watch(WIDE)
    both = [*EVERYONE, ("r2", "broken")]
    watch.run(range(8), both, lambda _, worker, __, slot: worker == "broken" and slot > 2)
    assert watch.told("r2", "broken") == [(0, "fit"), (30, "unfit")]
    assert watch.told("r2") == [(0, "fit")]
    watch.run(
        range(8, 14), [key for key in both if key != ("r2", "w")], lambda *key: key[1] == "broken"
    )
    assert watch.told("r2")[-1] == (101, "unfit"), "the other one is silent"
    assert (
        watch.fleet.regions()["r2"][1] == "fails at 6 of 6 independent places where others succeed"
    )


def test_looks_of_the_slot_before_an_unfit_span_are_excluded_too() -> None:
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
    watch.run(
        range(25), EVERYONE, lambda region, _, __, slot: region == "r2" and slot in (3, 4, 5, 9)
    )
    assert watch.told("r2") == [(0, "fit"), (30, "unfit"), (150, "fit")]


def test_in_doubt_failures_wait_and_count_again_when_it_is_clear_that_it_is_not_the_worker() -> (
    None
):
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
        for series in watch.all_series[check].values():
            series.asn = 13335
    return watch


def test_what_one_network_serves_is_one_witness_when_enough_others_are_left() -> None:
    checks = [f"{name}-c1" for name in "abcdef"]
    watch = behind_one_network(Watch(net(4, dict.fromkeys("abcdef", 1), references=3)), checks)
    watch.run(
        range(10),
        EVERYONE,
        lambda region, _, check, slot: region == "r2" and check in checks and slot > 2,
    )
    assert watch.told("r2") == [(0, "fit")]


def test_were_everything_one_witness_nothing_would_tell_a_dead_worker_so_services_are() -> None:
    watch = behind_one_network(
        Watch(net(4, dict.fromkeys("abc", 1))), [f"{name}-c1" for name in "abc"]
    )
    watch.run(range(10), EVERYONE, lambda region, _, __, slot: region == "r2" and slot > 2)
    assert watch.told("r2") == [(0, "fit"), (40, "unfit")]
