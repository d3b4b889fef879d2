"""How often the regions fail about a slot, which is what a worker is measured by."""

import pytest

from coordinator.domain.vantages.diagnosis import WITNESSES_AT_MOST, failing_about
from coordinator.domain.window.look import Vote
from tests.coordinator.domain.handmade import INTERVAL_MS, at, check_of, code_of, series_of


def test_a_region_fails_as_rarely_as_its_best_worker() -> None:
    check = check_of()
    bad = [
        code_of(1, Vote.BAD),
        code_of(2, worker=1),
        code_of(3, Vote.BAD, worker=1),
        code_of(4, worker=1),
    ]
    assert failing_about([series_of(check, "r1", bad)], at(0) // INTERVAL_MS) == {
        "r1": pytest.approx(1 / 3)
    }


def test_only_looks_of_a_slot_and_of_its_neighbours_tell_of_it() -> None:
    check, slot = check_of(), at(50) // INTERVAL_MS
    moments = {39.9: False, 40: True, 69.9: True, 70: False}
    for moment, tells in moments.items():
        assert bool(failing_about([series_of(check, "r1", [code_of(moment)])], slot)) == tells, (
            moment
        )


def test_regions_that_did_not_look_or_abstained_say_nothing() -> None:
    check = check_of()
    silent, abstains = series_of(check, "r1"), series_of(check, "r2", [code_of(1, Vote.ABSTAINS)])
    assert failing_about([silent, abstains], at(0) // INTERVAL_MS) == {}


def test_of_many_regions_enough_are_asked() -> None:
    all_series = [series_of(check_of(), f"r{n}", [code_of(1)]) for n in range(40)]
    assert len(failing_about(all_series, at(0) // INTERVAL_MS)) == WITNESSES_AT_MOST + 1, (
        "one of them may be its own"
    )
