"""What few events say, and quantiles with `never`."""

from math import inf

import pytest

from tests.verdicts.chance import at_least, at_most, middle, quantile, shares_within


def test_no_event_gives_the_rule_of_three() -> None:
    assert at_most(0) == pytest.approx(3.0, abs=0.005)


@pytest.mark.parametrize(("events", "upper"), [(1, 4.74), (5, 10.51), (20, 29.06)])
def test_events_give_the_exact_bound_of_poisson(events: int, upper: float) -> None:
    assert at_most(events) == pytest.approx(upper, abs=0.01)


@pytest.mark.parametrize(("events", "lower"), [(0, 0.0), (1, 0.0513), (5, 1.970), (20, 13.25)])
def test_events_bound_their_mean_from_below_too(events: int, lower: float) -> None:
    assert at_least(events) == pytest.approx(lower, abs=0.01)


def test_never_is_longer_than_anything() -> None:
    assert quantile([None, 3.0, 1.0], 0.5) == 3.0
    assert quantile([None, 3.0, 1.0], 0.9) == inf
    assert quantile([None, None, 1.0], 0.5) == inf


def test_the_median_of_an_even_number_is_between_the_two_in_the_middle() -> None:
    assert middle([4.0, 1.0, 2.0, 40.0]) == 3.0
    assert middle([4.0, 1.0, 2.0]) == 2.0
    assert middle([1.0, 2.0, None, None]) == inf
    assert middle([1.0, 2.0, 4.0, None]) == 3.0


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1)],
)
def test_a_share_lies_within_wilsons_interval(count: int, of: int, low: float, high: float) -> None:
    assert shares_within(count, of) == pytest.approx((low, high), abs=1e-4)


def test_of_nothing_a_share_may_be_any() -> None:
    assert shares_within(0, 0) == (0.0, 1.0)
