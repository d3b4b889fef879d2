"""Buckets that are made in pieces, broken off or overtaken are those made at once."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest

from coordinator.domain.rollups.level import LENGTH_MS, Level
from coordinator.store import Store
from coordinator.store.database import Database
from coordinator.store.rollups import making
from tests.coordinator.store.rolled_up import (
    DAY,
    MINUTE_MS,
    Make,
    everything,
    look,
    make_all,
    whole,
)


async def test_what_comes_in_while_a_bucket_is_made_is_due_again(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.results.add([look(make_result, 1, DAY)])
    folded = store.rollups._folded

    async def meanwhile(level: Level, at: int) -> AsyncIterator[Any]:
        async for rows in folded(level, at):
            if level == "minute":
                await store.results.add([look(make_result, 2, DAY + 1)])
            yield rows

    monkeypatch.setattr(store.rollups, "_folded", meanwhile)
    await store.rollups.make("minute", DAY)
    monkeypatch.undo()
    assert await store.rollups.due("minute", DAY * 2) == [DAY]
    await make_all(store)
    assert (await whole(store, "day"))["looks"] == 2


async def test_one_that_was_interrupted_is_still_due(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.results.add([look(make_result, 1, DAY)])
    many = Database.many

    async def dies(database: Database, sql: str, rows: Any) -> None:
        if sql.startswith("DELETE"):  # the last word before the commit
            raise ConnectionError("the power went")
        await many(database, sql, rows)

    monkeypatch.setattr(Database, "many", dies)
    with pytest.raises(ConnectionError):
        await store.rollups.make("minute", DAY)
    monkeypatch.undo()
    assert await store.buckets.between("minute", "claude", DAY, DAY + 1) == []
    assert await store.rollups.due("minute", DAY * 2) == [DAY]


async def test_buckets_that_are_made_in_pieces_are_those_made_at_once(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.results.add(
        [
            look(
                make_result,
                n,
                DAY + n * 1_400,
                **dict(zip(("component", "service", "region"), of, strict=True)),
            )
            for n, of in enumerate(
                [*product(("api", "web", "zoo"), ("claude", "gemini"), ("eu-west", "us-east"))] * 10
            )
        ]
    )
    await make_all(store)
    at_once = [await everything(store, level) for level in LENGTH_MS]
    monkeypatch.setattr(making, "_RESULTS_AT_ONCE", 3)
    monkeypatch.setattr(making, "_AT_ONCE", {"minute": 1, "hour": 1})
    for level in LENGTH_MS:
        await store._database.fetch(f"DELETE FROM rollup_{level}")
    for level, at in [
        ("minute", DAY),
        ("minute", DAY + MINUTE_MS),
        ("minute", DAY + 2 * MINUTE_MS),
        ("hour", DAY),
    ]:
        await store.rollups.make(level, at)
    pieces = [rows async for rows in store.rollups._folded("hour", DAY)]
    assert len(pieces) == 6
    await store.rollups.make("day", DAY)
    assert [await everything(store, level) for level in LENGTH_MS] == at_once


async def test_a_bucket_made_in_pieces_is_due_until_the_last_is_there(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.results.add([look(make_result, n, DAY, component=f"c{n}") for n in range(3)])
    await store.rollups.make("minute", DAY)
    monkeypatch.setattr(making, "_AT_ONCE", {"minute": 1, "hour": 1})
    put, puts = making.put, 0

    async def dies(*given: Any, **named: Any) -> None:
        nonlocal puts
        puts += 1
        if puts == 2:
            raise ConnectionError("the power went")
        await put(*given, **named)

    monkeypatch.setattr(making, "put", dies)
    with pytest.raises(ConnectionError):
        await store.rollups.make("hour", DAY)
    assert [row[4] for row in await everything(store, "hour")] == ["c0"] * 3
    assert await store.rollups.due("hour", DAY * 2) == [DAY]
    await store.rollups.make("hour", DAY)
    assert (await whole(store, "hour"))["looks"] == 3
    assert await store.rollups.due("hour", DAY * 2) == []


async def test_one_who_was_first_meanwhile_does_no_harm(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.results.add([look(make_result, 1, DAY)])
    folded = store.rollups._folded

    async def meanwhile(level: Level, at: int) -> AsyncIterator[Any]:
        monkeypatch.undo()
        await store.rollups.make(level, at)
        async for rows in folded(level, at):
            yield rows

    monkeypatch.setattr(store.rollups, "_folded", meanwhile)
    await store.rollups.make("minute", DAY)
    await make_all(store)
    assert [(await whole(store, level))["looks"] for level in LENGTH_MS] == [1, 1, 1]
