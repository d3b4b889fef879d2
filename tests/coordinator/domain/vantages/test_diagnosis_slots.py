"""Which slots and looks of a worker are weighed, and since when they speak against it."""

import pytest

from coordinator.domain.vantages.diagnosis import BAD_NATS, HEALTHY, SLOTS
from coordinator.domain.window.look import Vote
from tests.coordinator.domain.handmade import RULES, at, code_of
from tests.coordinator.domain.vantages.diagnosis_world import SERVICES, World


def test_a_long_good_time_before_does_not_protect_a_worker() -> None:
    assert World(lambda region, _, slot: region == "r2" and slot >= 39, slots=40).unfit() == ["r2"]
    assert World(lambda region, _, slot: region == "r2" and slot >= 2, slots=3).unfit() == ["r2"]


def test_only_the_last_few_slots_are_weighed() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot < 12 - SLOTS)
    assert world.diagnosis("r2").nats == 0


def test_slots_since_the_last_sign_are_clean_but_for_the_newest() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot < 8)
    assert world.diagnosis("r2").clean == (at(80), at(90), at(100))


def test_one_witness_of_many_does_not_spoil_a_clean_slot_and_two_of_seven_do() -> None:
    few = World(lambda region, check, slot: region == "r2" and slot == 9 and check in SERVICES[:1])
    some = World(lambda region, check, slot: region == "r2" and slot == 9 and check in SERVICES[:2])
    assert at(90) in few.diagnosis("r2").clean
    assert some.diagnosis("r2").clean == (at(100),)


def test_it_speaks_against_a_worker_since_the_sum_was_last_zero() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot in (6, 10, 11))
    assert world.diagnosis("r2").since == at(60)
    later = World(
        lambda region, check, slot: (
            region == "r2" and (slot > 9 or (slot == 6 and check == "claude-c1"))
        )
    )
    assert later.diagnosis("r2").since == at(100)


def test_several_looks_at_one_witness_in_a_slot_weigh_as_one() -> None:
    world = World(
        lambda region, _, slot: region == "r2" and slot == 11,
        ["claude-c1", "claude-c2", "claude-c3"],
    )
    assert world.diagnosis("r2").nats == pytest.approx(BAD_NATS)


def test_the_looks_of_the_other_workers_of_a_region_are_not_its_own() -> None:
    world = World(lambda *_: False)
    for series in world.all_series.values():
        series["r2"].add(code_of(115, Vote.BAD, worker=1))
    assert world.diagnosis("r2").nats == 0


def test_a_worker_that_was_not_heard_lately_is_not_diagnosed() -> None:
    world = World(lambda *_: True)
    world.vantages["r2"].heard_at = at(10_000)
    assert world.diagnosis("r2") == HEALTHY


def test_an_unfit_span_that_is_over_is_no_sign_of_another() -> None:
    world = World(lambda region, _, slot: region == "r2" and 4 < slot < 8)
    worker = world.vantages["r2"]
    assert world.diagnosis("r2").is_unfit(RULES)
    worker.become_unfit(at(40))
    worker.recover(at(80))
    assert world.diagnosis("r2").nats == 0


def test_a_service_that_failed_before_its_worker_did_does_not_tell_since_when() -> None:
    world = World(
        lambda region, check, slot: (
            region == "r2" and (slot >= 9 or (slot >= 7 and check == "claude-c1"))
        ),
        ["claude-c1", "openai-c1", "internet-c1"],
    )
    assert world.diagnosis("r2").since == at(90)
