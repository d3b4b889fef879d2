"""What is normal: how long looks take and how often they fail, and how much longer a look took."""

from math import exp, inf, log, nan
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.baseline import (
    FAR,
    LEAST_DEVIATION,
    NATS_OF_LEVEL,
    Baseline,
    normal_shares,
    votes_of,
)
from tests.coordinator.domain.handmade import RULES, at, share_of


def test_the_normal_share_begins_at_the_prior_and_stays_in_its_bounds() -> None:
    normal = Baseline()
    assert share_of(normal) == pytest.approx(1 / 250)
    for _ in range(5_000):
        normal.learn_vote(False, 1.0)
    assert share_of(normal) == RULES.normal_share_min
    for _ in range(5_000):
        normal.learn_vote(True, 1.0)
    assert share_of(normal) == RULES.normal_share_max


def test_the_normal_share_comes_to_the_true_one() -> None:
    normal = Baseline()
    for n in range(20_000):
        normal.learn_vote(n % 50 == 0, 1.0)
    assert share_of(normal) == pytest.approx(0.02, rel=0.05)


@given(st.lists(st.tuples(*[st.floats(0, 5_000)] * 3), min_size=1), st.floats(0, 0.2))
def test_shares_of_many_equal_those_told_one_by_one(
    votes: list[tuple[float, float, float]], usual: float
) -> None:
    many = [Baseline() for _ in votes]
    for normal, (looks, bad, lately) in zip(many, votes, strict=True):
        normal.looks, normal.bad = looks, min(looks, bad)
        normal.recent_looks, normal.recent_bad = lately, lately / 3
    told, prior = normal_shares(votes_of(many), usual, RULES), RULES.prior_looks
    for normal, share in zip(many, told.tolist(), strict=True):
        ever = (prior * usual + normal.bad) / (prior + normal.looks)
        lately = (prior * ever + normal.recent_bad) / (prior + normal.recent_looks)
        bounded = max(min(ever, lately), RULES.normal_share_min)
        assert share == min(bounded, RULES.normal_share_max)


def learned(times: list[float], rules: Rules = RULES) -> Baseline:
    normal = Baseline()
    for n, time in enumerate(times):
        normal.learn_time(time, at(n), rules)
    return normal


def lognormal(usual_ms: float, sigma: float, count: int, seed: int = 1) -> list[float]:
    random = Random(seed)
    return [usual_ms * exp(random.gauss(0, sigma)) for _ in range(count)]


@pytest.mark.parametrize(("usual_ms", "sigma"), [(20, 0.1), (200, 0.3), (3_000, 0.6)])
def test_the_usual_time_and_its_spread_are_learned(usual_ms: float, sigma: float) -> None:
    normal = learned(lognormal(usual_ms, sigma, 1_000))
    assert normal.median == pytest.approx(log(usual_ms), abs=sigma / 2)
    assert normal.deviation == pytest.approx(sigma, rel=0.35)


def test_outliers_hardly_move_what_is_normal() -> None:
    times = lognormal(200, 0.1, 1_000)
    spoiled = [100 * time if n % 20 == 7 else time for n, time in enumerate(times)]
    clean, dirty = learned(times), learned(spoiled)
    assert dirty.median == pytest.approx(clean.median, abs=0.05)
    assert dirty.limit_ms < 1.3 * clean.limit_ms


def test_no_single_time_moves_it_far() -> None:
    for absurd in (0, 1e-9, 1e12):
        normal = learned(lognormal(200, 0.1, 300))
        before = normal.median, normal.deviation
        normal.learn_time(absurd, at(300), RULES)
        assert normal.median == pytest.approx(before[0], abs=0.01)
        assert normal.deviation == pytest.approx(before[1], rel=0.05)


def test_a_lasting_change_is_followed() -> None:
    normal = learned([*lognormal(200, 0.1, 500), *lognormal(400, 0.1, 1_500)])
    assert normal.median == pytest.approx(log(400), abs=0.1)


def test_nothing_is_slow_before_enough_times_are_known() -> None:
    assert learned([200.0] * (RULES.slow_after_looks - 1)).limit_ms == inf
    assert learned([200.0] * RULES.slow_after_looks).limit_ms < inf


def test_what_was_learned_is_kept_over_a_restart() -> None:
    before = learned(lognormal(200, 0.1, 400))
    for bad in (True, False, False):
        before.learn_vote(bad, 0.99)
    after = Baseline()
    after.remember(before.to_numbers(), RULES)
    assert after.to_numbers() == before.to_numbers()
    assert after.limit_ms == pytest.approx(before.limit_ms)
    assert share_of(after) == share_of(before)
    few = Baseline()
    few.remember(learned([200.0] * 19).to_numbers(), RULES)
    assert few.limit_ms == inf, "as few times as before are known"


@pytest.mark.parametrize(("usual_ms", "limit_ms"), [(40, 140), (200, 300), (1_000, 1_500)])
def test_slow_is_half_as_much_again_and_at_least_a_hundred_milliseconds_more(
    usual_ms: float, limit_ms: float
) -> None:
    normal = learned([usual_ms] * 400)
    assert normal.deviation == LEAST_DEVIATION
    assert normal.limit_ms == pytest.approx(limit_ms, rel=0.01)


