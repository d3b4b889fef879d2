"""What few events say, and quantiles with `never`."""

from math import inf

import pytest

from tests.verdicts.chance import at_least, at_most, middle, quantile


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
