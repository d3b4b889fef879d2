"""What happens to a day while it moves."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from coordinator.archive.manifest import DAY_MS
from coordinator.archive.moving import archiver as archiving
from coordinator.archive.moving.archiver import LEASE, MOST_REST_S, Archiver, BusyError
from coordinator.archive.part_file import open_part, windows
from coordinator.archive.place import Place
from coordinator.archive.reading.record import Record
from coordinator.store import Store
from tests.coordinator.archive.conftest import HOT_MS
from tests.coordinator.archive.reading.test_record import read
from worker.contract.result import Result

Past = Callable[..., list[Result]]
Keep = Callable[[list[Result]], Awaitable[None]]


def before(name: str, work: Callable[[], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
    """Does something before the first step of a name."""
    done: list[str] = []

    async def step(now_comes: str) -> None:
        if now_comes == name and not done:
            done.append(name)
            await work()

    return step


async def test_what_comes_between_reading_and_deleting_stays_until_it_is_archived(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = past(5)
    late = told[100:103]
    await keep([result for result in told if result not in late])

    archiver = Archiver(store, place, step=before("delete", lambda: keep(late)))
    report = await archiver.run(HOT_MS)

    assert report.rows == report.deleted == len(told) - len(late)
    day = told[0].scheduled_at // DAY_MS
    assert sorted(row[0] for row in await store.archiving.due_on(day)) == sorted(
        result.id for result in late
    )
    assert await read(Record(store, place)) == told

    report = await archiver.run(HOT_MS)

    assert report.rows == report.deleted == len(late)
    assert await read(Record(store, place)) == told


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_day_stays_when_what_comes_while_it_is_read_must_be_rolled_up(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = past(5)
    await keep(told[:-1])

    async def come() -> None:
        await store.results.add(told[-1:])

    report = await Archiver(store, place, step=before("read", come)).run(HOT_MS)

    assert not report.did_something
    assert "waits to be rolled up" in report.problems[0]
    assert await read(Record(store, place)) == told


async def test_a_service_stays_whose_part_cannot_be_read(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = past(5)
    await keep(told[:120])
    await Archiver(store, place).run(HOT_MS)
    name = next(name for name in place.names("results") if "service=claude" in name)
    spoil(Path(place.root, name))
    await keep(told[120:])

    report = await Archiver(store, place).run(HOT_MS)

    assert "claude: stays in the store, for a part is unreadable" in report.problems[0]
    rows = await store.archiving.due_on(told[0].scheduled_at // DAY_MS)
    assert {row[0] for row in rows} == {
        result.id for result in told[120:] if result.service == "claude"
    }
    assert report.deleted == len(told) - 120 - len(rows)


def spoil(path: Path) -> None:
    path.write_bytes(b"no Parquet")


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_told_to_stop_between_two_services_the_next_run_finishes_the_day(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = past(5)
    await keep(told)
    stopped = iter([False, False, True])  # before the day, and before each service

    report = await Archiver(store, place).run(HOT_MS, lambda: next(stopped))
    assert ([part.service for part in report.parts], report.deleted) == (["claude"], 0)
    assert await read(Record(store, place)) == told

    report = await Archiver(store, place).run(HOT_MS)
    assert ([part.service for part in report.parts], report.deleted) == (["openai"], len(told))
    assert await read(Record(store, place)) == told


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_part_is_sorted_by_windows_then_check_then_time(
    store: Store, keep: Keep, place: Place, past: Past
) -> None:
    told = past(5, 2_400)
    await keep(told)
    report = await Archiver(store, place).run(HOT_MS)

    length = DAY_MS // windows(len(told) // 2)
    assert length < DAY_MS
    for part in report.parts:
        with place.open(part.file) as source, open_part(source) as file:
            rows = file.read(columns=["scheduled_at", "check", "id"]).to_pylist()
        keys = [
            (int(row["scheduled_at"].timestamp() * 1000), row["check"], row["id"]) for row in rows
        ]
        assert keys == sorted(keys, key=lambda key: (key[0] // length, key[1], key[0], key[2]))
        assert len(set(keys)) == part.rows == 7_200


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_whoever_loses_the_lease_deletes_nothing(
    store: Store, keep: Keep, place: Place, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = past(5)
    await keep(told)
    monkeypatch.setattr(archiving, "RENEW_MS", 0)

    async def lose() -> None:
        held = await store.leases.holder(LEASE)
        assert held is not None
        await store.leases.release(LEASE, held[0])
        assert await store.leases.take(LEASE, "other", 2**40)

    with pytest.raises(BusyError):
        await Archiver(store, place, step=before("delete", lose)).run(HOT_MS)
    assert len(await store.archiving.due_on(told[0].scheduled_at // DAY_MS)) == len(told)
    assert (await store.leases.holder(LEASE) or ("",))[0] == "other"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_it_rests_as_long_as_told_after_each_piece_of_work(
    store: Store, keep: Keep, place: Place, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []

    async def rest(rest_s: float) -> None:
        rests.append(rest_s)

    monkeypatch.setattr(archiving, "sleep", rest)
    await keep(past(5))
    await Archiver(store, place).run(HOT_MS)
    assert rests == []
    await keep(past(4))
    await Archiver(store, place, rest=1e6).run(HOT_MS)
    assert rests == [MOST_REST_S] * 4  # after reading, each of two services, and before deleting