def test_where_times_vary_much_slow_is_what_is_beyond_their_spread() -> None:
    normal = learned(lognormal(1_000, 0.8, 1_000))
    assert normal.limit_ms == pytest.approx(exp(normal.median + 3 * normal.deviation), rel=0.1)
    assert normal.limit_ms > 4_000


@pytest.mark.parametrize("absurd", [0.0, -5.0, nan, 1e-12, 1e9])
@pytest.mark.parametrize("place", [0, 1, 10, 150])
def test_absurd_times_do_not_poison_what_is_normal(absurd: float, place: int) -> None:
    times = lognormal(200, 0.1, 2_000)
    normal = learned([*times[:place], absurd, *times[place:]])
    assert normal.median == pytest.approx(log(200), abs=0.1)
    assert normal.deviation == pytest.approx(0.1, abs=0.1)
    assert 250 < normal.limit_ms < 450


def test_a_time_longer_than_any_look_is_taken_for_a_day() -> None:
    normal = Baseline()
    for n, total_ms in enumerate([1e300, 1.7e308, *[200.0] * 400]):
        normal.learn_time(total_ms, at(n), RULES)
    assert normal.limit_ms < 3_600_000, "the two are outvoted"


SIGMAS = (0.12, 0.2, 0.3)
"""How much times differ from look to look (natural logarithm)."""


def told(usual_ms: float, sigma: float, times: float, looks: int = 400) -> float:
    """What looks that take so many times as long as usual say on average, in nats."""
    normal = learned(lognormal(usual_ms, sigma, 400, seed=2))
    levels = [normal.level(times * took) for took in lognormal(usual_ms, sigma, looks, seed=3)]
    return sum(NATS_OF_LEVEL[level] for level in levels) / looks


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("usual_ms", [300, 1_000, 5_000])
def test_a_shift_of_sixty_percent_is_slow_and_one_of_thirty_five_is_not(
    usual_ms: float, sigma: float
) -> None:
    """The shift itself is held against the threshold, not each look."""
    assert told(usual_ms, sigma, 1.6) > 0.1
    assert told(usual_ms, sigma, 1.35) < -0.05
    assert told(usual_ms, sigma, 1.0) < -0.5


@pytest.mark.parametrize(("times", "is_slow"), [(1.6, False), (2.5, False), (4.5, True)])
def test_what_is_quick_must_take_a_tenth_of_a_second_more(times: float, is_slow: bool) -> None:
    assert (told(40, 0.15, times) > 0) is is_slow


@given(st.floats(1, 1e5), st.floats(1, 1e5))
def test_a_look_that_takes_longer_never_says_less(one: float, other: float) -> None:
    normal = learned(lognormal(300, 0.2, 400))
    shorter, longer = sorted((one, other))
    assert 1 <= normal.level(shorter) <= normal.level(longer) <= FAR


def test_no_single_look_says_much() -> None:
    assert max(map(abs, NATS_OF_LEVEL)) <= 3
    assert list(NATS_OF_LEVEL[1:]) == sorted(NATS_OF_LEVEL[1:])


@pytest.mark.parametrize("sigma", SIGMAS)
def test_far_longer_is_beyond_a_route_and_the_usual_spread(sigma: float) -> None:
    """Failures hidden by a retry take twice as long and more; a longer route does not look like
    them.
    """
    normal = learned(lognormal(500, sigma, 400, seed=2))
    times = lognormal(500, sigma, 2_000, seed=3)
    far = {
        shift: sum(normal.level(shift * took) == FAR for took in times) / len(times)
        for shift in (1.0, 1.35, 2.5)
    }
    assert far[1.0] < 0.01
    assert far[1.35] < 0.09
    assert far[2.5] > 0.5


def test_before_enough_times_are_known_no_look_is_slow_and_a_good_one_speaks_against_it() -> None:
    assert NATS_OF_LEVEL[1] < NATS_OF_LEVEL[0] < 0
    assert learned([200.0] * (RULES.slow_after_looks - 1)).level(1e6) == 0
    assert learned([200.0] * RULES.slow_after_looks).level(1e6) == FAR


@pytest.mark.parametrize("absurd", [0.0, -5.0, nan, inf, 1e300])
def test_an_absurd_time_has_a_level(absurd: float) -> None:
    assert 1 <= learned([200.0] * 400).level(absurd) <= FAR


@pytest.mark.parametrize("deviation", [237.0, 26.0, 0.0, -1.0, inf, nan])
def test_a_deviation_that_cannot_be_is_not_taken_over_a_restart(deviation: float) -> None:
    after = Baseline()
    after.remember([400, 5.0, deviation, 10.0, 0.0], RULES)
    assert after.times == 0


def test_levels_are_the_same_after_a_restart() -> None:
    before = learned(lognormal(300, 0.2, 400))
    after = Baseline()
    after.remember(before.to_numbers(), RULES)
    times = lognormal(400, 0.4, 200, seed=5)
    assert [after.level(t) for t in times] == [before.level(t) for t in times]
