"""Restoring: whole and up to date in the place of the store, or nothing is changed."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coordinator.backup import ArchiveFolder, BackupError, restore, take_backup
from coordinator.backup.manifest import DATABASE, File, Manifest
from coordinator.backup.packing import pack, unpack
from coordinator.store import Store, open_store
from tests.coordinator.store.schema.test_migrations import FIRST, OLD_INCIDENT, schema
from worker.contract.result import Result

NOW = 1_772_000_000_000


@pytest.fixture
def backup(filled: Store, store_file: Path, tmp_path: Path) -> Path:
    """A backup of the filled store, which stays open."""
    take_backup(store_file, tmp_path / "backup", NOW)
    assert filled is not None
    return tmp_path / "backup"


async def told(file: Path) -> tuple[int, list[str], tuple[int, dict[str, Any]] | None]:
    async with open_store(f"sqlite://{file}") as store:
        ids = [incident.id for incident in await store.incidents.open()]
        return (await store.results.count_and_first())[0], ids, await store.configurations.current()


async def test_what_was_backed_up_is_there(
    backup: Path, filled: Store, tmp_path: Path, make_result: Callable[..., Result]
) -> None:
    await filled.results.add([make_result(99)])
    target = tmp_path / "new" / "outscope.db"
    done = await restore(backup, target, None, NOW)
    assert (done.migrated, done.kept) == ((), ())
    assert await told(target) == (50, ["claude-0001"], await filled.configurations.current())
    async with open_store(f"sqlite://{target}") as store:
        assert await store.results.recent(0) == (await filled.results.recent(0))[:50]
    assert {path.name for path in target.parent.iterdir()} <= {"outscope.db", "outscope.db.migrate"}


async def test_a_store_in_use_is_never_replaced(
    backup: Path, filled: Store, store_file: Path, make_result: Callable[..., Result]
) -> None:
    for force in (False, True):
        with pytest.raises(BackupError, match="is in use; stop Outscope first"):
            await restore(backup, store_file, None, NOW, force=force)
    await filled.results.add([make_result(51)])
    assert (await filled.results.count_and_first())[0] == 51


async def test_a_store_that_holds_something_is_kept_beside(
    backup: Path, tmp_path: Path, make_result: Callable[..., Result]
) -> None:
    target = tmp_path / "new.db"
    async with open_store(f"sqlite://{target}") as store:
        await store.results.add([make_result(7)])
    with pytest.raises(BackupError, match="not empty; with --force"):
        await restore(backup, target, None, NOW)
    assert (await told(target))[0] == 1
    done = await restore(backup, target, None, NOW, force=True)
    assert (await told(target))[0] == 50
    assert done.kept == (tmp_path / f"new.db.before-restore-{NOW}",)
    assert (await told(done.kept[0]))[0] == 1


async def test_an_empty_store_needs_no_force(backup: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    async with open_store(f"sqlite://{target}"):
        pass
    await restore(backup, target, None, NOW)
    assert (await told(target))[0] == 50


async def test_a_damaged_store_is_replaced_with_its_journal(backup: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    target.write_bytes(b"no database " * 1000)
    target.with_name("new.db-wal").write_bytes(b"an old log")
    with pytest.raises(BackupError, match="--force"):
        await restore(backup, target, None, NOW)
    await restore(backup, target, None, NOW, force=True)
    assert (await told(target))[0] == 50
    assert (tmp_path / f"new.db.before-restore-{NOW}-wal").read_bytes() == b"an old log"


async def test_a_damaged_backup_changes_nothing(backup: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "outscope.db"
    os.truncate(backup, os.path.getsize(backup) - 40)  # noqa: ASYNC240  a test
    with pytest.raises(BackupError, match="damaged"):
        await restore(backup, target, None, NOW)
    assert list(target.parent.iterdir()) == []


async def test_any_other_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello")
    with pytest.raises(BackupError, match="x cannot be used: it is damaged, cut off, or no backup"):
        await restore(tmp_path / "x", tmp_path / "new.db", None, NOW)


def repacked(
    backup: Path, how: Callable[[Manifest], Manifest], more: Mapping[str, Path] | None = None
) -> Path:
    """The same backup with another manifest; it is only whole when that is true."""
    folder = backup.with_name("repacked")
    folder.mkdir()
    found = unpack(backup, folder)
    made = backup.with_name("other")
    sources = {file.name: folder / file.name for file in found.files} | dict(more or {})
    pack(made, how(found), sources, 0)
    return made


async def test_one_of_a_newer_version_is_refused(backup: Path, tmp_path: Path) -> None:
    newer = repacked(
        backup,
        lambda found: replace(found, outscope="9.1", migrations=(*found.migrations, "0099_more")),
    )
    with pytest.raises(
        BackupError, match=r"newer Outscope \(9\.1; this one does not know 0099_more\); upgrade"
    ):
        await restore(newer, tmp_path / "new.db", None, NOW)
    assert not (tmp_path / "new.db").exists()


async def test_one_whose_tables_miss_rows_is_refused(backup: Path, tmp_path: Path) -> None:
    lying = repacked(backup, lambda found: replace(found, rows={**found.rows, "result": 51}))
    with pytest.raises(BackupError, match="do not have the rows"):
        await restore(lying, tmp_path / "new.db", None, NOW)


async def test_one_that_writes_elsewhere_is_refused(backup: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.write_bytes(b"x")
    name = "../../escaped"
    bad = repacked(
        backup,
        lambda found: replace(found, files=(*found.files, File(name, 1, "0" * 64))),
        {name: evil},
    )
    with pytest.raises(BackupError, match="lies outside"):
        await restore(bad, tmp_path / "new.db", None, NOW)
    assert not (tmp_path / "escaped").exists()


async def test_one_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    async with schema(f"sqlite://{old}", FIRST) as database:
        await database.fetch(OLD_INCIDENT)
    manifest = take_backup(old, tmp_path / "b", NOW)
    assert manifest.migrations == (FIRST,)
    done = await restore(tmp_path / "b", tmp_path / "new.db", None, NOW)
    assert done.migrated
    assert (await told(tmp_path / "new.db"))[1] == ["claude-1"]


async def test_the_archive_comes_back_with_it(
    filled: Store, store_file: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    (archive / "results").mkdir(parents=True)
    (archive / "results" / "a.parquet").write_bytes(b"PAR1")
    take_backup(store_file, tmp_path / "b", NOW, ArchiveFolder("archive", archive, True))
    new = tmp_path / "new"
    await restore(tmp_path / "b", new / DATABASE, new / "archive", NOW)
    assert (new / "archive" / "results" / "a.parquet").read_bytes() == b"PAR1"
    (new / "archive" / "results" / "b.parquet").write_bytes(b"newer")
    (new / DATABASE).unlink()
    with pytest.raises(BackupError, match=r"archive .* is not empty; with --force"):
        await restore(tmp_path / "b", new / DATABASE, new / "archive", NOW)
    done = await restore(tmp_path / "b", new / DATABASE, new / "archive", NOW, force=True)
    assert [path.name for path in (new / "archive" / "results").iterdir()] == ["a.parquet"]
    assert (done.kept[0] / "results" / "b.parquet").read_bytes() == b"newer"
    assert filled is not None
