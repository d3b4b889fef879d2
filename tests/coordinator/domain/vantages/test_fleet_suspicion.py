"""Many regions that fall silent at once make us suspect ourselves."""

from dataclasses import replace

import pytest

from tests.coordinator.domain.handmade import at, net
from tests.coordinator.domain.vantages.watched_fleet import EVERYONE, RULES_HERE, WIDE, Watch, alone


def test_many_regions_silent_at_once_make_us_suspect_ourselves_for_two_slots() -> None:
    watch = Watch(WIDE)
    watch.run([0, 1], EVERYONE)
    watch.run(range(2, 9), alone("r3", "r4"))
    assert watch.told("r1") == [(0, "fit"), (41, "silent")]
    said = [bool(watch.fleet.suspicion(at(moment))) for moment in (40, 41, 60, 61)]
    assert said == [False, True, True, False]
    assert (
        watch.fleet.suspicion(at(41))
        == "2 of 4 regions fell silent at once, so the fault may be our own"
    )


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
def test_it_takes_more_than_the_share_of_regions_to_suspect_ourselves(
    silent: int, suspected: bool
) -> None:
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
