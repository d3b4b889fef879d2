"""Rollups on both databases: exact, late results included, and none counted twice."""

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

from coordinator.store import Store, rollups
from coordinator.store.database import Database
from coordinator.store.encoding import from_text, to_text
from coordinator.store.rollup_fold import RESULT, from_results
from coordinator.store.rollup_rows import COLUMNS
from coordinator.store.rollups import LENGTH_MS, Level
from coordinator.store.sketches import packed, reasons_of, unpacked
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

Make = Callable[..., Result]
DAY = 20_500 * 86_400_000
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
FAILED: dict[str, Any] = {"ok": False, "reason": Reason.TIMEOUT, "blame": Blame.PATH}
OURS: dict[str, Any] = {"ok": False, "reason": Reason.INTERNAL, "blame": Blame.PROBER}


def look(make_result: Make, n: int, at: int, **fields: Any) -> Result:
    return make_result(n, scheduled_at=at, total_ms=10.0 + n, **fields)


def told(results: Sequence[Result]) -> list[tuple[Any, ...]]:
    """The columns of results that are folded, as the database tells them."""
    rows = [[getattr(result, name) for name in RESULT] for result in results]
    return [tuple(value.value if isinstance(value, Reason | Blame) else value for value in row) for row in rows]


async def make_all(store: Store, until: int = DAY * 2) -> None:
    for level in LENGTH_MS:
        for at in await store.rollups.due(level, until):
            await store.rollups.make(level, at)


async def everything(store: Store, level: Level) -> list[tuple[Any, ...]]:
    """All rows of a level in order."""
    return sorted(map(tuple, await store._database.rows(f"SELECT {COLUMNS} FROM rollup_{level}")), key=repr)


async def whole(store: Store, level: Level, at: int = DAY, **equal: str) -> dict[str, Any]:
    """The rows of a bucket as one; the higher levels have one row."""
    rows = await store.rollups.between(level, "claude", at, at + LENGTH_MS[level], **equal)
    assert len(rows) == 1 or level == "minute"
    reasons = reasons_of([from_text(row["reasons"]) for row in rows])
    return {
        **{name: sum(row[name] for row in rows) for name in ("looks", "good", "bad")},
        "reasons": to_text(reasons),
        "sketch": packed(unpacked([row["sketch"] for row in rows], np.zeros(len(rows), dtype=np.int64)), 1)[0],
    }


def counts(row: dict[str, Any]) -> tuple[int, int, int, dict[str, int]]:
    return row["looks"], row["good"], row["bad"], from_text(row["reasons"])


async def test_every_level_counts_looks_reasons_and_blame(store: Store, make_result: Make) -> None:
    await store.results.add(
        [
            look(make_result, 1, DAY),
            look(make_result, 2, DAY + MINUTE_MS, region="us-east", **FAILED),
            look(make_result, 3, DAY + HOUR_MS, **OURS),
            look(make_result, 4, DAY + HOUR_MS + 1, service="openai"),
        ]
    )
    await make_all(store)
    assert counts(await whole(store, "minute")) == (1, 1, 0, {"ok": 1})
    assert counts(await whole(store, "hour")) == (2, 1, 1, {"ok": 1, "timeout": 1})
    assert counts(await whole(store, "day")) == (3, 1, 1, {"internal": 1, "ok": 1, "timeout": 1})
    assert counts(await whole(store, "day", region="us-east")) == (1, 0, 1, {"timeout": 1})
    assert counts(await whole(store, "day", check="claude-api", region="eu-west")) == (
        2,
        1,
        0,
        {"internal": 1, "ok": 1},
    )
    assert await store.rollups.between("day", "claude", DAY, DAY + 1, component="nobody") == []


async def test_a_day_made_of_parts_is_the_day_made_at_once(store: Store, make_result: Make) -> None:
    results = [
        look(make_result, n, DAY + n * 613_000, region=("eu-west", "us-east")[n % 2], dns_ms=None if n % 3 else 0.0)
        for n in range(100)
    ]
    await store.results.add(results)
    await make_all(store)
    at_once = {(row[1], row[2]): row[5:] for row in from_results(DAY, told(results))}
    anywhere = [result._replace(region="everywhere") for result in results]
    at_once["", ""] = from_results(DAY, told(anywhere))[0][5:]
    for check, region in (("claude-api", "eu-west"), ("claude-api", "us-east")):
        row = await whole(store, "day", check=check, region=region)
        assert tuple(row[name] for name in ("looks", "good", "bad", "reasons", "sketch")) == at_once[check, region]
    for equal in ({}, {"component": "api"}, {"check": "claude-api"}):
        row = await whole(store, "day", **equal)
        assert tuple(row[name] for name in ("looks", "good", "bad", "reasons", "sketch")) == at_once["", ""]
    assert (await whole(store, "day", region="us-east"))["sketch"] == at_once["claude-api", "us-east"][-1]


async def test_a_late_result_is_added_to_all_levels_and_nothing_twice(store: Store, make_result: Make) -> None:
    early = [look(make_result, n, DAY + n) for n in range(5)]
    await store.results.add(early)
    await make_all(store)
    late = look(make_result, 9, DAY + 30_000, **FAILED)
    await store.results.add([*early, late])
    await make_all(store)
    await store.results.add([*early, late])
    assert await store.rollups.due("minute", DAY * 2) == []
    for level in LENGTH_MS:
        assert counts(await whole(store, level)) == (6, 5, 1, {"ok": 5, "timeout": 1})


