import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.window.share import FailingShare, interval
from tests.coordinator.domain.handmade import at


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_estimate_lies_within_its_interval(bad: int, good: int) -> None:
    share = FailingShare(bad, bad + good)
    assert 0 <= share.low <= share.high <= 1
    assert not share.looks or share.low <= share.estimate <= share.high


@given(st.integers(0, 50), st.integers(1, 50), st.integers(2, 20))
def test_more_looks_at_the_same_share_narrow_the_interval(bad: int, good: int, times: int) -> None:
    few, many = interval(bad, bad + good), interval(bad * times, (bad + good) * times)
    assert many[1] - many[0] < few[1] - few[0]


@pytest.mark.parametrize(
    ("bad", "looks", "expected"),
    [
        (0, 0, (0.0, 1.0)),
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (24, 198, (0.0829, 0.1740)),
        (5, 10, (0.2366, 0.7634)),
    ],
)
def test_the_interval_is_the_score_interval(
    bad: int, looks: int, expected: tuple[float, float]
) -> None:
    assert interval(bad, looks) == pytest.approx(expected, abs=1e-4)


def test_a_share_is_json_with_its_interval_and_times() -> None:
    assert FailingShare(24, 198, at(0), at(60), older=True).to_document() == {
        "estimate": 0.1212,
        "low": 0.0828,
        "high": 0.174,
        "bad": 24,
        "looks": 198,
        "since": "2026-09-12T08:00:00.000Z",
        "until": "2026-09-12T08:01:00.000Z",
        "older": True,
    }
