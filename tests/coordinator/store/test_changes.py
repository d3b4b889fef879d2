"""Increments: whoever writes at the same time, nothing that is committed later is left out."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from coordinator.analytics.exports.dataset import Reading, Wanted
from coordinator.analytics.exports.datasets import DATASETS
from coordinator.archive.reading.record import Record
from coordinator.store import ResultFilter, Store, open_store
from coordinator.store.changes import INCIDENTS, Number, Place, Text, next_change, place_of
from tests.api import seeds
from worker.contract.result import Result

AT = 1_772_000_000_000


async def read(
    store: Store, dataset: str, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str]:
    """What stands behind a cursor, and the next one."""
    made = DATASETS[dataset]
    wanted = Wanted(tuple(made.schema.names), ResultFilter(), cursor)
    reading: Reading = made.read(Record(store, None), wanted)
    rows, last = [], cursor
    async for batch in reading.batches():
        rows += batch.select(made.schema.names).to_pylist()
        last = reading.cursor(batch)
    return rows, str(reading.end() or last)


async def test_a_change_that_is_committed_last_is_told_last(store_url: str) -> None:
    async with open_store(store_url) as slow, open_store(store_url) as quick:
        _, cursor = await read(quick, "incidents")
        async with slow._database.transaction() as transaction:
            await next_change(transaction, INCIDENTS)
            other = asyncio.create_task(quick.incidents.apply(seeds.incident("openai", AT)))
            done, _ = await asyncio.wait({other}, timeout=0.3)
            assert not done, "a later number was committed before an earlier one"
        await other
        rows, cursor = await read(quick, "incidents", cursor)
        assert [row["service"] for row in rows] == ["openai"]
        assert (await read(quick, "incidents", cursor))[0] == []


async def test_many_writers_and_one_reader_agree_in_the_end(store_url: str) -> None:
    async with open_store(store_url) as store, open_store(store_url) as more:
        copy: dict[str, str] = {}
        _, cursor = await read(store, "incidents")

        async def write(into: Store, service: str) -> None:
            for turn in range(15):
                change = seeds.incident(service, AT + turn, number=turn % 4, reason=str(turn))
                await into.incidents.apply(change)

        writers = asyncio.gather(*(write((store, more)[n % 2], f"service-{n}") for n in range(4)))
        while True:
            ended = writers.done()
            rows, cursor = await read(store, "incidents", cursor)
            copy |= {row["id"]: row["reason"] for row in rows}
            if ended:
                break
            await asyncio.sleep(0)
        await writers
        whole, _ = await read(store, "incidents")
        assert copy == {row["id"]: row["reason"] for row in whole}


async def test_a_verdict_of_an_earlier_moment_that_is_stored_late_is_told(store: Store) -> None:
    def verdict(at: int) -> Any:
        return seeds.kept(seeds.verdict("claude", at))

    await store.verdicts.add(verdict(AT))
    rows, cursor = await read(store, "verdicts")
    assert len(rows) == 1
    await store.verdicts.add(verdict(AT - 5_000))
    await store.verdicts.add(verdict(AT))
    rows, _ = await read(store, "verdicts", cursor)
    assert [row["at"].timestamp() * 1000 for row in rows] == [AT - 5_000]


async def test_results_of_several_writers_wait_for_those_before_them(
    postgres_url: str, make_result: Callable[..., Result]
) -> None:
    async with open_store(postgres_url) as store:
        for name in ("slow", "quick"):
            await store.writers.begin(name, AT)
        await store.writers.go_on("quick", AT + 100)
        await store.results.add([make_result(1, received_at=AT + 50)], "quick")
        rows, cursor = await read(store, "results")
        assert rows == [], "the slow one may still store something before it"
        await store.results.add([make_result(2, received_at=AT + 10)], "slow")
        await store.writers.go_on("slow", AT + 90)
        rows, _ = await read(store, "results", None if cursor == "None" else cursor)
        assert len(rows) == 2


@pytest.mark.parametrize(
    "cursor", ["", "x", "W10", "e30", "WzEsMl0", "bnVsbA", "W251bGwsbnVsbCwwLFsxLDJdXQ", "\u00fc"]
)
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="is not one that this service gave out"):
        place_of(cursor, (Number, Text))


def test_a_cursor_comes_back_as_it_was() -> None:
    for place in (Place(), Place(3, 9, 4, (AT, "id")), Place(None, 7, 0, (AT, "a/b")), Place(7)):
        assert place_of(place.to_cursor(), (Number, Text)) == place
