"""What is likely as time goes on: trouble that begins, lasts and is over."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings

from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.inference.posterior import (
    MODE_CHANGE,
    NEARBY,
    REACH_CHANGE,
    SHARE_KEPT,
    _filter,
    _running,
)
from coordinator.domain.inference.reaches import Reaches
from coordinator.domain.model.rules import Rules
from tests.coordinator.domain.handmade import RULES, Seen, grid_of, some_axes
from tests.coordinator.domain.inference.weighed_grids import chances, counted, down, seeds, weighed


def test_suspicion_is_bounded_so_that_what_recovered_is_soon_none_any_more() -> None:
    courses = [[5.0] * 20 + [-4.0] * more for more in (0, 5, 8)]
    assert [float(_running(np.array([steps]).T, 30.0)) for steps in courses] == [30, 10, 0]


def test_a_region_that_goes_on_failing_is_the_best_explanation_after_two_buckets() -> None:
    one, two = weighed(down(14, 15)), weighed(down(14, 16))
    assert 1 - one.none < RULES.alarm_share
    assert 1 - two.none > 0.8
    assert chances(two)[(0, 1), (0,)] == pytest.approx(1 - two.none, rel=0.05)
    three = weighed(down(13, 16))
    assert 1 - three.none > RULES.alarm_share
    assert three.onset(three.best()) == 13


@pytest.mark.parametrize("lasted", [3, 6, 12])
def test_a_region_that_recovered_is_no_part_of_the_best_explanation_a_few_buckets_later(
    lasted: int,
) -> None:
    """Another one began to fail meanwhile, so that something goes on being wrong."""
    both = down(20 - lasted, 20, buckets=24)
    bad = both.bad.copy()
    bad[18:, :, 1] = 1
    found = weighed(counted(bad, 1 - bad))
    assert found.hypotheses[found.best()].regions == (1,)
    assert chances(found)[(0, 1), (1,)] > 0.9 * (1 - found.none)


def test_once_all_is_well_again_nothing_is_likely_after_a_few_buckets() -> None:
    wrong = [1 - weighed(down(4, 12, buckets=12 + more)).none for more in range(8)]
    assert wrong == sorted(wrong, reverse=True)
    assert wrong[0] > RULES.alarm_share
    assert wrong[5] < RULES.clear_share


@pytest.mark.parametrize("where", [(0,), (0, 1, 2, 3, 4)])
def test_an_outage_that_is_over_leaves_no_lesser_one_behind(where: tuple[int, ...]) -> None:
    """Two buckets without any failure: it ended. That it became a failure of a tenth, or of
    something else, is not likely enough to go on saying that anything is wrong.
    """
    bad = np.zeros((16, 2, 5))
    bad[4:14, :, where] = 1
    assert 1 - weighed(counted(bad, 1 - bad)).none < RULES.clear_share


def test_what_recovers_in_part_goes_on_as_it_was() -> None:
    """One component of two is well again; the other fails as before, and is told at once."""
    bad = np.zeros((16, 2, 5))
    bad[4:15], bad[15, 1] = 1, 1
    found = weighed(counted(bad, 1 - bad))
    assert found.hypotheses[found.best()].components == (1,)
    assert 1 - found.none > 0.99


def test_an_almost_empty_newest_bucket_lets_hardly_any_time_pass() -> None:
    """Its first looks are weighed all the same."""
    quiet, hardly = np.ones(16), np.ones(16)
    hardly[-1] = 0.0
    grid = down(4, 15)
    assert 1 - weighed(grid, filled=hardly).none > 1 - weighed(grid, filled=quiet).none


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
@pytest.mark.parametrize(
    "where", [((0, 1), (0, 1, 2, 3, 4)), ((1,), (0, 1, 2, 3, 4)), ((0, 1), (2,)), ((0,), (3,))]
)
def test_with_enough_looks_the_truth_is_the_best_explanation(
    share: float, where: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    bad = np.zeros((30, 2, 5))
    bad[np.ix_(range(5, 30), *where)] = 10 * share
    found = weighed(counted(bad, 10 - bad))
    best = found.hypotheses[found.best()]
    assert (best.components, best.regions) == where
    assert found.onset(found.best()) == 5
    assert 1 - found.none > 0.99


def exactly(
    hypotheses: Sequence[Hypothesis], scores: np.ndarray, filled: Sequence[float], rules: Rules
) -> tuple[float, Mapping[tuple[int, int], float]]:
    """All courses that things may take, one by one: what is likely now, by hypothesis and mode; -1
    is all well.
    """
    modes, buckets, count = scores.shape
    states = [(-1, -1), *product(range(count), range(modes))]
    begins = [exp(-h.price) / modes for h in hypotheses]
    starts, ends = sum(begins) * modes, exp(-rules.end_nats)

    def near(was: int, to: int) -> float:
        around = [mode for mode in (was - 1, was + 1) if 0 <= mode < modes]
        return (to in around) / len(around)

    def goes(was: tuple[int, int], to: tuple[int, int], part: float) -> float:
        if was[0] < 0:
            return 1 - part * starts if to[0] < 0 else part * begins[to[0]]
        if to[0] < 0:
            return part * ends
        kept = SHARE_KEPT * (to[1] == was[1]) + (1 - SHARE_KEPT) / modes
        told = part * REACH_CHANGE * begins[to[0]] * modes / starts * kept
        if to[0] == was[0]:
            told += part * MODE_CHANGE * (NEARBY * near(was[1], to[1]) + (1 - NEARBY) / modes)
        return told + (1 - part * (ends + REACH_CHANGE + MODE_CHANGE) if to == was else 0.0)

    likely = dict.fromkeys(states, 0.0)
    for course in product(states, repeat=buckets):
        chance, was = 1.0, (-1, -1)
        for bucket, state in enumerate(course):
            chance *= goes(was, state, filled[bucket])
            if state[0] >= 0:
                chance *= exp(scores[state[1], bucket, state[0]])
            was = state
        likely[was] += chance
    total = sum(likely.values())
    return likely[-1, -1] / total, {
        state: value / total for state, value in likely.items() if state[0] >= 0
    }


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_the_filter_equals_the_sum_over_all_courses_that_things_may_take(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, buckets = int(random.integers(1, 3)), int(random.integers(1, 5))
    modes = 3 if count == 1 else 2
    hypotheses = [Hypothesis((0,), (n,), float(random.uniform(1, 9))) for n in range(count)]
    scores = random.normal(0, 4, (modes, buckets, count))
    filled = np.minimum(1, random.uniform(0, 1.5, buckets))
    prices = np.array([one.price for one in hypotheses])
    nothing = np.zeros(count, dtype=np.int64)
    regions = np.eye(count, dtype=np.bool_)
    tried = Reaches([(0,)], nothing, regions, prices, [""], nothing)
    assert list(tried) == hypotheses
    found = _filter(tried, scores.swapaxes(0, 1), filled, RULES)
    none, likely = exactly(hypotheses, scores, filled.tolist(), RULES)
    assert found.none == pytest.approx(none)
    for (k, mode), chance in likely.items():
        assert found.modes[k, mode] == pytest.approx(chance)


def test_the_start_of_a_hypothesis_splits_quiet_from_trouble_best() -> None:
    grid = grid_of(
        some_axes(1, 3),
        [Seen(10 * n, 0, r, bad=n in (1, 6, 7, 9, 10, 11)) for n in range(12) for r in range(3)],
    )
    found = weighed(grid)
    assert found.onset(found.best()) == 6
