"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.configuration.duration import milliseconds, readable


@pytest.mark.parametrize(
    ("text", "amount_ms"),
    [
        ("500ms", 500),
        ("30s", 30_000),
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("2d", 172_800_000),
        ("0.5s", 500),
    ],
)
def test_a_duration_is_a_number_with_its_unit(text: str, amount_ms: int) -> None:
    assert milliseconds(text) == amount_ms


@pytest.mark.parametrize(
    "text", [30, "30", "", "s", "-3s", "3 s", "3S", None, True, "0s", "9" * 30 + "d"]
)
def test_anything_else_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match=r"write (a number with its unit|something longer)"):
        milliseconds(text)


@given(st.integers(1, 10**10))
def test_what_is_shown_means_the_same(amount_ms: int) -> None:
    assert milliseconds(readable(amount_ms)) == amount_ms
