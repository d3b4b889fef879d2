"""Moments as people write them."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.moments import moment
from worker.contract.instant import parse_rfc3339

NOW = parse_rfc3339("2026-03-01T12:00:00Z")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("90s", "2026-03-01T11:58:30Z"),
        ("10m", "2026-03-01T11:50:00Z"),
        ("2h", "2026-03-01T10:00:00Z"),
        ("3d", "2026-02-26T12:00:00Z"),
        ("1w", "2026-02-22T12:00:00Z"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
    ],
)
def test_a_moment_is_a_time_or_how_long_ago(text: str, means: str) -> None:
    assert moment(text, NOW) == parse_rfc3339(means)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "10", "10 m", "-10m", "1.5h", "2026-01-02T03:04:05", "999999999w"]
)
def test_what_is_no_moment_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a moment|years ago"):
        moment(text, NOW)


@given(st.text(max_size=40))
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
@example("\u0661\u0660m")
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert abs(moment(text, NOW)) < 2**63
