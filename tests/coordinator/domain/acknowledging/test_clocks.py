"""The lag holds the truth, whoever looks when, from whichever copy of the page."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.acknowledging.clocks import clocks_of
from coordinator.domain.acknowledging.statement import Look
from coordinator.domain.acknowledging.words import words_of
from tests.coordinator.domain.acknowledging.made import (
    MINUTE,
    SETTLE,
    at,
    incident,
    read,
    said,
    words,
)


@given(
    st.integers(0, 2**32),
    st.integers(-60 * MINUTE, 120 * MINUTE),
    st.integers(0, SETTLE),
    st.one_of(st.none(), st.integers(-600 * MINUTE, 600 * MINUTE)),
)
def test_the_lag_holds_the_truth(
    seed: int, published: int, oldest_copy: int, claim_off: int | None
) -> None:
    """Truth: it began at `began` and was published at `published`; each look reads a copy of the
    page that is up to `oldest_copy` old; what the vendor claims may be anything.
    """
    chance = random.Random(seed)
    began = at(0) + chance.randint(1, MINUTE)
    told = words(published_at=None if claim_off is None else at(0) + published + claim_off)
    looks = []
    for moment in sorted(chance.sample(range(at(-90), at(150)), 60)):
        copied = moment - chance.randint(0, oldest_copy)
        looks.append(Look(moment, (told,) if copied >= at(0) + published else ()))
    chance.shuffle(looks)
    found = said(*looks)
    if not found:
        return
    clocks = clocks_of(found[0])
    assert clocks is not None
    lag = clocks.lag(incident())
    truth = at(0) + published - began
    assert lag.least_ms is None or lag.least_ms <= truth
    assert lag.most_ms is not None
    assert truth <= lag.most_ms
    assert lag.best_ms <= lag.most_ms
    assert lag.least_ms is None or lag.least_ms <= lag.best_ms
    if claim_off is None or claim_off == 0:
        assert not clocks.backdated


def test_what_is_dated_before_a_look_without_it_is_backdated() -> None:
    told = words(published_at=at(5))
    clocks = clocks_of(said(read(0), read(28), read(30, told))[0])
    assert clocks is not None
    assert clocks.backdated is True
    assert clocks.lag(incident()).best_ms == 29 * MINUTE
    unknown = clocks_of(said(read(30, told))[0])
    assert unknown is not None
    assert unknown.backdated is None
    assert unknown.lag(incident()).least_ms is None


def test_an_honest_date_within_what_was_seen_is_the_likeliest_moment() -> None:
    clocks = clocks_of(said(read(0), read(8), read(10, words(published_at=at(9))))[0])
    assert clocks is not None
    assert clocks.backdated is False
    assert clocks.lag(incident()).best_ms == 8 * MINUTE


def test_a_moment_in_the_future_or_of_long_ago_is_not_believed() -> None:
    clocks = clocks_of(
        said(read(0), read(9, words(published_at=at(429), claimed_at=at(-20_000))))[0]
    )
    assert clocks is not None
    assert clocks.in_future
    assert clocks.published is None
    assert clocks.backdated is None
    assert clocks.claimed is None
    assert clocks.likely == at(9)


@pytest.mark.parametrize(
    "text", ["2026-03-01T12:30:00Z", "2026-03-01T04:30:00-08:00", "2026-03-01T18:00:00+05:30"]
)
def test_a_moment_is_the_same_in_every_zone(text: str) -> None:
    told = words_of({"id": "v1", "status": "identified", "published_at": text})
    assert told is not None
    assert told.published_at == at(0)


def test_a_moment_without_a_zone_is_none() -> None:
    told = words_of({"id": "v1", "published_at": "2026-03-01T12:30:00"})
    assert told is not None
    assert told.published_at is None


def test_work_that_was_announced_is_admitted_when_it_begins() -> None:
    planned, begun = words(status="scheduled", published_at=at(-900)), words(status="in progress")
    assert clocks_of(said(read(-800, planned))[0]) is None
    clocks = clocks_of(said(read(-800, planned), read(4, planned), read(6, begun))[0])
    assert clocks is not None
    assert clocks.announced
    assert clocks.backdated is None
    assert clocks.likely == at(6)
