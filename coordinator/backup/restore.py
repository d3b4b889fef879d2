"""Restoring a backup: checked as a whole, made whole beside the store, brought up to date, then put
in its place.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from coordinator.backup.manifest import ARCHIVE, DATABASE, BackupError, Manifest
from coordinator.backup.packing import read_manifest, unpack
from coordinator.backup.workshop import workshop
from coordinator.runtime.durable import flush
from coordinator.store import StoreError, open_store, snapshot
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, the migrations that brought it up to date, and where that lies now which
    it replaced.
    """

    manifest: Manifest
    migrated: tuple[str, ...]
    kept: tuple[Path, ...]


async def restore(
    backup: Path, store: Path, archive: Path | None, at: Instant, *, force: bool = False
) -> Restored:
    """Put what a backup holds in the place of the SQLite store, and of the archive when it holds
    one.

    A store that a process uses is never touched, one that holds anything only with `force`; it is
    then kept beside. BackupError says why nothing was restored; everything is as it was then.
    """
    with _told(store):
        found = read_manifest(backup)
        _require_known(backup, found)
        archive = archive if found.with_archive else None
        store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with workshop(store) as folder:
            _require_free(store, archive, force)
            manifest = unpack(backup, folder)
            await _up_to_date(folder / DATABASE, backup, manifest)
            with _held(store):
                kept = _swap(folder, store, archive, at)
        migrated = tuple(
            name for name in snapshot.known_migrations() if name not in manifest.migrations
        )
    return Restored(manifest, migrated, kept)


def _require_known(backup: Path, manifest: Manifest) -> None:
    unknown = sorted(set(manifest.migrations) - set(snapshot.known_migrations()))
    if unknown:
        raise BackupError(
            f"{backup} was made by a newer Outscope ({manifest.outscope}; this one does not know "
            f"{', '.join(unknown)}); upgrade this one first"
        )


def _require_free(store: Path, archive: Path | None, force: bool) -> None:
    """BackupError when the store is used; or when there is something to lose, and that is not
    meant.
    """
    if store.exists() and not (_holds_nothing(store) or force):
        raise BackupError(
            f"the store {store} is not empty; with --force it is replaced, and kept beside"
        )
    if archive is not None and archive.is_dir() and any(archive.iterdir()) and not force:
        raise BackupError(
            f"the archive {archive} is not empty; with --force it is replaced, and kept beside"
        )


def _holds_nothing(store: Path) -> bool:
    if not snapshot.is_database(store):
        return False
    try:
        with snapshot.alone(store) as free:
            if not free:
                raise BackupError(f"the store {store} is in use; stop Outscope first")
        return snapshot.is_empty(snapshot.row_counts(store))
    # damaged: a reason to restore, but something may be saved from it
    except sqlite3.DatabaseError:
        return False


async def _up_to_date(made: Path, backup: Path, manifest: Manifest) -> None:
    """What was unpacked is what the manifest says, and gets the schema of this version."""
    snapshot.check(made)
    if snapshot.row_counts(made) != manifest.rows:
        raise BackupError(
            f"{backup} cannot be used: its tables do not have the rows that its manifest says"
        )
    async with open_store(f"sqlite://{made}"):
        pass
    with snapshot.alone(made):  # all of it in one file again
        pass


@contextmanager
def _held(store: Path) -> Iterator[None]:
    """Keep others from the store that is replaced; BackupError when one uses it by now."""
    with ExitStack() as held:
        if store.exists() and snapshot.is_database(store):
            with suppress(sqlite3.DatabaseError):
                if not held.enter_context(snapshot.alone(store)):
                    raise BackupError(f"the store {store} is in use; stop Outscope first")
        yield


def _swap(folder: Path, store: Path, archive: Path | None, at: Instant) -> tuple[Path, ...]:
    """Put what was made in place by renaming; what was there before gets another name."""
    kept = [*_put_archive(folder / ARCHIVE.rstrip("/"), archive, at)] if archive is not None else []
    suffix = f".before-restore-{at}"
    if store.exists():
        aside = store.with_name(store.name + suffix)
        os.link(store, aside)  # a second name, so that there is a store at every moment
        kept.append(aside)
    for journal in _journals(store):  # left by a crash: the new store must not take it for its own
        journal.rename(store.with_name(store.name + suffix + journal.name.removeprefix(store.name)))
    (folder / DATABASE).replace(store)
    flush(store.parent)
    return tuple(kept)


def _journals(store: Path) -> list[Path]:
    names = (store.with_name(store.name + end) for end in ("-wal", "-shm", "-journal"))
    return [path for path in names if path.exists()]


def _put_archive(made: Path, archive: Path, at: Instant) -> Iterator[Path]:
    # it may lie on another disk than the store
    staged = archive.with_name(f".{archive.name}.making")
    shutil.rmtree(staged, ignore_errors=True)
    shutil.move(made, staged)
    if archive.is_dir() and any(archive.iterdir()):
        aside = archive.with_name(f"{archive.name}.before-restore-{at}")
        archive.rename(aside)
        yield aside
    staged.replace(archive)  # over an empty folder, or nothing


@contextmanager
def _told(store: Path) -> Iterator[None]:
    try:
        yield
    except (StoreError, sqlite3.Error) as error:
        raise BackupError(f"nothing was restored: {error}") from error
    except OSError as error:
        what = error.filename or store
        raise BackupError(f"nothing was restored: {what}: {error.strerror or error}") from error
