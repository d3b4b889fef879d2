"""A partition a day on PostgreSQL: made when it is needed, dropped without holding anybody up."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from coordinator.store import Store, open_store
from coordinator.store.results.partitions import DAY_MS, add_day, days, drop_day
from worker.contract.result import Result

pytestmark = pytest.mark.slow

Make = Callable[..., Result]
FIRST = 20_000


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Store]:
    async with open_store(postgres_url) as opened:
        yield opened


def on(make_result: Make, day: int, n: int = 0) -> Result:
    return make_result(day * 1000 + n, scheduled_at=day * DAY_MS + n, received_at=day * DAY_MS + n)


async def detaching(store: Store) -> None:
    """Returns when a partition is being detached."""
    async with asyncio.timeout(10):
        while not await store._database.fetch("SELECT 1 FROM pg_inherits WHERE inhdetachpending"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_results_lie_in_the_partition_of_their_day(store: Store, make_result: Make) -> None:
    await store.results.add(
        [on(make_result, FIRST), on(make_result, FIRST, DAY_MS - 1), on(make_result, FIRST + 2)]
    )
    assert await days(store._database, "result") == [FIRST, FIRST + 2]
    (row,) = await store._database.fetch(f"SELECT count(*) AS n FROM result_p{FIRST}")
    assert row["n"] == 2


async def test_a_dropped_day_takes_its_results_and_no_others(
    store: Store, make_result: Make
) -> None:
    kept = on(make_result, FIRST + 1)
    await store.results.add([on(make_result, FIRST), kept])
    await drop_day(store._database, "result", FIRST)
    await drop_day(store._database, "result", FIRST)  # a repeat does no harm
    assert await store.results.recent(0) == [kept]


@pytest.mark.parametrize("repeats", [0, 1])
async def test_a_day_that_somebody_dropped_is_made_again(
    store: Store, make_result: Make, repeats: int
) -> None:
    first, second, other = (
        on(make_result, FIRST),
        on(make_result, FIRST, 1),
        on(make_result, FIRST + 1),
    )
    await store.results.add([first, other])
    await drop_day(store._database, "result", FIRST)
    assert await store.results.add([second, *[other] * repeats]) == [second]


async def test_dropping_a_day_waits_for_its_readers_and_holds_up_no_writer(
    store: Store, postgres_url: str, make_result: Make
) -> None:
    await store.results.add([on(make_result, FIRST), on(make_result, FIRST + 1)])
    async with open_store(postgres_url) as other:
        async with other._database.transaction() as reader:
            await reader.fetch("SELECT count(*) FROM result")
            dropping = asyncio.create_task(drop_day(store._database, "result", FIRST))
            await detaching(other)
            async with asyncio.timeout(5):
                await other.results.add([on(make_result, FIRST + 1, 5)])
            assert not dropping.done()
        await dropping
    assert await days(store._database, "result") == [FIRST + 1]


async def test_a_drop_that_was_interrupted_is_finished_later(
    store: Store, postgres_url: str, make_result: Make
) -> None:
    await store.results.add([on(make_result, FIRST), on(make_result, FIRST + 1)])
    async with open_store(postgres_url) as other, other._database.transaction() as reader:
        await reader.fetch("SELECT count(*) FROM result")
        dropping = asyncio.create_task(drop_day(store._database, "result", FIRST))
        await detaching(other)
        dropping.cancel()
        await asyncio.gather(dropping, return_exceptions=True)
    await drop_day(store._database, "result", FIRST)
    assert await days(store._database, "result") == [FIRST + 1]


async def test_two_who_add_the_same_day_agree(store: Store, postgres_url: str) -> None:
    async def add(opened: Store) -> None:
        async with opened._database.transaction() as transaction:
            await add_day(transaction, "result", FIRST)

    async with open_store(postgres_url) as other:
        await asyncio.gather(*(add(opened) for opened in (store, other) for _ in range(4)))
    assert await days(store._database, "result") == [FIRST]


async def test_a_day_between_others_is_searched_alone(store: Store, make_result: Make) -> None:
    await store.results.add([on(make_result, FIRST + n) for n in range(5)])
    low, high = (FIRST + 2) * DAY_MS, (FIRST + 3) * DAY_MS
    plan = await store._database.fetch(
        f"EXPLAIN SELECT * FROM result WHERE scheduled_at >= {low} AND scheduled_at < {high}"
    )
    text = str(plan)
    assert f"result_p{FIRST + 2}" in text
    assert f"result_p{FIRST + 1}" not in text


async def test_an_empty_day_is_dropped_unless_somebody_uses_it(
    store: Store, postgres_url: str, make_result: Make
) -> None:
    await store.results.add(
        [on(make_result, FIRST), on(make_result, FIRST + 1), on(make_result, FIRST + 2)]
    )
    await store._database.fetch("DELETE FROM result WHERE scheduled_at < ?", (FIRST + 1) * DAY_MS)
    end = (FIRST + 2) * DAY_MS
    async with open_store(postgres_url) as other, other._database.transaction() as reading:
        await reading.fetch("SELECT count(*) FROM result")
        assert await store.archiving.drop_empty(end) == []
    assert await store.archiving.drop_empty(FIRST * DAY_MS) == []
    assert await store.archiving.drop_empty(end) == [FIRST]
    assert await days(store._database, "result") == [FIRST + 1, FIRST + 2]
