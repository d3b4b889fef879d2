"""Hot results and archived ones read as one."""

from collections.abc import Awaitable, Callable

import pyarrow as pa
import pytest

from coordinator.archive.moving.archiver import Archiver
from coordinator.archive.place import Place
from coordinator.archive.reading.record import ALL, Record
from coordinator.result_files.parquet import results_in
from coordinator.store import ResultFilter, Store
from tests.coordinator.archive.conftest import HOT_MS
from worker.contract.result import Result

Past = Callable[..., list[Result]]
Keep = Callable[[list[Result]], Awaitable[None]]


async def read(record: Record, wanted: ResultFilter = ALL, **options: object) -> list[Result]:
    reading = record.received(wanted, **options)  # type: ignore[arg-type]
    tables = [pa.Table.from_batches([batch]) async for batch in reading.batches()]
    assert not reading.skipped
    return [result for table in tables for result in results_in(table)]


async def test_archived_and_hot_results_come_in_the_order_received_and_unchanged(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = [result for days_ago in (5, 4, 1, 0) for result in past(days_ago)]
    await keep(told)

    report = await Archiver(store, place).run(HOT_MS)

    assert report.rows == report.deleted == 480
    assert len(await store.archiving.days_before(2**60)) == 2
    assert await read(Record(store, place)) == told


@pytest.mark.parametrize(
    "wanted",
    [
        {"service": "claude"},
        {"check": "openai-1", "ok": False},
        {"reason": "timeout", "region": "us-east"},
        {"component": "web", "worker": "ap-south-1"},
    ],
)
async def test_a_filter_means_the_same_in_the_store_and_in_the_archive(
    store: Store, keep: Keep, place: Place, past: Past, wanted: dict[str, object]
) -> None:
    await keep([*past(5), *past(1)])
    chosen = ResultFilter(**wanted)  # type: ignore[arg-type]
    before = [result async for chunk in store.results.chunks(chosen) for result in chunk]
    assert before

    await Archiver(store, place).run(HOT_MS)

    assert await read(Record(store, place), chosen) == before


async def test_a_time_bounds_both(store: Store, keep: Keep, place: Place, past: Past) -> None:
    told = [*past(5), *past(4), *past(1)]
    await keep(told)
    await Archiver(store, place).run(HOT_MS)
    since, until = told[100].scheduled_at, told[500].scheduled_at

    found = await read(Record(store, place), ResultFilter(since=since, until=until))

    assert found == [result for result in told if since <= result.scheduled_at < until]


async def test_reading_goes_on_behind_any_position(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = [*past(5), *past(4), *past(1)]
    await keep(told)
    await Archiver(store, place).run(HOT_MS)

    for number in (0, 77, 300, 481, len(told) - 1):
        last = told[number]
        assert (
            await read(Record(store, place), after=(last.received_at, last.id))
            == told[number + 1 :]
        )


async def test_pages_reach_from_the_newest_hot_result_into_the_archive(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = [*past(5), *past(4), *past(1)]
    await keep(told)
    await Archiver(store, place).run(HOT_MS)
    record, found, cursor = Record(store, place), list[Result](), None

    while True:
        page = await record.page(ResultFilter(service="claude"), cursor, 50)
        found += page.items
        if (cursor := page.next) is None:
            break

    wanted = sorted(
        (r for r in told if r.service == "claude"),
        key=lambda r: (r.scheduled_at, r.id),
        reverse=True,
    )
    assert found == wanted


async def test_what_moves_while_it_is_read_is_given_once(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = [*past(5, 1200), *past(4, 1200), *past(1)]
    await keep(told)
    record = Record(store, place)
    reading = record.received(batch_rows=500)
    batches = reading.batches()
    given = results_in_batch(await anext(batches))
    assert 0 < len(given) < len(told)

    await Archiver(store, place).run(HOT_MS)

    async for batch in batches:
        given += results_in_batch(batch)
    assert given == told


def results_in_batch(batch: object) -> list[Result]:
    return results_in(pa.Table.from_batches([batch]))


async def test_results_that_come_late_for_an_archived_day_make_one_more_part(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = past(5)
    await keep(told[:200])
    await Archiver(store, place).run(HOT_MS)
    await keep(told[150:])  # some are repeats, which the store cannot know any more
    record = Record(store, place)
    assert sorted(r.id for r in await read(record)) == sorted(r.id for r in told)
    page = await record.page(limit=1000)
    assert sorted(r.id for r in page.items) == sorted(r.id for r in told)

    report = await Archiver(store, place).run(HOT_MS)

    assert (report.rows, report.deleted) == (len(told) - 200, len(told) - 150)
    assert await read(record) == told
    assert await store.archiving.days_before(2**60) == []
