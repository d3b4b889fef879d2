"""The hours of the day: what swings with them is normal, what does not is told at every hour."""

from collections.abc import Callable, Iterator
from math import exp, inf, log, nan, pi, sin
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.window.baseline import NATS_OF_LEVEL, Baseline
from coordinator.domain.window.season import FEWEST, HOUR_MS, HOURS, Season
from tests.coordinator.domain.handmade import RULES, START
from worker.contract.instant import Instant

DAY_MS = HOURS * HOUR_MS
MIDNIGHT = START // DAY_MS * DAY_MS
INTERVAL_MS = 60_000
USUAL_MS = 400.0
Pattern = Callable[[float], float]
"""The hour of the day -> how many times as long as usual."""


def swing(hour: float) -> float:
    """Up to 40 % more or less."""
    return 1 + 0.4 * sin(2 * pi * (hour - 9) / HOURS)


def office(hour: float) -> float:
    """40 % less by night and 40 % more by day, from one hour to the next."""
    return 1 + 0.4 * max(-1.0, min(1.0, 2 * min(hour - 9, 17 - hour)))


def days(pattern: Pattern, first: float, last: float, seed: int = 1) -> Iterator[tuple[int, float]]:
    """A look a minute of these days."""
    random = Random(seed)
    for at in range(MIDNIGHT + round(first * DAY_MS), MIDNIGHT + round(last * DAY_MS), INTERVAL_MS):
        hour = at % DAY_MS / HOUR_MS
        yield at, USUAL_MS * pattern(hour) * exp(random.gauss(0, 0.1))


def teach(normal: Baseline, pattern: Pattern, first: float, last: float) -> Baseline:
    for at, total_ms in days(pattern, first, last):
        normal.learn_time(total_ms, at, RULES)
    return normal


def slow_at(normal: Baseline, pattern: Pattern, first: float, last: float) -> list[Instant]:
    """The moments of these days at which looks say that all takes longer, enough for an alarm of
    their cell, while they are learned from.
    """
    run, found = 0.0, []
    for at, total_ms in days(pattern, first, last, seed=2):
        run = max(0.0, run + NATS_OF_LEVEL[normal.level(total_ms)])
        if run > RULES.cell_nats:
            found.append(at)
        normal.learn_time(total_ms, at, RULES)
    return found


def times(factor: float, pattern: Pattern) -> Pattern:
    return lambda hour: factor * pattern(hour)


def test_a_swing_by_the_hour_is_normal_from_the_first_day_on() -> None:
    assert slow_at(Baseline(), swing, 0, 5) == []


def test_what_is_twice_as_long_by_day_is_normal_once_the_hours_are_known() -> None:
    assert slow_at(Baseline(), office, 0, 1), "it is not known yet"
    assert slow_at(teach(Baseline(), office, 0, 5), office, 5, 8) == []


@pytest.mark.parametrize(
    ("pattern", "hour"),
    [*((swing, hour) for hour in range(HOURS)), (office, 4), (office, 13), (office, 20)],
)
def test_a_rise_of_sixty_percent_is_told_at_every_hour(pattern: Pattern, hour: int) -> None:
    begin = 5 + hour / HOURS
    normal = teach(Baseline(), pattern, 0, begin)
    said = [
        NATS_OF_LEVEL[normal.level(total_ms)]
        for _, total_ms in days(times(1.6, pattern), begin, begin + 1 / HOURS, seed=3)
    ]
    assert sum(said[:10]) > 5


def test_a_way_that_gets_a_third_longer_for_good_is_not_slow_at_any_hour() -> None:
    normal = teach(Baseline(), swing, 0, 5)
    assert slow_at(normal, times(1.35, swing), 5, 9) == []


def test_a_way_that_gets_shorter_for_good_is_not_slow_at_any_hour() -> None:
    normal = teach(Baseline(), swing, 0, 5)
    assert slow_at(normal, times(0.6, swing), 5, 9) == []


@pytest.mark.parametrize("hours", [-1, 1])
def test_an_hour_of_daylight_saving_is_no_disruption(hours: int) -> None:
    normal = teach(Baseline(), swing, 0, 5)
    assert slow_at(normal, lambda hour: swing(hour + hours), 5, 8) == []


@pytest.mark.parametrize("lie", [0.2, 5.0])
def test_a_week_of_lies_fades(lie: float) -> None:
    """By day, a worker tells other times than it saw; then it is mended."""

    def lying(hour: float) -> float:
        return swing(hour) * (lie if 9 <= hour < 17 else 1.0)

    normal = teach(teach(Baseline(), swing, 0, 5), lying, 5, 12)
    teach(normal, swing, 12, 14)
    assert slow_at(normal, swing, 14, 17) == []
    teach(normal, swing, 17, 21.5)
    told = [normal.level(total_ms) for _, total_ms in days(times(1.6, swing), 21.5, 21.52)]
    assert sum(map(NATS_OF_LEVEL.__getitem__, told)) > 5


def test_a_weekend_without_the_swing_is_normal_and_so_is_the_monday_after_it() -> None:
    normal = teach(Baseline(), swing, 0, 5)
    assert slow_at(normal, lambda _: 0.8, 5, 7) == []
    assert slow_at(normal, swing, 7, 9) == []


def test_what_was_learned_is_kept_over_a_restart_in_the_middle_of_an_hour() -> None:
    before, after = teach(Baseline(), office, 0, 3.52), Baseline()
    after.remember(before.to_numbers(), RULES)
    assert after.to_numbers() == before.to_numbers()
    for normal in (before, after):
        teach(normal, office, 3.52, 4.6)
    assert after.to_numbers() == before.to_numbers()


def test_what_is_looked_at_too_rarely_has_no_season() -> None:
    season = Season()
    for hour in range(4 * HOURS):
        for _ in range(FEWEST - 1):
            season.hear(5.0 + hour % HOURS)
        assert season.turn(START + hour * HOUR_MS, 1.0) == 1.0
    assert not season.known


numbers = st.floats() | st.sampled_from([nan, inf, -1.0, 0.0, 1e308])
kept = st.lists(numbers, max_size=4) | st.lists(numbers, min_size=52, max_size=52)


@settings(max_examples=60, deadline=None)
@given(
    kept | st.lists(st.floats(0, 20_000), min_size=52, max_size=52),
    st.lists(st.tuples(st.integers(0, 3 * DAY_MS), numbers), max_size=30),
)
def test_whatever_was_kept_and_comes_what_is_normal_is_a_number(
    kept: list[float], looks: list[tuple[int, float]]
) -> None:
    normal = Baseline()
    normal.remember([400, log(USUAL_MS), 0.1, 10.0, 0.0, 10.0, 0.0, *kept], RULES)
    for since, total_ms in looks:
        normal.learn_time(total_ms, START + since, RULES)
    assert abs(normal.median) < 100
    assert normal.limit_ms > 0
    assert 0 <= normal.level(USUAL_MS) < len(NATS_OF_LEVEL)
