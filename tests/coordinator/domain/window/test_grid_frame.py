"""How long a bucket of a grid is, and how far back it reaches."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.window.axes import BUCKETS_AT_MOST, axes_of
from tests.coordinator.domain.handmade import RULES, START

intervals = st.lists(st.integers(10_000, 300_000), min_size=1, max_size=4)


@settings(max_examples=100)
@given(intervals, st.integers(START, START + 10**8))
def test_the_axes_reaches_far_enough_in_few_buckets(intervals_ms: list[int], now: int) -> None:
    found = axes_of(("c1",), ("r1",), intervals_ms, RULES)
    quickest, slowest = min(intervals_ms), max(intervals_ms)
    assert 1 <= found.buckets <= BUCKETS_AT_MOST
    assert found.bucket_ms >= quickest
    assert found.window_ms >= 20 * quickest
    assert found.window_ms >= 6 * slowest
    assert found.window_ms >= min(RULES.window_ms, 64 * quickest)
    assert found.begin(now) % found.bucket_ms == 0
    assert (
        found.begin(now) + found.window_ms - found.bucket_ms
        <= now
        < found.begin(now) + found.window_ms
    )


@pytest.mark.parametrize(
    ("intervals_ms", "bucket_s", "buckets"),
    [
        ([10_000], 10, 60),
        ([30_000], 30, 20),
        ([60_000], 60, 20),
        ([300_000], 300, 20),
        ([10_000, 300_000], 28.125, 64),
        ([60_000, 300_000], 60, 30),
        ([2_000], 2, 64),
        ([], 1, 64),
    ],
)
def test_a_bucket_is_an_interval_of_the_quickest_check_where_the_slowest_allows_it(
    intervals_ms: list[int], bucket_s: float, buckets: int
) -> None:
    found = axes_of((), (), intervals_ms, RULES)
    assert (found.bucket_ms / 1000, found.buckets) == (bucket_s, buckets)
