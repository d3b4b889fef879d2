"""A SQLite store as a file: copied while others write, checked, and made ready to be put somewhere
else.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from coordinator.store.database import APP, StoreError
from coordinator.store.schema import migrations

_PATIENCE_S: Final = 15.0
_LOOK_S: Final = 1.0
_MAGIC: Final = b"SQLite format 3\0"
MIGRATIONS_TABLE: Final = "tortoise_migrations"


def copy(source: Path, target: Path) -> None:
    """The store as it is at one moment, into a new file. Others go on writing; sqlite3.Error when
    it cannot be done.

    One step copies all pages inside one read transaction: in steps, each write of another process
    would begin the copy anew, and it would never end beside a busy coordinator.
    """
    with _opened(source, "rw") as live, _opened(target, "rwc") as made:
        made.execute("PRAGMA synchronous=OFF")
        live.backup(made, pages=-1)
        made.execute("PRAGMA journal_mode=DELETE")  # a single file, whose journal is of nobody else


def check(path: Path) -> None:
    """StoreError when the file is damaged or no database."""
    try:
        with _opened(path, "ro") as database:
            told = [row[0] for row in database.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        raise StoreError(f"the database is damaged: {error}") from error
    if told != ["ok"]:
        raise StoreError(f"the database is damaged: {'; '.join(told)}")


def row_counts(path: Path) -> dict[str, int]:
    """How many rows each table has."""
    with _opened(path, "ro") as database:
        found = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        names = sorted(row[0] for row in found.fetchall())
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names
        }


def newest_result(path: Path) -> int | None:
    """When the last result was received; None without any."""
    with _opened(path, "ro") as database:
        at: int | None = database.execute("SELECT max(received_at) FROM result").fetchone()[0]
        return at


def configuration(path: Path) -> tuple[int, str] | None:
    """The version and the document of the configuration in force; None before the first."""
    with _opened(path, "ro") as database:
        found = database.execute(
            "SELECT version, document FROM configuration ORDER BY version DESC LIMIT 1"
        ).fetchone()
        return None if found is None else (found[0], found[1])


def applied_migrations(path: Path) -> tuple[str, ...]:
    """The names of the migrations that were applied, in order."""
    with _opened(path, "ro") as database:
        rows = database.execute(
            f"SELECT name FROM {MIGRATIONS_TABLE} WHERE app = ? ORDER BY id", (APP,)
        )
        return tuple(row[0] for row in rows)


def known_migrations() -> tuple[str, ...]:
    """The names of the migrations that this version of Outscope knows, in order."""
    return tuple(
        sorted(
            module.name for module in iter_modules(migrations.__path__) if module.name[:1].isdigit()
        )
    )


def is_database(path: Path) -> bool:
    """Whether a file is a SQLite database at all. To open another one costs the log beside it, if
    it has one.
    """
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def is_empty(counts: Mapping[str, int]) -> bool:
    """Whether a store with these row counts holds nothing that anybody would miss."""
    return not any(
        counts.get(table, 0) for table in ("configuration", "result", "incident", "verdict")
    )


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether no other process has the store open; while the block runs, none can use it then.

    To leave the write-ahead log, a connection must be the only one. What the log holds is then in
    the file.
    """
    with closing(sqlite3.connect(path, timeout=_LOOK_S, isolation_level=None)) as database:
        try:
            database.execute("PRAGMA journal_mode=DELETE")
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            # the lower byte of a more precise code
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            yield False
            return
        yield True


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(
        sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S, isolation_level=None)
    ) as database:
        yield database
