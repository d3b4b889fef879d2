"""How much of the time an incident that comes and goes fails, and how often."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.incidents.duty import (
    Duty,
    OnTime,
    as_told,
    duty_of,
    is_turning,
    merged,
    on_times,
)
from coordinator.domain.window.tally import Times
from tests.coordinator.domain.handmade import RULES, at

INTERVAL_MS = 30_000


def looks(
    spans: Sequence[tuple[float, float]],
    until: float,
    *,
    share: float = 1.0,
    noise: float = 0.0,
    per_s: int = 2,
) -> Times:
    """Two looks a second, of which a share fails within the spans, and few elsewhere."""
    random = Random(7)
    moments = [n / per_s for n in range(int(until * per_s))]
    failed = [
        random.random() < (share if any(a <= t < b for a, b in spans) else noise) for t in moments
    ]
    told = list(zip(moments, failed, strict=True))
    return Times([at(t) for t, bad in told if bad], [at(t) for t, bad in told if not bad])


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2])
def test_times_in_which_it_fails_are_told_from_pauses(share: float) -> None:
    spans = [(60, 130), (200, 280), (360, 420)]
    found = on_times(looks(spans, 600, share=share, noise=0.003), INTERVAL_MS)
    assert len(found) == len(spans)
    for one, (since, until) in zip(found, spans, strict=True):
        assert abs(one.since - at(since)) <= 10_000
        assert one.until is not None
        assert abs(one.until - at(until)) <= 20_000


def test_the_last_goes_on_while_nothing_says_that_it_ended() -> None:
    found = on_times(looks([(60, 130), (200, 300)], 300), INTERVAL_MS)
    assert found == [OnTime(at(60), at(130)), OnTime(at(200), None)]


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7, 1.0])
def test_a_failure_that_lasts_does_not_come_and_go(share: float) -> None:
    found = on_times(looks([(60, 600)], 600, share=share, noise=0.003), INTERVAL_MS)
    assert [one.until for one in found] == [None]


def test_looks_that_fail_by_chance_are_no_turns() -> None:
    found = on_times(looks([(60, 120)], 600, noise=0.004), INTERVAL_MS)
    assert len(found) == 1


def test_without_a_bad_look_it_never_failed() -> None:
    assert on_times(Times(), INTERVAL_MS) == []
    assert on_times(looks([], 60), INTERVAL_MS) == []


def test_what_only_failed_goes_on() -> None:
    assert on_times(looks([(0, 60)], 60), INTERVAL_MS) == [OnTime(at(0), None)]


@given(st.lists(st.integers(20, 90), min_size=2, max_size=6), st.integers(0, 3))
def test_whatever_the_turns_they_are_in_order_and_apart(lengths: list[int], more: int) -> None:
    spans, since = [], 0
    for length in lengths:
        spans.append((since, since + length))
        since += length + 60
    found = on_times(looks(spans, since + more, noise=0.01), INTERVAL_MS)
    edges = [moment for one in found for moment in (one.since, one.until) if moment is not None]
    assert edges == sorted(edges)
    assert all(one.until is not None for one in found[:-1])


def test_what_is_older_than_the_looks_stays_known() -> None:
    before = (OnTime(at(0), at(60)), OnTime(at(120), at(180)), OnTime(at(240), None))
    later = [OnTime(at(260), at(300)), OnTime(at(360), None)]
    assert merged(before, later, at(250)) == (*before[:2], OnTime(at(240), at(300)), later[1])
    assert merged(before, [], at(250)) == (*before[:2], OnTime(at(240), at(250)))
    assert merged(before, later, at(-5)) == tuple(later), "the looks know it all"


def test_duty_cycle_and_period_are_those_of_whole_cycles() -> None:
    known = [OnTime(at(300 * n), at(300 * n + 120)) for n in range(3)]
    assert duty_of(known, at(730), RULES) == Duty(0.4, 300_000)
    going_on = [*known[:2], OnTime(at(600))]
    assert duty_of(going_on, at(610), RULES) == Duty(0.4, 300_000), "the last one is not whole yet"


def test_twice_is_not_yet_intermittent_nor_are_three_times_in_more_than_an_hour() -> None:
    assert duty_of([OnTime(at(0), at(60)), OnTime(at(120))], at(130), RULES) is None
    rarely = [OnTime(at(2_000 * n), at(2_000 * n + 60)) for n in range(3)]
    assert duty_of(rarely, at(4_100), RULES) is None


def test_what_fails_for_much_longer_than_before_comes_and_goes_no_more() -> None:
    known = [OnTime(at(0), at(60)), OnTime(at(120), at(180)), OnTime(at(240))]
    assert is_turning(known, at(240 + 119))
    assert not is_turning(known, at(240 + 121))
    assert is_turning([*known[:2], OnTime(at(240), at(900))], at(950))


@pytest.mark.parametrize(
    ("duty", "said"),
    [
        (Duty(0.42, 300_000), "about 40 % of the time, every 5 min."),
        (Duty(0.5, 76_000), "about 50 % of the time, every 75 s."),
        (Duty(0.01, 3_600_000), "about 5 % of the time, every 60 min."),
    ],
)
def test_it_is_told_in_round_numbers(duty: Duty, said: str) -> None:
    assert as_told(duty).endswith(said)
