"""Rollups on both databases: exact, late results included, and none counted twice."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from coordinator.domain.rollups.columns import RESULT
from coordinator.domain.rollups.fold import from_results
from coordinator.domain.rollups.level import LENGTH_MS
from coordinator.encoding import from_text
from coordinator.store import Store
from tests.coordinator.store.rolled_up import (
    DAY,
    HOUR_MS,
    MINUTE_MS,
    Make,
    everything,
    look,
    make_all,
    whole,
)
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

FAILED: dict[str, Any] = {"ok": False, "reason": Reason.TIMEOUT, "blame": Blame.PATH}
OURS: dict[str, Any] = {"ok": False, "reason": Reason.INTERNAL, "blame": Blame.PROBER}


def told(results: Sequence[Result]) -> list[tuple[Any, ...]]:
    """The columns of results that are folded, as the database tells them."""
    rows = [[getattr(result, name) for name in RESULT] for result in results]
    return [
        tuple(value.value if isinstance(value, Reason | Blame) else value for value in row)
        for row in rows
    ]


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
    assert await store.buckets.between("day", "claude", DAY, DAY + 1, component="nobody") == []


async def test_a_day_made_of_parts_is_the_day_made_at_once(store: Store, make_result: Make) -> None:
    results = [
        look(
            make_result,
            n,
            DAY + n * 613_000,
            region=("eu-west", "us-east")[n % 2],
            dns_ms=None if n % 3 else 0.0,
        )
        for n in range(100)
    ]
    await store.results.add(results)
    await make_all(store)
    at_once = {(row[1], row[2]): row[5:] for row in from_results(DAY, told(results))}
    anywhere = [result._replace(region="everywhere") for result in results]
    at_once["", ""] = from_results(DAY, told(anywhere))[0][5:]
    for check, region in (("claude-api", "eu-west"), ("claude-api", "us-east")):
        row = await whole(store, "day", check=check, region=region)
        assert (
            tuple(row[name] for name in ("looks", "good", "bad", "reasons", "sketch"))
            == at_once[check, region]
        )
    for equal in ({}, {"component": "api"}, {"check": "claude-api"}):
        row = await whole(store, "day", **equal)
        assert (
            tuple(row[name] for name in ("looks", "good", "bad", "reasons", "sketch"))
            == at_once["", ""]
        )
    assert (await whole(store, "day", region="us-east"))["sketch"] == at_once[
        "claude-api", "us-east"
    ][-1]


async def test_a_late_result_is_added_to_all_levels_and_nothing_twice(
    store: Store, make_result: Make
) -> None:
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


async def test_a_bucket_whose_results_were_moved_away_is_not_worn_down(
    store: Store, make_result: Make
) -> None:
    await store.results.add([look(make_result, n, DAY + n) for n in range(5)])
    await make_all(store)
    await store.retention.results(DAY + 2 * 86_400_000)
    await store.results.add([look(make_result, 9, DAY + 30_000)])
    await make_all(store)
    for level in LENGTH_MS:
        assert (await whole(store, level))["looks"] == 5


async def test_every_row_counts_what_counting_one_by_one_does(
    store: Store, make_result: Make
) -> None:
    dice = random.Random(7)
    kinds = (
        {},
        {},
        FAILED,
        OURS,
        {"ok": True, "reason": Reason.SLOW},
        {**FAILED, "reason": Reason.TLS},
    )
    results = [
        look(make_result, n, DAY + dice.randrange(3 * HOUR_MS), **dice.choice(kinds))._replace(
            service=dice.choice(("claude", "gemini")),
            component=dice.choice(("api", "web")),
            region=dice.choice("abc"),
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
                keys |= {
                    ("", "", ""),
                    ("", "", result.component),
                    (result.check, "", result.component),
                }
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


async def test_a_row_that_stays_as_it_was_is_not_written(store: Store, make_result: Make) -> None:
    await store.results.add(
        [look(make_result, 1, DAY), look(make_result, 2, DAY, region="us-east")]
    )
    await make_all(store)
    if store._database.is_sqlite:
        refuse = "BEFORE UPDATE ON rollup_day BEGIN SELECT RAISE(ABORT, 'written'); END"
        await store._database.fetch(f"CREATE TRIGGER written {refuse}")
        await store.rollups.make("day", DAY)
        return
    places = (
        "SELECT ctid::text AS place FROM rollup_day"  # a row of PostgreSQL moves when it is written
    )
    before = await store._database.fetch(places)
    await store.rollups.make("day", DAY)
    assert await store._database.fetch(places) == before


async def test_a_bucket_is_due_only_when_it_has_ended(store: Store, make_result: Make) -> None:
    await store.results.add([look(make_result, 1, DAY + 5)])
    assert await store.rollups.due("minute", DAY + MINUTE_MS - 1) == []
    assert await store.rollups.due("minute", DAY + MINUTE_MS) == [DAY]
