"""The same archive in a store that speaks S3: a real server, over HTTP."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from coordinator.archive.moving.archiver import Archiver
from coordinator.archive.place import Place, PlaceError, archive_url, open_place
from coordinator.archive.reading.record import Record
from coordinator.archive.reading.sweep import why_unreadable
from coordinator.archive.verify import verify
from coordinator.store import ResultFilter, Store
from coordinator.upkeep.archive_loop import ArchiveLoop
from tests.coordinator.archive.conftest import HOT_MS
from tests.coordinator.archive.reading.test_record import read
from worker.contract.result import Result

Past = Callable[..., list[Result]]
Keep = Callable[[list[Result]], Awaitable[None]]
KEYS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def s3(free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a folder in a bucket of a real server."""
    from moto.server import ThreadedMotoServer

    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    endpoint = f"scheme=http&endpoint_override=127.0.0.1:{port}&region=us-east-1"
    open_place(f"s3://bucket?{endpoint}&allow_bucket_creation=true").files.create_dir("bucket")
    yield f"s3://bucket/outscope?{endpoint}"
    server.stop()


@pytest.mark.slow
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_results_move_to_s3_and_are_read_from_there(
    store: Store, keep: Keep, past: Past, s3: str, tmp_path: Path
) -> None:
    told = [*past(5), *past(1)]
    await keep(told)
    place = open_place(s3)
    assert place.told == "s3://bucket/outscope"

    report = await Archiver(store, place).run(HOT_MS)

    assert report.rows == report.deleted == 240
    assert [name.split("/")[0] for name in place.names("")] == [
        "manifest",
        "manifest",
        "results",
        "results",
    ]
    assert await read(Record(store, place)) == told
    page = await Record(store, place).page(ResultFilter(service="openai"), limit=1000)
    assert len(page.items) == 240
    assert (await asyncio.to_thread(verify, place)).damaged == {}
    await keep(told[:10])
    assert (await Archiver(store, place).run(HOT_MS)).deleted == 10


@pytest.mark.slow
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_the_coordinator_archives_in_the_background(
    store: Store, keep: Keep, past: Past, place: Place
) -> None:
    told = [*past(5), *past(1)]
    await keep(told)
    stop = asyncio.Event()
    going = asyncio.create_task(ArchiveLoop(store, place.root, HOT_MS, first_s=0.01).run(stop))
    async with asyncio.timeout(20):
        while len(await store.archiving.days_before(2**60)) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(going, 5)
    assert await read(Record(store, place)) == told


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_trouble_with_the_archive_is_logged_and_nothing_lost(
    store: Store, keep: Keep, past: Past, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = past(5)
    await keep(told)
    (tmp_path / "file").write_text("no folder")
    stop = asyncio.Event()
    going = asyncio.create_task(
        ArchiveLoop(store, str(tmp_path / "file" / "x"), HOT_MS, first_s=0.01).run(stop)
    )
    async with asyncio.timeout(10):
        while "archiving_waits" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await going
    assert await read(Record(store, None)) == told


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_day_that_waits_to_be_rolled_up_stays(
    store: Store, place: Place, past: Past
) -> None:
    await store.results.add(past(5))
    report = await Archiver(store, place).run(HOT_MS)
    assert report.rows == 0
    assert "waits to be rolled up" in report.problems[0]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_damaged_file_is_named_skipped_and_put_right_from_a_copy(
    store: Store, keep: Keep, place: Place, past: Past, tmp_path: Path
) -> None:
    told = past(5)
    await keep(told)
    await Archiver(store, place).run(HOT_MS)
    copy = tmp_path / "copy"
    shutil.copytree(place.root, copy)
    name = next(name for name in place.names("results") if "service=claude" in name)
    for damage in (
        lambda data: data[:-9],
        lambda data: data[:40] + b"XX" + data[42:],
        lambda _: b"",
    ):
        path = Path(place.root, name)
        write(path, damage((copy / name).read_bytes()))

        reading = Record(store, place).received()
        rows = [row async for batch in reading.batches() for row in batch.column("id").to_pylist()]

        assert list(reading.skipped) == [name]
        assert rows == [result.id for result in told if result.service == "openai"]
        assert list(verify(place).damaged) == [name]
        assert verify(place, copy).restored == [name]
        assert verify(place).damaged == {}
        assert await read(Record(store, place)) == told

    entry = place.names("manifest")[0]
    write(Path(place.root, entry), b"{")
    assert list(verify(place).damaged) == [entry]
    await Archiver(store, place).run(HOT_MS)  # which must not take the file for a stray
    assert verify(place, copy).restored == [entry]
    assert await read(Record(store, place)) == told


async def test_an_entry_that_is_damaged_in_the_copy_too_stays_damaged(
    store: Store, keep: Keep, place: Place, past: Past, tmp_path: Path
) -> None:
    await keep(past(5))
    await Archiver(store, place).run(HOT_MS)
    entry = place.names("manifest")[0]
    write(Path(place.root, entry), b"{")
    copy = Path(shutil.copytree(place.root, tmp_path / "copy"))

    found = verify(place, copy)
    assert (list(found.damaged), found.restored, found.files) == ([entry], [], 2)


def test_an_error_without_words_is_named() -> None:
    assert why_unreadable(OSError()) == "OSError"


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    os.utime(path, (0, 0))


def test_where_the_archive_is() -> None:
    assert archive_url(None, "sqlite:///data/outscope.db") == "/data/archive"
    assert archive_url(None, "postgres://u@h/d") is None
    assert archive_url("s3://b/f", "postgres://u@h/d") == "s3://b/f"
    assert archive_url("off", "sqlite:///data/outscope.db") is None
    with pytest.raises(PlaceError, match="write a folder, s3://"):
        open_place("ftp://somewhere")
