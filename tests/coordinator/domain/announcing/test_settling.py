from collections.abc import Iterable

import numpy as np

from coordinator.domain.announcing.settling import is_end_settled, is_settled, turned_at
from coordinator.domain.inference.claim import ALL_WELL, Claim
from coordinator.domain.model.verdict import Scope
from coordinator.domain.window.axes import Flags
from coordinator.domain.window.tally import Tally
from tests.coordinator.domain.handmade import RULES, Seen, at, coverage_of, grid_of, some_axes

AXES = some_axes(2, 5)
ALL = np.full((2, 5), True)
EVERY = frozenset((c, r) for c in AXES.components for r in AXES.regions)
DOWN = Claim(Scope.SYSTEM_WIDE, EVERY, AXES.regions, AXES.components, 0.995)
REGION = Claim(Scope.REGIONAL, frozenset({("c1", "r1")}), ("r1",), ("c1",), 0.995)


def settled(
    claim: Claim,
    looked: Iterable[tuple[int, int]],
    *,
    since: int = at(30),
    votes: object = True,
    concerned: Flags = ALL,
) -> bool:
    """Whether it may be said when these cells were looked at since, and all others before."""
    cells = set(looked)
    seen = [
        Seen(35 if (c, r) in cells else 20, c, r, bad=(c, r) in cells)
        for c in range(2)
        for r in range(5)
    ]
    return is_settled(claim, since, grid_of(AXES, seen), coverage_of(AXES, votes), concerned, RULES)


def cells(regions: Iterable[int], components: Iterable[int] = (0, 1)) -> set[tuple[int, int]]:
    return {(c, r) for c in components for r in regions}


def end_settled(
    well: Iterable[tuple[int, int]],
    failing: Iterable[tuple[int, int]] = (),
    claim: Claim = DOWN,
    *,
    concerned: Flags = ALL,
    votes: object = True,
) -> bool:
    """Whether all may be called well when all cells failed before 30 s, and these looks came
    since.
    """
    seen = [Seen(20, c, r, bad=True) for c, r in cells(range(5))]
    seen += [Seen(35, c, r) for c, r in well] + [Seen(36, c, r, bad=True) for c, r in failing]
    coverage = coverage_of(AXES, votes)
    return is_end_settled([claim], at(30), grid_of(AXES, seen), coverage, concerned, RULES)


HALF = [(0, 0), (0, 1), (0, 2), (1, 3), (1, 4)]


def test_an_end_is_settled_once_half_was_well_each_component_and_each_region() -> None:
    assert end_settled(HALF)
    assert not end_settled(HALF[:4]), "one region was not looked at since"
    assert not end_settled([(0, r) for r in range(5)]), "one component was not"
    assert end_settled([*cells([0])], claim=REGION)


def test_each_component_and_region_is_not_enough_without_half_of_the_cells() -> None:
    axes, many = some_axes(5, 5), np.full((5, 5), True)
    every = frozenset((c, r) for c in axes.components for r in axes.regions)
    claim = Claim(Scope.SYSTEM_WIDE, every, axes.regions, axes.components, 0.99)
    for diagonals, settled_so in ((2, False), (3, True)):
        well = [((n + more) % 5, n) for n in range(5) for more in range(diagonals)]
        seen = [Seen(20, c, r, bad=True) for c in range(5) for r in range(5)]
        grid = grid_of(axes, [*seen, *(Seen(35, c, r) for c, r in well)])
        told = is_end_settled([claim], at(30), grid, coverage_of(axes), many, RULES)
        assert told is settled_so, diagonals


def test_while_one_still_fails_no_end_is_settled_early() -> None:
    assert not end_settled(HALF, [(1, 0)])


def test_of_very_many_looks_one_may_fail_by_chance() -> None:
    seen = [Seen(35 + n / 10, c, r) for n in range(4) for c, r in HALF]
    seen.append(Seen(36, 0, 0, bad=True))
    grid = grid_of(AXES, seen)
    assert is_end_settled([DOWN], at(30), grid, coverage_of(AXES), ALL, RULES)


def test_what_does_not_vote_or_is_looked_at_rarely_has_no_part_in_an_end() -> None:
    votes = np.ones((2, 5), dtype=np.bool_)
    votes[:, 4] = False
    assert end_settled(HALF[:4], votes=votes)
    quick = np.array([[True] * 5, [False] * 5])
    assert end_settled([(0, r) for r in range(5)], concerned=quick)
    assert not end_settled([], votes=np.zeros((2, 5), dtype=np.bool_)), "nobody tells"


