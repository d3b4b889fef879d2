"""A backup of a store in use: whole, proven, for its owner only; or nothing at all."""

import asyncio
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from coordinator.backup import ArchiveFolder, BackupError, Manifest, take, take_backup, verify
from coordinator.backup.packing import pack
from coordinator.backup.workshop import workshop
from coordinator.store import Store
from worker.contract.result import Result

NOW = 1_772_000_000_000


async def test_it_holds_one_moment_while_others_go_on_writing(
    filled: Store, store_file: Path, tmp_path: Path, make_result: Callable[..., Result]
) -> None:
    taking = asyncio.create_task(asyncio.to_thread(take_backup, store_file, tmp_path / "b", NOW))
    written, during = 50, 0
    while not taking.done():
        await filled.results.add([make_result(written + number) for number in range(10)])
        written += 10
        during += 1
    rows = (await taking).rows
    assert during > 1
    assert 50 <= rows["result"] <= written
    assert rows["result"] % 10 == 0, "half a batch"
    assert (rows["incident"], rows["configuration"]) == (1, 1)


async def test_it_is_for_its_owner_only_and_leaves_nothing_else(
    filled: Store, store_file: Path, tmp_path: Path
) -> None:
    await asyncio.to_thread(take_backup, store_file, tmp_path / "b", NOW)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(tmp_path)) == ["b", "data"]
    assert filled is not None


async def test_other_programs_can_read_it(filled: Store, store_file: Path, tmp_path: Path) -> None:
    manifest = take_backup(store_file, tmp_path / "b", NOW)
    with zstd.open(tmp_path / "b") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        told = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    assert list(told) == ["manifest.json", "outscope.db", "configuration.json"]
    assert json.loads(told["manifest.json"])["rows"] == manifest.rows
    assert json.loads(told["configuration.json"])["services"][0]["id"] == "claude"
    assert told["outscope.db"].startswith(b"SQLite format 3")
    assert filled is not None


async def test_damage_is_found_anywhere(filled: Store, store_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "b"
    manifest = take_backup(store_file, path, NOW)
    assert filled is not None
    whole, unnoticed = path.read_bytes(), 0
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert read(path) in (
            None,
            manifest,
        ), "a few bits of the packing mean nothing; all others are noticed"
        unnoticed += read(path) is not None
        path.write_bytes(whole[:place])
        with pytest.raises(BackupError, match="cannot be used"):
            verify(path)
    assert unnoticed <= 3


def read(path: Path) -> Manifest | None:
    try:
        return verify(path)
    except BackupError:
        return None


def test_without_a_store_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"there is no store at .*--data"):
        take_backup(tmp_path / "none.db", tmp_path / "b", NOW)
    assert list(tmp_path.iterdir()) == []


async def test_a_damaged_store_makes_none(filled: Store, store_file: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    take_backup(store_file, tmp_path / "b", NOW)
    with zstd.open(tmp_path / "b") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        content = bytearray(next(tar.extractfile(m).read() for m in tar if m.name == "outscope.db"))  # type: ignore[union-attr]
    content[8192:40_960] = b"\xff" * 32_768
    damaged.write_bytes(content)
    with pytest.raises(BackupError, match=r"damaged|malformed"):
        take_backup(damaged, tmp_path / "other", NOW)
    assert not (tmp_path / "other").exists()
    assert filled is not None


async def test_a_full_disk_is_told_and_the_old_backup_stays(
    filled: Store, store_file: Path, tmp_path: Path, make_result: Callable[..., Result]
) -> None:
    await filled.results.add([make_result(number) for number in range(50, 3000)])
    small = tmp_path / "small"
    small.mkdir()
    script = (
        f"mount -t tmpfs -o size=300k none {small} && echo old > {small}/b && {sys.executable} -c"
        " 'import sys; from pathlib import Path; from coordinator.backup import *\ntry:"
        " take_backup(Path(sys.argv[1]), Path(sys.argv[2]), 1)\nexcept BackupError as error:"
        f" print(error)' {store_file} {small}/b; cat {small}/b; ls -A {small}"
    )
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no file system of our own here: {done.stderr}")
    said, *rest = done.stdout.splitlines()
    assert "no backup was made" in said
    assert "full" in said or "No space left" in said
    assert rest == ["old", "b"], done.stdout + done.stderr


def test_two_at_once_into_one_file_are_refused(tmp_path: Path, store_file: Path) -> None:
    store_file.parent.mkdir()
    store_file.touch()
    with workshop(tmp_path / "b"), pytest.raises(BackupError, match="another process is making"):
        take_backup(store_file, tmp_path / "b", NOW)


async def test_what_a_killed_one_left_is_removed(
    filled: Store, store_file: Path, tmp_path: Path
) -> None:
    left = tmp_path / ".b.making" / "work"
    left.mkdir(parents=True)
    (left / "outscope.db").write_bytes(b"half")
    assert take_backup(store_file, tmp_path / "b", NOW).rows["result"] == 50
    assert not left.parent.exists()
    assert filled is not None


async def test_the_archive_is_named_or_included(
    filled: Store, store_file: Path, tmp_path: Path
) -> None:
    parts = tmp_path / "data" / "archive" / "results"
    parts.mkdir(parents=True)
    (parts / "a.parquet").write_bytes(b"PAR1")
    (parts.parent / ".making-x").mkdir()
    (parts.parent / ".making-x" / "half").write_bytes(b"?")
    folder = ArchiveFolder(str(parts.parent), parts.parent)
    named = take_backup(store_file, tmp_path / "b", NOW, folder)
    assert (named.archive_files, named.with_archive) == (1, False)
    held = take_backup(
        store_file, tmp_path / "c", NOW, ArchiveFolder(folder.told, folder.folder, True)
    )
    assert [file.name for file in held.files][2:] == ["archive/results/a.parquet"]
    with pytest.raises(BackupError, match="is no folder of this machine"):
        take_backup(store_file, tmp_path / "b", NOW, ArchiveFolder("s3://bucket/x", None, True))
    assert filled is not None


def test_a_part_that_is_dropped_while_it_is_packed_is_still_in_it(tmp_path: Path) -> None:
    archive, work = tmp_path / "archive", tmp_path / "work"
    archive.mkdir()
    (archive / "a").write_bytes(b"kept")
    held = ArchiveFolder("archive", archive, True).held(work)
    (archive / "a").unlink()
    assert [path.read_bytes() for path in held.values()] == [b"kept"]


async def test_what_was_written_wrongly_never_gets_the_name_of_a_backup(
    filled: Store, store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(target: Path, *rest: Any) -> None:
        pack(target, *rest)
        content = bytearray(target.read_bytes())
        content[len(content) // 2] ^= 0xFF
        target.write_bytes(content)

    monkeypatch.setattr(take, "pack", faulty)  # a disk that lies cannot be had
    with pytest.raises(BackupError, match="cannot be used"):
        take_backup(store_file, tmp_path / "b", NOW)
    assert os.listdir(tmp_path) == ["data"]
    assert filled is not None
