"""How long a target wants to be left alone."""

import time
from collections.abc import Iterator

import pytest

from worker.probes.http.retry_after import seconds

NOW = 1_792_929_600_000
"""2026-10-25T12:00:00Z in milliseconds."""


@pytest.mark.parametrize(
    ("said", "date", "wait_s"),
    [
        ("30", None, 30),
        (" 0 ", None, 0),
        ("Sun, 25 Oct 2026 12:01:00 GMT", None, 60),
        ("Sun, 25 Oct 2026 11:00:00 GMT", None, 0),
        ("Sun, 25 Oct 2026 12:01:00 GMT", "Sun, 25 Oct 2026 12:00:30 GMT", 30),
        ("Sun, 25 Oct 2026 12:01:00 GMT", "nonsense", 60),
        ("-1", None, None),
        ("1.5", None, None),
        ("soon", None, None),
        ("\u0663\u0660", None, None),
        ("9" * 40, None, None),
        ("Sun, 25 Oct 99999 12:01:00 GMT", None, None),
        ("", None, None),
    ],
)
def test_seconds_and_moments_are_understood(
    said: str, date: str | None, wait_s: float | None
) -> None:
    assert seconds(said, date, NOW) == wait_s


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock does not show UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
@pytest.mark.parametrize("said", ["Sun Oct 25 12:01:00 2026", "Sun, 25 Oct 2026 12:01:00 -0000"])
def test_a_moment_without_a_zone_is_in_utc_wherever_the_worker_stands(said: str) -> None:
    assert seconds(said, None, NOW) == 60
