"""Looking into a store without changing anything: no migration, no file that was not there, no lock
for long.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

import asyncpg

from coordinator.encoding import from_text
from coordinator.store.database import (
    APP,
    Row,
    StoreError,
    connection_name,
    numbered,
    sqlite_path,
    tortoise_config,
)
from coordinator.store.postgres import places
from coordinator.store.snapshot import MIGRATIONS_TABLE

PATIENCE_S: Final = 10.0
_QUERY_S: Final = 60.0
_CREDENTIALS: Final = ("host", "port", "user", "password", "database", "ssl")
_UNUSABLE: Final = (
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)

Fetch = Callable[..., Coroutine[Any, Any, list[Row]]]

# Each check once, by skipping from one to the next in the index: DISTINCT would read every entry of
# it.
_CHECKS: Final = (
    'WITH RECURSIVE seen(name) AS (SELECT min("check") FROM result UNION ALL SELECT (SELECT'
    ' min("check") FROM result WHERE "check" > seen.name) FROM seen WHERE seen.name IS NOT NULL)'
    " SELECT name FROM seen WHERE name IS NOT NULL"
)


class Inspection:
    """What a store tells of itself. StoreError when a query cannot be answered."""

    def __init__(self, fetch: Fetch, is_sqlite: bool) -> None:
        self._fetch = fetch
        self.is_sqlite = is_sqlite

    async def server(self) -> str:
        """The version of the database."""
        sql = "SELECT sqlite_version() AS told" if self.is_sqlite else "SHOW server_version"
        (row,) = await self._fetch(sql)
        return f"{'SQLite' if self.is_sqlite else 'PostgreSQL'} {next(iter(row.values()))}"

    async def size(self) -> int:
        """How many bytes it takes."""
        sql = (
            "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
            if self.is_sqlite
            else "SELECT pg_database_size(current_database()) AS bytes"
        )
        return int((await self._fetch(sql))[0]["bytes"])

    async def now_ms(self) -> int | None:
        """What time it is for the database's server; None for SQLite, which has none."""
        if self.is_sqlite:
            return None
        sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at"
        return int((await self._fetch(sql))[0]["at"])

    async def migrations(self) -> list[str]:
        """The migrations that were applied; none of a database that nobody has used yet."""
        try:
            rows = await self._fetch(
                f"SELECT name FROM {MIGRATIONS_TABLE} WHERE app = ? ORDER BY id", APP
            )
        except StoreError as error:
            if isinstance(error.__cause__, (sqlite3.OperationalError, asyncpg.UndefinedTableError)):
                return []
            raise
        return [row["name"] for row in rows]

    async def damage(self) -> str:
        """What is damaged in a SQLite file, empty when nothing is; reads all of it."""
        try:
            rows = await self._fetch("PRAGMA quick_check(3)")
        except StoreError as error:  # too damaged even for that
            return str(error)
        told = [str(next(iter(row.values()))) for row in rows]
        return "" if told == ["ok"] else "; ".join(told)

    async def configurations(self) -> AsyncIterator[dict[str, Any]]:
        """Every configuration that was ever applied, the newest first, one in memory at a time."""
        versions = await self._fetch("SELECT version FROM configuration ORDER BY version DESC")
        for found in versions:
            rows = await self._fetch(
                "SELECT document FROM configuration WHERE version = ?", found["version"]
            )
            for row in rows:
                yield from_text(row["document"])

    async def checks_of_results(self) -> list[str]:
        """The checks that results are of."""
        return [row["name"] for row in await self._fetch(_CHECKS)]

    async def lines_without_incident(self) -> int:
        """Lines of timelines whose incident is not there."""
        sql = (
            "SELECT count(*) AS number FROM timeline t "
            "WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = t.incident)"
        )
        return int((await self._fetch(sql))[0]["number"])

    async def subjects(self, kind: str) -> dict[str, tuple[int, dict[str, Any]]]:
        """What stands of a kind: when it was written, and the document, by subject."""
        rows = await self._fetch(
            "SELECT subject, at, document FROM standing WHERE kind = ? ORDER BY subject", kind
        )
        return {row["subject"]: (row["at"], from_text(row["document"])) for row in rows}

    async def workers(self) -> list[Row]:
        """Every worker ever heard: region, worker, last_heard_at, ip_country, and vitals as a
        document or None.
        """
        rows = await self._fetch(
            "SELECT region, worker, last_heard_at, ip_country, vitals FROM worker"
            " ORDER BY region, worker"
        )
        return [
            {**row, "vitals": from_text(row["vitals"]) if row["vitals"] else None} for row in rows
        ]

    async def newest_result(self) -> int | None:
        """When the last result was stored."""
        rows = await self._fetch("SELECT max(received_at) AS at FROM result")
        newest: int | None = rows[0]["at"]
        return newest

    async def dead_letters(self) -> tuple[int, int | None]:
        """How many messages were set aside, and when the last of them came."""
        (row,) = await self._fetch("SELECT count(*) AS number, max(last_at) AS at FROM set_aside")
        return row["number"], row["at"]


@asynccontextmanager
async def inspect(url: str) -> AsyncIterator[Inspection]:
    """Look into the store behind a database URL; StoreError when it cannot be read, or a SQLite
    file is not there.
    """
    try:
        if connection_name(url) == "sqlite":
            with closing(_read_only(sqlite_path(url))) as database:
                yield Inspection(_from_sqlite(database), is_sqlite=True)
        else:
            connection = await asyncpg.connect(
                **_postgres(url), timeout=PATIENCE_S, command_timeout=_QUERY_S
            )
            try:
                yield Inspection(_from_postgres(connection), is_sqlite=False)
            finally:
                await connection.close(timeout=PATIENCE_S)
    except _UNUSABLE as error:
        raise StoreError(f"it cannot be read: {error or type(error).__name__}") from error


def _read_only(path: Path) -> sqlite3.Connection:
    """Nobody has the file open who left no log beside it; then it is read as it is, and no log is
    made.
    """
    if not path.is_file():
        raise StoreError(f"there is no file {path}")
    alone = not path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    database = sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, isolation_level=None)
    database.row_factory = sqlite3.Row
    return database


def _from_sqlite(database: sqlite3.Connection) -> Fetch:
    async def fetch(sql: str, *values: Any) -> list[Row]:
        try:
            return [dict(row) for row in database.execute(sql, values)]
        except sqlite3.Error as error:
            raise StoreError(f"it cannot be read: {error}") from error

    return fetch


def _from_postgres(connection: Any) -> Fetch:
    async def fetch(sql: str, *values: Any) -> list[Row]:
        try:
            return [dict(row) for row in await connection.fetch(numbered(sql), *values)]
        except _UNUSABLE as error:
            raise StoreError(f"it cannot be read: {error or type(error).__name__}") from error

    return fetch


def _postgres(url: str) -> dict[str, Any]:
    told = tortoise_config(url)["connections"]["postgres"]["credentials"]
    given = {name: told[name] for name in _CREDENTIALS if told.get(name) is not None}
    if "hosts" in told:
        given["host"], given["port"] = places(told["hosts"])
    return {
        **given,
        "server_settings": {
            "default_transaction_read_only": "on",
            "application_name": "outscope doctor",
        },
    }
