"""Taking a backup: a copy of the store at one moment, described, packed, read back, and only then
called a backup.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from coordinator.backup.archived import ArchiveFolder
from coordinator.backup.manifest import CONFIGURATION, DATABASE, BackupError, Manifest
from coordinator.backup.packing import described, pack, verify
from coordinator.backup.workshop import workshop
from coordinator.runtime.durable import put
from coordinator.store import StoreError, snapshot
from worker.contract.instant import Instant, rfc3339


def take_backup(
    store: Path,
    out: Path,
    at: Instant,
    archive: ArchiveFolder | None = None,
    *,
    overwrite: bool = False,
) -> Manifest:
    """Write a backup of the SQLite store to `out`, while others write to it, and return what it
    holds.

    It is verified before it appears under its name. BackupError says why there is none; nothing is
    left behind then, and a file that has the name stays. It is replaced only with `overwrite`.
    """
    if not store.is_file():
        raise BackupError(f"there is no store at {store}; name it with --data or --database")
    with _told(out), workshop(out) as folder:
        copied = folder / DATABASE
        snapshot.copy(store, copied)
        snapshot.check(copied)
        sources = {DATABASE: copied, **_configuration(copied, folder), **_archive(archive, folder)}
        manifest = _manifest(copied, sources, at, archive)
        packed = folder / "packed"
        pack(packed, manifest, sources, at / 1000)
        if verify(packed) != manifest:
            raise BackupError(
                "what was written is not what was meant; the disk or the memory may be faulty"
            )
        put(packed, out, overwrite=overwrite)
    return manifest


def _manifest(
    copied: Path, sources: Mapping[str, Path], at: Instant, archive: ArchiveFolder | None
) -> Manifest:
    newest, configured = snapshot.newest_result(copied), snapshot.configuration(copied)
    return Manifest(
        outscope=outscope_version(),
        taken_at=rfc3339(at),
        newest_result=None if newest is None else rfc3339(newest),
        configuration_version=configured[0] if configured else 0,
        migrations=snapshot.applied_migrations(copied),
        rows=snapshot.row_counts(copied),
        files=tuple(described(name, path) for name, path in sources.items()),
        archive=archive.told if archive else None,
        archive_files=len(archive.files()) if archive else 0,
    )


def _configuration(copied: Path, folder: Path) -> Mapping[str, Path]:
    """The configuration in force once more, as a document that can be read without restoring
    anything.
    """
    found = snapshot.configuration(copied)
    if found is None:
        return {}
    path = folder / CONFIGURATION
    path.write_text(found[1], encoding="utf-8")
    return {CONFIGURATION: path}


def _archive(archive: ArchiveFolder | None, folder: Path) -> Mapping[str, Path]:
    if archive is None or not archive.included:
        return {}
    if archive.folder is None:
        raise BackupError(
            f"the archive {archive.told} is no folder of this machine; leave --with-archive out"
        )
    return archive.held(folder)


def outscope_version() -> str:
    """The version of this installation."""
    try:
        return version("outscope")
    except PackageNotFoundError:
        return "unknown"


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise BackupError(f"no backup was made: {error}") from error
    except sqlite3.Error as error:
        raise BackupError(
            f"no backup was made: {error}; is there room for a copy of the store beside {out}?"
        ) from error
    except FileExistsError:
        raise BackupError(f"no backup was made: there is a file {out} by now") from None
    except OSError as error:
        raise BackupError(
            f"no backup was made: {error.filename or out}: {error.strerror or error}"
        ) from error
