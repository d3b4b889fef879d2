"""Forgetting what is too old, on both databases."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from coordinator.store import DeadLetter, Store
from coordinator.store.results import retention as module
from coordinator.store.results.partitions import DAY_MS, days
from worker.contract.result import Result

Make = Callable[..., Result]
FIRST = 20_500


async def filled(store: Store, make_result: Make) -> list[Result]:
    results = [
        make_result(
            day * 100 + n,
            scheduled_at=(FIRST + day) * DAY_MS + n * 1000,
            received_at=(FIRST + day) * DAY_MS + n,
        )
        for day in range(4)
        for n in range(7)
    ]
    await store.results.add(results)
    for day in range(4):
        await store.rollups.make("minute", (FIRST + day) * DAY_MS)
        await store.rollups.make("hour", (FIRST + day) * DAY_MS)
        await store.rollups.make("day", (FIRST + day) * DAY_MS)
    return results


async def test_results_of_old_days_are_gone_and_all_others_are_there(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", 3)
    results = await filled(store, make_result)
    assert await store.retention.results((FIRST + 2) * DAY_MS) == (
        14 if store._database.is_sqlite else 2
    )
    assert await store.results.recent(0) == results[14:]
    assert await store.retention.results((FIRST + 2) * DAY_MS) == 0
    if not store._database.is_sqlite:
        assert await days(store._database, "result") == [FIRST + 2, FIRST + 3]


async def test_each_level_is_forgotten_for_itself(store: Store, make_result: Make) -> None:
    await filled(store, make_result)
    await store.retention.rollups("minute", (FIRST + 3) * DAY_MS)
    await store.retention.rollups("hour", (FIRST + 2) * DAY_MS)
    await store.retention.rollups("day", (FIRST + 1) * DAY_MS)
    left = {
        level: [
            row["at"] // DAY_MS - FIRST
            for row in await store.buckets.between(level, "claude", 0, 2**60)
        ]
        for level in ("minute", "hour", "day")
    }
    assert left == {"minute": [3], "hour": [2, 3], "day": [1, 2, 3]}


async def test_old_messages_set_aside_are_forgotten(store: Store) -> None:
    old = DeadLetter("eu-west", "t", "r", "e", b"old", 1000)
    await store.dead_letters.add([old, replace(old, body=b"new", at=2000)])
    assert await store.retention.dead_letters(2000) == 1
    assert [told["last_at"] for told in await store.dead_letters.all()] == [
        "1970-01-01T00:00:02.000Z"
    ]
