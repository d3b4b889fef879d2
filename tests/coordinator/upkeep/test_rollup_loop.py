"""The record is rolled up and forgotten beside the ingest."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from coordinator.configuration.retention import DAY_MS, Keep
from coordinator.domain.rollups.level import Level
from coordinator.messaging.consumer import Delivery, ReportConsumer
from coordinator.store import Store
from coordinator.upkeep.rollup_loop import GRACE_MS, Made, RollupLoop, due_from
from worker.contract import clock
from worker.contract.result import Result

Make = Callable[..., Result]


@pytest.fixture
async def consumer() -> ReportConsumer:
    return ReportConsumer("redis://127.0.0.1:1/0", ())


def rollups(store: Store, consumer: ReportConsumer) -> RollupLoop:
    return RollupLoop(store, consumer, Keep(results_ms=2 * DAY_MS, minutes_ms=2 * DAY_MS))


async def looks(store: Store, service: str = "claude") -> dict[str, int]:
    found = {}
    for level in ("minute", "hour", "day"):
        rows: list[dict[str, Any]] = await store.buckets.between(level, service, 0, 2**60)
        found[level] = sum(row["looks"] for row in rows)
    return found


async def test_what_is_stored_is_rolled_up_to_the_day_and_what_is_old_forgotten(
    store: Store, consumer: ReportConsumer, make_result: Make
) -> None:
    now = clock.now()
    old = make_result(1, scheduled_at=now - 5 * DAY_MS, received_at=now)
    new = [make_result(n, scheduled_at=now - 120_000, received_at=now) for n in range(2, 6)]
    await store.results.add([old, *new])
    stop = asyncio.Event()
    task = asyncio.create_task(rollups(store, consumer).run(stop))
    async with asyncio.timeout(10):
        while (await looks(store)) != {"minute": 4, "hour": 5, "day": 5}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        while len(await store.results.recent(0)) != 4:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(task, 2)


async def test_a_minute_that_goes_on_waits_for_its_end(
    store: Store, consumer: ReportConsumer, make_result: Make
) -> None:
    await store.results.add([make_result(1, scheduled_at=clock.now() + 60_000)])
    await rollups(store, consumer)._round(asyncio.Event())
    assert await looks(store) == {"minute": 0, "hour": 0, "day": 0}


async def test_while_reports_wait_it_steps_aside(
    store: Store, consumer: ReportConsumer, make_result: Make
) -> None:
    await store.results.add([make_result(1, scheduled_at=clock.now() - 120_000)])
    consumer._lanes.put([Delivery("eu-west", "", b"", 0.0)])
    going = asyncio.create_task(rollups(store, consumer)._round(asyncio.Event()))
    await asyncio.sleep(0.3)
    assert (await looks(store))["minute"] == 0
    await consumer.some(0.1)
    await asyncio.wait_for(going, 5)
    assert (await looks(store))["minute"] == 1


def test_a_bucket_is_made_as_it_ends_and_else_with_rests() -> None:
    hour, end = 3_600_000, 3_600_000 + GRACE_MS
    assert due_from("minute", 0, Made()) == 60_000 + GRACE_MS
    assert due_from("hour", hour, Made()) < hour
    assert due_from("hour", 0, Made(hour - 2_000_000, 100)) == hour - 1_700_000, (
        "every five minutes while it goes on"
    )
    assert due_from("hour", 0, Made(hour - 2_000_000, 60_000)) == hour - 1_400_000, (
        "less often when it takes long"
    )
    assert due_from("hour", 0, Made(hour - 1, 60_000)) == end, (
        "as soon as it has ended, however long it took"
    )
    assert due_from("hour", 0, Made(end, 60_000)) == end + 600_000, (
        "late results are waited for together"
    )


async def test_what_takes_long_is_not_made_again_at_once(
    store: Store, consumer: ReportConsumer, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, minute = [], (clock.now() // 60_000 - 2) * 60_000

    async def slow(level: Level, at: int) -> int:
        made.append((level, at))
        await asyncio.sleep(0.1)
        return 1

    monkeypatch.setattr(store.rollups, "make", slow)
    await store.results.add([make_result(1, scheduled_at=minute)])
    loop = rollups(store, consumer)
    await loop._round(asyncio.Event())
    await loop._round(asyncio.Event())
    assert made == [("minute", minute)]


async def test_without_a_database_it_waits(
    store: Store, consumer: ReportConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, asked = asyncio.Event(), 0

    async def away(*_: Any) -> Any:
        nonlocal asked
        asked += 1
        stop.set()
        raise ConnectionResetError("away")

    monkeypatch.setattr(store.rollups, "due", away)
    await asyncio.wait_for(rollups(store, consumer).run(stop), 5)
    assert asked == 1
