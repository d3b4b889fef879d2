"""Looks that arrive long after they were made."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.schedule.arrivals import (
    KEPT_MS,
    PATIENCE_MS,
    SETTLED_MS,
    Arrival,
    Arrivals,
    as_if_timely,
    lasting,
)
from worker.contract.outcome import Blame, Reason
from worker.contract.result import STANDING, Result

NOON = 1_789_214_400_000
LATE_MS = 40_000
Late = Callable[[str], int]


def look(
    at: int, received_at: int, *, ok: bool = True, region: str = "eu", **change: object
) -> Result:
    told = Result(
        f"{region}{at}",
        "web",
        "shop",
        "web",
        "http",
        region,
        "w1",
        at,
        at + 5,
        received_at,
        0,
        ok,
        Reason.OK if ok else Reason.STATUS,
        Blame.NONE if ok else Blame.TARGET,
        total_ms=120.0,
    )
    return told._replace(**change)


def noted(results: Iterable[Result]) -> Arrivals:
    arrivals = Arrivals()
    arrivals.note(results, lambda _check: LATE_MS)
    return arrivals


def test_a_backlog_is_told_when_nothing_more_of_it_comes() -> None:
    arrivals = noted(
        look(NOON - minute * 60_000, NOON + 10, ok=minute > 5) for minute in range(2, 182)
    )
    assert arrivals.take(NOON + SETTLED_MS) == []
    (arrival,) = arrivals.take(NOON + 10 + SETTLED_MS)
    assert arrival.counts() == (180, 4)
    assert arrival.failing == {"shop"}
    assert arrival.sentence() == "3 hours of looks from eu arrived at 12:00 UTC"
    assert arrivals.take(NOON + 10**9) == []


def test_one_that_goes_on_arriving_is_told_after_a_while() -> None:
    arrivals = noted([look(NOON - 10**6, NOON)])
    arrivals.note([look(NOON - 10**5, NOON + PATIENCE_MS)], lambda _check: LATE_MS)
    assert len(arrivals.take(NOON + PATIENCE_MS)) == 1


def test_what_is_timely_slow_or_an_extra_look_is_no_backlog() -> None:
    timely = look(NOON, NOON + LATE_MS)
    slow = look(NOON, NOON + KEPT_MS)
    extra = look(NOON, NOON + 10**6, attempt=1)
    assert len(noted([timely, slow, extra])) == 0
    assert len(noted([slow._replace(extra={STANDING: True})])) == 1


@pytest.mark.parametrize(
    ("span_ms", "words"),
    [
        (0, "1 second"),
        (40_000, "40 seconds"),
        (60_000, "1 minute"),
        (10 * 60_000, "10 minutes"),
        (3_600_000, "1 hour"),
        (6 * 3_600_000, "6 hours"),
    ],
)
def test_a_duration_in_words(span_ms: int, words: str) -> None:
    assert lasting(span_ms) == words
    assert Arrival("eu", 1, 0, span_ms, 0, 0).sentence().startswith(words)


@given(st.integers(0, 10**7))
def test_as_if_timely_moves_late_results_alone_and_never_beyond_when_they_came(delay: int) -> None:
    result = look(NOON, NOON + delay)
    moved = as_if_timely(result, LATE_MS)
    assert NOON < moved.received_at <= max(result.received_at, NOON + 1) or delay == 0
    assert (moved == result) == (delay <= LATE_MS)
    assert as_if_timely(moved, LATE_MS) == moved
