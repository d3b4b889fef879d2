"""Several writers, and a judge that nothing is committed behind: on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from coordinator.store import FencedError, Store, open_store
from coordinator.store.state.writers import SILENT_MS
from worker.contract.result import Result

pytestmark = pytest.mark.slow

Make = Callable[..., Result]


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Store]:
    async with open_store(postgres_url) as opened:
        yield opened


async def fell_silent(store: Store, name: str) -> None:
    await store._database.fetch(
        f"UPDATE intake SET seen_at = seen_at - {SILENT_MS} - 1 WHERE name = ?", name
    )


async def test_the_judge_reads_up_to_the_lowest_floor(store: Store) -> None:
    await store.writers.begin("a", 1000)
    await store.writers.begin("b", 1500)
    assert await store.writers.claim(9000) == (1000, 2)
    await store.writers.go_on("a", 2000)
    assert await store.writers.claim(9000) == (1500, 2)


async def test_without_processes_time_goes_on_and_one_that_begins_is_not_behind(
    store: Store,
) -> None:
    assert await store.writers.claim(5000) == (5000, 0)
    assert await store.writers.begin("its clock is slow", 3000) == 5000
    assert await store.writers.claim(9000) == (5000, 1)


async def test_how_far_it_reads_never_goes_back(store: Store) -> None:
    await store.writers.claim(5000)
    await store._database.fetch(
        "INSERT INTO intake (name, floor, seen_at) VALUES ('odd', 10, 9000000000000)"
    )
    assert await store.writers.claim(9000) == (5000, 1)


async def test_one_that_fell_silent_is_left_behind_and_what_it_stores_is_undone(
    store: Store, make_result: Make
) -> None:
    await store.writers.begin("a", 1000)
    result = make_result(1)
    assert await store.results.add([result], "a") == [result]
    await fell_silent(store, "a")
    assert await store.writers.claim(9000) == (9000, 0)
    late = [make_result(2), result]
    for batch in (late[:1], late):  # copied, and inserted because of the repeat
        with pytest.raises(FencedError):
            await store.results.add(batch, "a")
    with pytest.raises(FencedError):
        await store.writers.go_on("a", 9500)
    assert await store.results.recent(0) == [result]


async def test_one_that_is_committing_is_not_left_behind(store: Store, postgres_url: str) -> None:
    await store.writers.begin("a", 1000)
    await fell_silent(store, "a")
    async with open_store(postgres_url) as other:
        async with store._database.transaction() as committing:
            await committing.fetch("UPDATE intake SET seen_at = 9000000000000 WHERE name = 'a'")
            claim = asyncio.create_task(other.writers.claim(9000))
            done, _ = await asyncio.wait([claim], timeout=0.3)
            assert not done
        assert await claim == (1000, 1)


async def test_one_that_ended_holds_up_nobody(store: Store) -> None:
    await store.writers.begin("a", 1000)
    await store.writers.end("a")
    assert await store.writers.claim(9000) == (9000, 0)