def test_once_every_cell_was_looked_at_a_claim_is_settled() -> None:
    assert settled(REGION, cells(range(5)))
    assert not settled(REGION, cells(range(4)))
    assert not settled(REGION, cells(range(5)) - {(0, 4)}), "nine of ten"


def test_the_last_of_very_many_cells_changes_nothing() -> None:
    axes = some_axes(4, 10)
    seen = [
        Seen(35 if (c, r) not in {(0, 0), (3, 9)} else 20, c, r)
        for c in range(4)
        for r in range(10)
    ]
    assert is_settled(
        REGION, at(30), grid_of(axes, seen), coverage_of(axes), np.full((4, 10), True), RULES
    )


def test_cells_that_do_not_vote_need_not_be_waited_for() -> None:
    votes = np.ones((2, 5), dtype=np.bool_)
    votes[:, 3:] = False
    assert settled(REGION, cells(range(3)), votes=votes)


def test_a_look_at_the_very_moment_counts() -> None:
    seen = [Seen(30, c, r) for c in range(2) for r in range(5)]
    assert is_settled(REGION, at(30), grid_of(AXES, seen), coverage_of(AXES), ALL, RULES)


def test_cells_that_are_looked_at_much_more_rarely_are_not_waited_for() -> None:
    quick = np.array([[True] * 5, [False] * 5])
    assert settled(REGION, cells(range(5), [0]), concerned=quick)
    assert not settled(REGION, cells(range(4), [0]), concerned=quick)
    assert settled(DOWN, cells(range(3), [0]), concerned=quick), (
        "nor before everywhere is said early"
    )


def test_everywhere_is_said_early_when_it_is_very_sure_and_enough_was_looked_at() -> None:
    assert settled(DOWN, cells(range(3)))
    assert not settled(DOWN, cells(range(2))), "two of five regions"
    assert not settled(DOWN, cells(range(3), [0])), "the other component was not looked at yet"
    assert settled(DOWN, cells(range(2)) | cells([2], [1])), (
        "each component somewhere, and three regions in all"
    )


def test_a_partial_failure_everywhere_is_not_said_early() -> None:
    """It may be half of our own workers that fail."""
    looked = [Seen(35, c, r, bad=r < 3) for c in range(2) for r in range(4)]
    before = [Seen(20, c, 4) for c in range(2)]
    assert not is_settled(
        DOWN, at(30), grid_of(AXES, [*looked, *before]), coverage_of(AXES), ALL, RULES
    )
    once = [Seen(35, c, r, bad=(c, r) != (0, 0)) for c in range(2) for r in range(4)]
    assert is_settled(DOWN, at(30), grid_of(AXES, [*once, *before]), coverage_of(AXES), ALL, RULES)


def test_everywhere_is_not_said_early_when_it_is_less_than_very_sure() -> None:
    hardly = Claim(Scope.COMPONENT, EVERY, AXES.regions, AXES.components, 0.989)
    assert not settled(hardly, cells(range(4)))


def test_what_is_regional_is_never_said_early() -> None:
    assert not settled(REGION, cells(range(4)))


ONE, TWO = ("c1", "r1"), ("c1", "r2")
BOTH = Claim(Scope.REGIONAL, frozenset({ONE, TWO}), ("r1", "r2"), ("c1",))
TALLIES = {
    ONE: Tally(first_bad=at(10), last_bad=at(40), first_good=at(50)),
    TWO: Tally(first_bad=at(20), last_bad=at(30), first_good=at(60)),
}


def test_a_claim_turned_when_the_first_of_its_new_cells_failed() -> None:
    assert turned_at([ALL_WELL], [BOTH], TALLIES) == at(10)
    assert turned_at([REGION], [BOTH], TALLIES) == at(20), "the other one is claimed already"


def test_a_claim_turned_when_the_first_of_the_cells_that_left_it_was_well() -> None:
    assert turned_at([BOTH], [ALL_WELL], TALLIES) == at(50)
    assert turned_at([BOTH], [REGION], TALLIES) == at(60)


def test_cells_that_no_look_tells_of_turn_nothing() -> None:
    assert turned_at([ALL_WELL], [BOTH], {}) is None
    assert turned_at([ALL_WELL], [BOTH], {ONE: Tally()}) is None
    assert turned_at([BOTH], [BOTH], TALLIES) is None


def test_several_claims_are_taken_together() -> None:
    other = Claim(Scope.REGIONAL, frozenset({TWO}), ("r2",), ("c1",))
    assert turned_at([REGION, other], [BOTH], TALLIES) is None
    assert turned_at([REGION], [REGION, other], TALLIES) == at(20)
