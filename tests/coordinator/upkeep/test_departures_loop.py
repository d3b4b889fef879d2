"""One line when a worker is gone, none for an upgrade."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.store import Heard, open_store
from coordinator.upkeep.departures_loop import GRACE_MS, Departures, DeparturesLoop
from worker.contract.clock import now

A, B, C = ("eu-west", "a"), ("eu-west", "b"), ("us-east", "c")
LONG = GRACE_MS + 1
START = 100 * GRACE_MS


def test_those_of_a_region_that_are_gone_are_told_together_and_once() -> None:
    departures = Departures(START)
    heard = {A: START, B: START, C: START + LONG}
    at = START + LONG
    assert departures.look(heard, (), at) == ({"eu-west": ["a", "b"]}, {})
    assert departures.look(heard, (), at + 5_000) == ({}, {})
    heard[A] = at + 10_000
    assert departures.look(heard, (), at + 10_000) == ({}, {"eu-west": ["a"]})
    assert departures.look(heard, (), at + 15_000) == ({}, {})


def test_an_upgrade_a_drained_worker_and_a_broker_that_was_away_are_no_departures() -> None:
    departures = Departures(START)
    later = START + 2 * GRACE_MS
    assert departures.look({A: later - GRACE_MS + 60_000}, (), later) == ({}, {})
    assert departures.look({B: START}, [B], later) == ({}, {})
    departures.hears(later)
    assert departures.look({C: START + GRACE_MS}, (), later + 60_000) == ({}, {})


def test_who_was_gone_before_we_began_is_not_told_again() -> None:
    departures = Departures(START)
    assert departures.look({A: START - LONG}, (), START + LONG) == ({}, {})


@given(
    st.lists(st.tuples(st.integers(0, 3_600_000), st.sets(st.sampled_from([A, B, C]))), max_size=60)
)
def test_whoever_is_told_to_be_gone_is_told_to_be_back_before_it_is_told_again(
    looks: list[tuple[int, set[tuple[str, str]]]],
) -> None:
    departures = Departures(START)
    heard = dict.fromkeys((A, B, C), START)
    at, told = START, set()
    for passed, speaking in looks:
        at += passed
        heard |= dict.fromkeys(speaking, at)
        gone, back = departures.look(heard, (), at)
        left = {(region, name) for region, names in gone.items() for name in names}
        returned = {(region, name) for region, names in back.items() for name in names}
        assert not left & told
        assert returned <= told
        assert not left & speaking
        told = (told | left) - returned


async def test_the_loop_tells_it_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    hears = True
    async with open_store(f"sqlite://{tmp_path}/store.db") as store:
        at = now()
        await store.workers.heard([Heard(*A, at), Heard(*B, at)])
        loop = DeparturesLoop(store, lambda: hears, 1_000)
        await loop.once(at + 500)
        assert "worker_gone" not in caplog.text
        await loop.once(at + 60_000)
        assert "worker_gone region=eu-west workers=a,b silent_for_s=60; start it" in caplog.text
        await store.workers.heard([Heard(*A, at + 61_000)])
        await loop.once(at + 61_500)
        await loop.once(at + 61_900)
        assert caplog.text.count("worker_gone") == 1
        assert caplog.text.count("worker_back region=eu-west workers=a\n") == 1
        hears = False
        await loop.once(at + 200_000)
        assert caplog.text.count("worker_gone") == 1
