from collections.abc import Iterable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.window.tally import Tally, looks_since, tallies, times_of
from tests.coordinator.domain.handmade import Seen, at, grid_of, some_axes

AXES = some_axes(2, 3)
HERE = ("c1", "r1")


def seen(
    bad: Iterable[float], good: Iterable[float] = (), *, region: int = 0, component: int = 0
) -> list[Seen]:
    """Looks at one cell: bad ones and good ones."""
    return [Seen(t, component, region, bad=True) for t in bad] + [
        Seen(t, component, region) for t in good
    ]


def tally(looks: Sequence[Seen], since: float = 0, *, slow: bool = False) -> Tally:
    return tallies(grid_of(AXES, looks), [HERE], at(since), slow=slow)[HERE]


def test_trouble_lies_between_the_looks_around_it() -> None:
    found = tally(seen([31, 41, 52], [1, 11, 21, 45, 61, 71]), since=30)
    assert (found.last_good, found.first_bad) == (at(21), at(31))
    assert (found.last_bad, found.first_good) == (at(52), at(61))


def test_while_it_goes_on_there_is_no_end() -> None:
    found = tally(seen([31, 41], [1, 21, 35]), since=30)
    assert (found.last_bad, found.first_good) == (at(41), None)


def test_without_a_good_look_before_nobody_knows_when_it_began() -> None:
    found = tally(seen([1, 11], [31]))
    assert (found.last_good, found.first_bad, found.first_good) == (None, at(1), at(31))


def test_a_cell_that_did_not_fail_tells_only_when_it_was_last_well() -> None:
    assert tally(seen([], [1, 11])) == Tally(last_good=at(11))
    assert tally([]) == Tally()
    assert tally(seen([5], [1, 11]), since=30) == Tally(last_good=at(11)), "that was before"


def test_cells_that_are_not_there_are_left_out() -> None:
    found = tallies(grid_of(AXES, seen([1])), [HERE, ("c9", "r1"), ("c1", "r9")], at(0), slow=False)
    assert set(found) == {HERE}


def test_noise_long_before_does_not_move_the_start() -> None:
    looks = seen([25, *range(61, 110, 10)], range(1, 61, 10))
    assert tally(looks, since=60).first_bad == at(61)
    noisy = [
        *looks,
        *seen([55], range(2, 60, 10), region=1),
        *seen(range(62, 110, 10), (), region=1),
    ]
    found = tallies(grid_of(AXES, noisy), [HERE, ("c1", "r2")], at(60), slow=False)
    assert found[HERE].first_bad == at(61)


def test_noise_in_the_bucket_before_does_not_move_the_start_when_good_looks_follow_it() -> None:
    looks = seen([52, 65, 75, 85], [5, 15, 25, 35, 45, 54, 56, 58, 59, 61])
    assert tally(looks, since=60).first_bad == at(65)


def test_a_start_at_the_end_of_the_bucket_before_is_found() -> None:
    looks = seen([58, 65, 75, 85], [5, 15, 25, 35, 45, 55])
    found = tally(looks, since=60)
    assert (found.last_good, found.first_bad) == (at(55), at(58))


def test_all_cells_of_a_disruption_tell_its_start_together() -> None:
    """One look of the region failed early; those of the others say that it began later."""
    looks = [
        *seen([51, 61, 71, 81], [1, 11, 21, 31, 41], region=0),
        *seen([63, 73, 83], [3, 13, 23, 33, 43, 53, 54, 55, 56], region=1),
    ]
    found = tallies(grid_of(AXES, looks), [HERE, ("c1", "r2")], at(60), slow=False)
    assert (found[HERE].first_bad, found[HERE].last_good) == (at(61), at(41))


def test_a_partial_failure_lasts_from_its_first_to_its_last_bad_look() -> None:
    found = tally(seen([31, 51, 71], [1, 11, 21, 41, 61, 81]), since=30)
    assert (found.last_bad, found.first_good) == (at(71), at(81))


def test_of_a_service_that_is_slow_slow_looks_are_the_bad_ones() -> None:
    looks = [Seen(t, 0, 0, slow=t > 30) for t in range(1, 60, 10)]
    assert tally(looks, since=30) == Tally(last_good=at(51)), "as failures they are none"
    found = tally(looks, since=30, slow=True)
    assert (found.last_good, found.first_bad, found.last_bad) == (at(21), at(31), at(51))


def test_the_times_of_bad_looks_are_those_that_came_in_in_time() -> None:
    looks = [
        Seen(31, 0, 0, bad=True, late=True),
        *seen([61, 41, 5], [21]),
        *seen([51], region=1),
        *seen([55], region=2),
    ]
    grid = grid_of(AXES, [*looks, Seen(71, 0, 0, slow=True)])
    cells = [HERE, ("c1", "r2"), ("c9", "r9")]
    assert times_of(grid, cells, at(30), slow=False).bad == [at(41), at(51), at(61)]
    assert times_of(grid, cells, at(30), slow=True).bad == [at(41), at(51), at(61), at(71)]


def test_looks_since_a_moment_are_counted_as_good_and_bad() -> None:
    looks = [*seen([31, 61], [5, 30, 51]), *seen([40], [41], region=1), Seen(71, 0, 0, slow=True)]
    grid = grid_of(AXES, looks)
    assert looks_since(grid, [HERE], at(30), slow=False) == (3, 2)
    assert looks_since(grid, [HERE], at(30), slow=True) == (2, 3)
    assert looks_since(grid, [HERE, ("c1", "r2")], at(30), slow=False) == (4, 3)
    assert looks_since(grid, [], at(30), slow=False) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.3, 0.6, 1.0]))
def test_a_tally_is_in_order_whatever_was_seen(seed: int, share: float) -> None:
    random = Random(seed)
    looks = [
        Seen(
            random.uniform(0, 119),
            random.randrange(2),
            random.randrange(3),
            bad=random.random() < share,
        )
        for _ in range(random.randint(0, 60))
    ]
    cells = [(c, r) for c in AXES.components for r in AXES.regions]
    for key, found in tallies(grid_of(AXES, looks), cells, at(60), slow=False).items():
        mine = sorted(
            (s.at, s.bad) for s in looks if (f"c{s.component + 1}", f"r{s.region + 1}") == key
        )
        if found.first_bad is None:
            assert found == Tally(
                last_good=max((at(t) for t, bad in mine if not bad), default=None)
            )
            continue
        assert found.first_bad >= at(50)
        assert found.last_good is None or found.last_good < found.first_bad
        assert found.first_bad <= found.last_bad
        assert found.first_good is None or found.first_good > found.last_bad


@pytest.mark.parametrize("share", [0.3, 0.5, 1.0])
def test_the_start_is_close_to_the_truth(share: float) -> None:
    """It began at 63 s: the median over a hundred courses is off by less than an interval."""
    errors = []
    for seed in range(100):
        random = Random(seed)
        looks = [
            Seen(t, c, r, bad=random.random() < (share if t >= 63 else 0.01))
            for c in range(2)
            for r in range(3)
            for t in (10 * n + random.uniform(0, 10) for n in range(12))
        ]
        cells = [(c, r) for c in AXES.components for r in AXES.regions]
        found = tallies(grid_of(AXES, looks), cells, at(60), slow=False)
        firsts = [t.first_bad for t in found.values() if t.first_bad is not None]
        errors.append(abs(min(firsts) - at(63)))
    assert sorted(errors)[50] < 10_000