async def test_making_a_bucket_again_changes_nothing(store: Store, make_result: Make) -> None:
    await store.results.add([look(make_result, n, DAY + n) for n in range(5)])
    await make_all(store)
    before = [await whole(store, level) for level in LENGTH_MS]
    for level in LENGTH_MS:
        await store.rollups.make(level, DAY)
    assert [await whole(store, level) for level in LENGTH_MS] == before


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
    assert await store.rollups.between("minute", "claude", DAY, DAY + 1) == []
    assert await store.rollups.due("minute", DAY * 2) == [DAY]


async def test_a_bucket_whose_results_were_moved_away_is_not_worn_down(store: Store, make_result: Make) -> None:
    await store.results.add([look(make_result, n, DAY + n) for n in range(5)])
    await make_all(store)
    await store.retention.results(DAY + 2 * 86_400_000)
    await store.results.add([look(make_result, 9, DAY + 30_000)])
    await make_all(store)
    for level in LENGTH_MS:
        assert (await whole(store, level))["looks"] == 5


async def test_every_row_counts_what_counting_one_by_one_does(store: Store, make_result: Make) -> None:
    dice = random.Random(7)
    kinds = ({}, {}, FAILED, OURS, {"ok": True, "reason": Reason.SLOW}, {**FAILED, "reason": Reason.TLS})
    results = [
        look(make_result, n, DAY + dice.randrange(3 * HOUR_MS), **dice.choice(kinds))._replace(
            service=dice.choice(("claude", "gemini")), component=dice.choice(("api", "web")), region=dice.choice("abc")
        )
        for n in range(300)
    ]
    await store.results.add(results[:200])
    await make_all(store)
    await store.results.add(results[100:])
    await make_all(store)
    for level, length in LENGTH_MS.items():
        expected: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
        for result in results:
            at = result.scheduled_at // length * length
            keys = {(result.check, result.region, result.component)}
            if level != "minute":
                keys |= {("", "", ""), ("", "", result.component), (result.check, "", result.component)}
                keys |= {("", result.region, "")}
            for check, region, component in keys:
                bad = not result.ok and result.blame is Blame.PATH
                one = {"looks": 1, "good": int(result.ok), "bad": int(bad), result.reason.value: 1}
                expected[at, check, region, result.service, component] += Counter(one)
        found = {
            row[:5]: Counter({"looks": row[5], "good": row[6], "bad": row[7], **from_text(row[8])})
            for row in await everything(store, level)
        }
        assert found == expected


async def test_buckets_that_are_made_in_pieces_are_those_made_at_once(
    store: Store, make_result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.results.add(
        [
            look(make_result, n, DAY + n * 1_400, **dict(zip(("component", "service", "region"), of, strict=True)))
            for n, of in enumerate([*product(("api", "web", "zoo"), ("claude", "gemini"), ("eu-west", "us-east"))] * 10)
        ]
    )
    await make_all(store)
    at_once = [await everything(store, level) for level in LENGTH_MS]
    monkeypatch.setattr(rollups, "_RESULTS_AT_ONCE", 3)
    monkeypatch.setattr(rollups, "_AT_ONCE", {"minute": 1, "hour": 1})
    for level in LENGTH_MS:
        await store._database.fetch(f"DELETE FROM rollup_{level}")
    for level, at in [("minute", DAY), ("minute", DAY + MINUTE_MS), ("minute", DAY + 2 * MINUTE_MS), ("hour", DAY)]:
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
    monkeypatch.setattr(rollups, "_AT_ONCE", {"minute": 1, "hour": 1})
    put, puts = rollups.put, 0

    async def dies(*given: Any, **named: Any) -> None:
        nonlocal puts
        puts += 1
        if puts == 2:
            raise ConnectionError("the power went")
        await put(*given, **named)

    monkeypatch.setattr(rollups, "put", dies)
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


async def test_a_row_that_stays_as_it_was_is_not_written(store: Store, make_result: Make) -> None:
    await store.results.add([look(make_result, 1, DAY), look(make_result, 2, DAY, region="us-east")])
    await make_all(store)
    if store._database.is_sqlite:
        refuse = "BEFORE UPDATE ON rollup_day BEGIN SELECT RAISE(ABORT, 'written'); END"
        await store._database.fetch(f"CREATE TRIGGER written {refuse}")
        await store.rollups.make("day", DAY)
        return
    places = "SELECT ctid::text AS place FROM rollup_day"  # a row of PostgreSQL moves when it is written
    before = await store._database.fetch(places)
    await store.rollups.make("day", DAY)
    assert await store._database.fetch(places) == before


async def test_a_bucket_is_due_only_when_it_has_ended(store: Store, make_result: Make) -> None:
    await store.results.add([look(make_result, 1, DAY + 5)])
    assert await store.rollups.due("minute", DAY + MINUTE_MS - 1) == []
    assert await store.rollups.due("minute", DAY + MINUTE_MS) == [DAY]
