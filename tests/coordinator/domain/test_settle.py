from coordinator.domain.matrix import CellKey, Sight
from coordinator.domain.reading import CLEAN, Reading
from coordinator.domain.scope import Ruling
from coordinator.domain.settle import is_settled
from coordinator.domain.verdict import Scope

NONE = Ruling(Scope.NONE)
ONE = Ruling(Scope.REGIONAL, frozenset({("c", "r1")}), ("r1",), ("c",))
BAD = Reading(failing=True, nats=10, looks=2, bad=2, first_bad=100, last_bad=160)


def settled(announced: Ruling, ruling: Ruling, now: int, **cells: Sight) -> bool:
    matrix: dict[CellKey, Sight] = {("c", region): sight for region, sight in cells.items()}
    return is_settled(announced, ruling, matrix, now, patience_ms=200)


def test_it_waits_until_every_cell_was_looked_at_since_the_first_failure() -> None:
    assert not settled(NONE, ONE, 170, r1=Sight(BAD, 160), r2=Sight(CLEAN, 99))
    assert settled(NONE, ONE, 170, r1=Sight(BAD, 160), r2=Sight(CLEAN, 100))


def test_it_waits_for_a_second_look_where_the_newest_failed() -> None:
    suspect = Reading(nats=4, looks=1, bad=1, first_bad=120, last_bad=120)
    assert not settled(NONE, ONE, 170, r1=Sight(BAD, 160), r2=Sight(suspect, 120))


def test_it_waits_for_a_second_look_where_the_newest_was_good_again() -> None:
    half_well = Reading(
        failing=True, nats=10, looks=2, bad=2, first_bad=100, last_bad=160, first_good=190, good_since=1
    )
    well = Reading(ended=(150, 180), last_bad=150, first_good=180)
    both = Ruling(Scope.REGIONAL, frozenset({("c", "r1"), ("c", "r2")}), ("r1", "r2"), ("c",))
    assert not settled(both, ONE, 200, r1=Sight(half_well, 190), r2=Sight(well, 195))


def test_it_waits_no_longer_than_patience() -> None:
    assert settled(NONE, ONE, 300, r1=Sight(BAD, 160), r2=Sight(CLEAN, 99))


def test_a_change_without_looks_behind_it_is_announced_at_once() -> None:
    assert settled(ONE, Ruling(Scope.UNKNOWN), 170)
    assert settled(ONE, ONE, 170, r1=Sight(BAD, 160), r2=Sight(CLEAN, 10))
