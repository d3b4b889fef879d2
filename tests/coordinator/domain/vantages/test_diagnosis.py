"""Which worker is unfit, how soon that is told, and how much it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from coordinator.domain.vantages.diagnosis import BAD_NATS, GOOD_NATS, Diagnosis, is_suspect
from coordinator.domain.window.series import Series
from coordinator.domain.window.vantage import Vantage
from tests.coordinator.domain.handmade import RULES, at, code_of, vantage_of
from tests.coordinator.domain.vantages.diagnosis_world import SERVICES, World


def test_where_all_is_well_nothing_speaks_against_anybody() -> None:
    world = World(lambda *_: False)
    assert {world.diagnosis(region) for region in world.vantages} == {
        Diagnosis(clean=tuple(at(10 * slot) for slot in range(5, 11)), expected=7)
    }, "the newest slot is not over yet, and no sum is above zero"
    assert world.unfit() == []


def test_a_dead_worker_with_enough_witnesses_is_told_in_one_slot() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot == 11)
    diagnosis = world.diagnosis("r2")
    assert diagnosis.nats == pytest.approx(7 * BAD_NATS)
    assert (diagnosis.share, diagnosis.against, diagnosis.witnesses) == (1, 7, 7)
    assert diagnosis.since == at(110)
    assert diagnosis.why == "fails at 7 of 7 independent places where others succeed"
    assert world.unfit() == ["r2"]


def test_a_worker_alone_is_not_said_to_fail_where_others_succeed() -> None:
    alone = World(lambda *_: True, regions=1).diagnosis("r1")
    assert alone.why == "fails at 4 of 4 independent places, references among them"


def test_a_dead_worker_with_few_witnesses_is_told_in_two_slots() -> None:
    one = World(lambda region, _, slot: region == "r2" and slot >= 11, SERVICES)
    assert one.diagnosis("r2").nats == pytest.approx(3 * BAD_NATS)
    assert one.unfit() == []
    assert one.diagnosis("r2").is_doubtful(RULES), "what it saw fail waits meanwhile"
    two = World(lambda region, _, slot: region == "r2" and slot >= 10, SERVICES)
    assert two.diagnosis("r2").nats == pytest.approx(6 * BAD_NATS)
    assert two.unfit() == ["r2"]


def test_a_worker_that_fails_at_half_of_everything_is_told_within_eight_slots() -> None:
    world = World(
        lambda region, check, slot: region == "r2" and slot > 3 and (len(check) + slot) % 2 == 0
    )
    assert world.unfit() == ["r2"]
    assert world.diagnosis("r2").share == 1, "each witness speaks against it sooner or later"


def test_a_worker_that_rarely_fails_is_fit() -> None:
    world = World(
        lambda region, check, slot: region == "r2" and check == SERVICES[slot % 3] and slot % 4 == 0
    )
    assert world.diagnosis("r2").nats < RULES.doubt_nats
    assert world.unfit() == []


def test_doubt_needs_two_witnesses_and_half_of_those_there_are() -> None:
    enough = Diagnosis(nats=5, share=0.6, against=2, witnesses=3, lost=0.4, expected=6)
    assert enough.is_doubtful(RULES)
    for lacks in (
        {"share": 1.0, "against": 1, "witnesses": 1, "expected": 1},
        {"expected": 7},
        {"nats": 3.9},
        {"share": 0.4, "witnesses": 5},
        {"lost": 0.39},
    ):
        assert not replace(enough, **lacks).is_doubtful(RULES), lacks


def test_an_unfit_worker_needs_the_evidence_the_share_and_the_loss() -> None:
    unfit = Diagnosis(nats=15, share=0.6, lost=0.4)
    assert unfit.is_unfit(RULES)
    for lacks in ({"nats": 14.9}, {"share": 0.59}, {"lost": 0.39}):
        assert not replace(unfit, **lacks).is_unfit(RULES), lacks


def test_a_good_look_speaks_for_a_worker_less_than_a_bad_one_against_it() -> None:
    assert GOOD_NATS < 0 < BAD_NATS
    assert -GOOD_NATS < BAD_NATS / 4


def test_a_closer_look_is_due_when_a_fair_part_of_the_witnesses_fails() -> None:
    world = World(lambda *_: False)
    groups = world.groups("r1", {})
    vantage = vantage_of("r1")
    all_series = list(groups)
    assert [_suspect(vantage, all_series[:n], groups) for n in range(5)] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert not _suspect(vantage, all_series[:4], dict.fromkeys(all_series, "AS1")), (
        "all of one network"
    )
    vantage.failing = {}
    vantage.doubted_since = at(0)
    assert is_suspect(vantage, groups, 7)
    vantage.doubted_since, vantage.unfit_since = None, at(0)
    assert is_suspect(vantage, groups, 7), "an unfit worker is looked at until it is well"


def _suspect(vantage: Vantage, failing: Sequence[Series], groups: Mapping[Series, str]) -> bool:
    vantage.failing = dict.fromkeys(failing, at(0))
    return is_suspect(vantage, groups, len(set(groups.values())))


def test_a_worker_that_is_slow_everywhere_is_unfit_as_one_that_fails() -> None:
    world = World(lambda *_: False)
    for series in world.all_series.values():
        for moment in (105, 115):
            series["r2"].add(code_of(moment, slow=True))
            series["r3"].add(code_of(moment))
    assert world.unfit() == ["r2"]
