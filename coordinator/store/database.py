"""One database, SQLite or PostgreSQL, and the few ways in which the queries of this package speak
to it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from asyncpg import InterfaceError, PostgresError
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.client import TransactionWrapper as PostgresTransaction
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.exceptions import BaseORMException, ConfigurationError

from coordinator.store.postgres import ENGINE, PORT, leave_if_read_only
from worker.contract.settings.address import AddressError, address, echoed, hosts_of, one_host

APP: Final = "store"
POSTGRES_SCHEMES: Final = ("postgres", "postgresql", "asyncpg")

POSTGRES_NOW_MS: Final = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_SQLITE_NOW_MS: Final = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

_SOON_S: Final = 5.0
CONNECT_S: Final = 15.0
"""Who has not answered by then is no PostgreSQL server."""
_NOT_TO_BE_HAD: Final = (OSError, PostgresError, InterfaceError)
_MODELS: Final = (
    "models",
    "joining_tables",
    "event_tables",
    "notice_tables",
    "access_tables",
    "vendor_tables",
    "circumstance_tables",
    "look_tables",
    "subscriber_tables",
)
_SMALLEST: Final = "subscriber_tables"

Row = dict[str, Any]


class StoreError(Exception):
    """The database cannot be used; the sentence says why and what to do."""


class FencedError(Exception):
    """This process was silent for so long that others went on without it; what it would store is
    not stored.
    """


BeforeCommit = Callable[["Database"], Awaitable[None]]
"""Asked as the last thing of each transaction; what it raises undoes that."""


class Database:
    """A connection (pool), or one transaction of it. SQL is written once, with `?` for values, for
    both dialects.
    """

    def __init__(self, client: BaseDBAsyncClient) -> None:
        self.client = client
        self.is_sqlite = isinstance(client, SqliteClient)
        self.now_ms = _SQLITE_NOW_MS if self.is_sqlite else POSTGRES_NOW_MS
        """The database's own clock in whole milliseconds, as an expression of SQL."""
        self.before_commit: BeforeCommit | None = None
        """With it `many` is a transaction too; only a lone `fetch` is not asked about."""

    async def fetch(self, sql: str, *values: Any) -> list[Row]:
        """The rows that a query (or a statement with RETURNING) answers."""
        async with self._writable():
            return await self.client.execute_query_dict(self._dialect(sql), list(values))

    async def rows(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        """The rows that a query answers as values in the order of its columns: for many, at a third
        of the cost.
        """
        found: tuple[int, Any] = await self.client.execute_query(self._dialect(sql), list(values))
        # not dictionaries, whatever it is said to answer
        return cast("Sequence[Sequence[Any]]", found[1])

    async def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for every row."""
        batch: list[Any] = list(rows)
        if batch and self.before_commit is not None:
            async with self.transaction() as transaction:
                await transaction.many(sql, batch)
        elif batch:
            await self.client.execute_many(self._dialect(sql), batch)

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """All rows into a table of PostgreSQL by COPY, several times as fast as INSERT, or none of
        them.
        """
        async with self.client.acquire_connection() as connection:
            await connection.copy_records_to_table(table, records=rows, columns=columns)

    async def connect_by(self, told: Mapping[str, Any]) -> None:
        """As of `Store.connect_by`."""
        pool = getattr(self.client, "_pool", None)
        if pool is not None:
            pool.set_connect_args(**told)
            await pool.expire_connections()
            await _make_anew(pool)

    def _dialect(self, sql: str) -> str:
        return sql if self.is_sqlite else numbered(sql)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Database"]:
        """One transaction: everything said to the yielded database is committed together, or not at
        all.

        On SQLite it takes the write lock at once: a transaction that first reads and then writes
        would fail, instead of waiting, when another process wrote in between.
        """
        async with self._writable(), self.client.acquire_connection() as connection:
            if self.is_sqlite:
                await connection.execute("BEGIN IMMEDIATE")
                try:
                    async with self._checked(_sqlite_transaction(self.client, connection)) as it:
                        yield it
                except BaseException:
                    await connection.rollback()
                    raise
                await connection.commit()
            else:
                client = _postgres_transaction(self.client, connection)
                async with connection.transaction(), self._checked(client) as it:
                    yield it

    @asynccontextmanager
    async def _writable(self) -> AsyncIterator[None]:
        """See to it that the next connection leads to where can be written."""
        try:
            yield
        except (PostgresError, BaseORMException) as error:
            await leave_if_read_only(self.client, error)
            raise

    @asynccontextmanager
    async def _checked(self, client: BaseDBAsyncClient) -> AsyncIterator["Database"]:
        inside = Database(client)
        yield inside
        if self.before_commit is not None:
            await self.before_commit(inside)


async def _make_anew(pool: Any) -> None:
    """Have those made anew that nobody uses; the others are when they come back."""
    held = []
    with suppress(*_NOT_TO_BE_HAD):
        while pool.get_idle_size():
            held.append(await pool.acquire(timeout=_SOON_S))
    for connection in held:
        await pool.release(connection)


def _sqlite_transaction(client: BaseDBAsyncClient, connection: Any) -> BaseDBAsyncClient:
    if not isinstance(client, SqliteClient):
        raise TypeError(f"{client!r} is not a SQLite client")
    wrapper = SqliteTransactionWrapper(client)
    wrapper._connection = connection  # noqa: SLF001  as Tortoise's own transaction context does
    return wrapper


def _postgres_transaction(client: BaseDBAsyncClient, connection: Any) -> BaseDBAsyncClient:
    if not isinstance(client, AsyncpgDBClient):
        raise TypeError(f"{client!r} is not a PostgreSQL client")
    wrapper = PostgresTransaction(client)
    wrapper._connection = connection  # noqa: SLF001  as Tortoise's own transaction context does
    return wrapper


@lru_cache(maxsize=256)
def numbered(sql: str) -> str:
    """The statement with PostgreSQL's `$1, $2, ...` for `?`. No statement of ours has `?` in a
    literal.
    """
    first, *rest = sql.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, start=1))


def connection_name(url: str) -> str:
    """Tortoise caches SQL by connection name, so each dialect has its own."""
    return "postgres" if url.split(":", 1)[0] in POSTGRES_SCHEMES else "sqlite"


def tortoise_config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database URL: `sqlite:///path` or
    `postgresql://user@host/name`.

    StoreError for any other.
    """
    name = connection_name(url)
    return {
        "connections": {name: _postgres(url) if name == "postgres" else _sqlite(sqlite_path(url))},
        "apps": {
            APP: {
                "models": [f"coordinator.store.schema.{name}" for name in _MODELS],
                "migrations": "coordinator.store.schema.migrations",
                "default_connection": name,
            }
        },
    }


def connecting(url: str) -> dict[str, Any]:
    """The same to connect by. No query of ours goes through a model, and Tortoise asks for one, so
    all but the smallest are left out: together they take 4 MB of a process.
    """
    config = tortoise_config(url)
    config["apps"][APP] |= {"models": [f"coordinator.store.schema.{_SMALLEST}"]}
    return config


def sqlite_path(url: str) -> Path:
    """The file that a SQLite URL names; StoreError for any other URL."""
    scheme, separator, path = url.partition("://")
    if scheme != "sqlite" or not separator or not path:
        raise _not_understood(url)
    # two slashes are a root of its own to Path, and nobody means it
    return Path("/" + path.lstrip("/") if path.startswith("//") else path)


def _sqlite(path: Path) -> dict[str, Any]:
    pragmas = {
        "busy_timeout": 15_000,  # first, because changing the journal mode needs the lock too
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "journal_size_limit": 64 * 1024 * 1024,
        "cache_size": -16_000,
    }
    return {
        "engine": "tortoise.backends.sqlite",
        "credentials": {"file_path": str(path), **pragmas},
    }


def checked(url: str) -> str:
    """The database URL itself; StoreError, which repeats no secret of it, when it is none."""
    if connection_name(url) == "sqlite":
        sqlite_path(url)
    else:
        _postgres(url)
    return url


def _postgres(url: str) -> dict[str, Any]:
    try:
        hosts = hosts_of(address(url, POSTGRES_SCHEMES, several=True), PORT)
        plain = one_host(url, *hosts[0])
        expanded: dict[str, Any] = expand_db_url("asyncpg:" + plain.split(":", 1)[1])
    except AddressError as error:
        raise _not_understood(url, f" ({error})") from None
    except (ConfigurationError, ValueError):  # whose words may hold the password
        raise _not_understood(url) from None
    expanded["engine"] = ENGINE
    expanded["credentials"].setdefault("timeout", CONNECT_S)
    if len(hosts) > 1:
        expanded["credentials"] |= {"hosts": hosts}
        expanded["credentials"].setdefault("target_session_attrs", "read-write")
    return expanded


def _not_understood(url: str, why: str = "") -> StoreError:
    return StoreError(
        f"database URL {echoed(url)} is not understood; write sqlite:///path/to/outscope.db or"
        f" postgresql://user:password@host/name{why if '@' in url else ''}"
    )


TORTOISE_ORM: Final = tortoise_config("sqlite://outscope.db")
"""For the `tortoise` command while developing; processes use `open_store(url)`."""
