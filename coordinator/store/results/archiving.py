"""What the archive asks of the store: which days lie beyond the hot window, their rows, and that
they may go.
"""

from collections.abc import AsyncGenerator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import asyncpg
from tortoise.exceptions import OperationalError

from coordinator.encoding import to_text
from coordinator.store.database import Database, Row
from coordinator.store.results.partitions import DAY_MS, LOCK, day_of, days, name_of
from coordinator.store.results.result_rows import COLUMNS
from coordinator.store.results.results import ResultFilter
from worker.contract.instant import Instant

_SELECT: Final = f"SELECT {COLUMNS} FROM result"
_ON_DAY: Final = (
    f"{_SELECT} WHERE scheduled_at >= ? AND scheduled_at < ? AND (scheduled_at, id) > (?, ?) "
    "ORDER BY scheduled_at, id LIMIT ?"
)
_BETWEEN: Final = (
    "FROM result WHERE scheduled_at >= ? AND scheduled_at <= ? "
    "AND (scheduled_at, id) >= (?, ?) AND (scheduled_at, id) <= (?, ?)"
)
_KEYS_BETWEEN: Final = f"SELECT scheduled_at, id {_BETWEEN}"
_DELETE_BETWEEN: Final = f"DELETE {_BETWEEN}"
_TAKE_BETWEEN: Final = (
    f"WITH taken AS (DELETE {_BETWEEN} RETURNING scheduled_at, id) SELECT "
    "scheduled_at, id FROM taken"
)
_DELETE_ARRAYS: Final = (
    "DELETE FROM result USING unnest(?::bigint[], ?::text[]) AS gone(at, id) "
    "WHERE result.scheduled_at = gone.at AND result.id = gone.id RETURNING 1"
)
_DELETE_TOLD: Final = (
    "DELETE FROM result WHERE (scheduled_at, id) IN "
    "(SELECT value ->> 0, value ->> 1 FROM json_each(?)) RETURNING 1 AS one"
)
CHUNK: Final = 5_000
"""Rows that are read or deleted at once: the write lock of SQLite is held for some tens of
milliseconds.
"""

Key = tuple[Instant, str]


class _OthersError(Exception):
    """Among the rows to delete are some that must stay."""


class Archiving:
    """Every query about results that move to the archive, and about hot results in the columns of
    exports.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days_before(self, end: Instant) -> list[int]:
        """The days (since 1970) before a moment on which a result in the store was due, oldest
        first.
        """
        found: list[int] = []
        since: Instant = -(2**62)
        while (first := await self._first(since, end)) is not None:
            found.append(first // DAY_MS)
            since = (found[-1] + 1) * DAY_MS
        return found

    async def _first(self, since: Instant, until: Instant) -> Instant | None:
        sql = (
            "SELECT min(scheduled_at) AS first FROM result WHERE scheduled_at >= ? AND"
            " scheduled_at < ?"
        )
        first: Instant | None = (await self._database.fetch(sql, since, until))[0]["first"]
        return first

    async def waiting_for_rollup(self, end: Instant) -> set[int]:
        """The days before a moment of which a minute is still to be rolled up."""
        sql = (
            f"SELECT DISTINCT at / {DAY_MS} AS day FROM rollup_due WHERE level = 'minute' "
            "AND at < ?"
        )
        return {row["day"] for row in await self._database.fetch(sql, end)}

    async def due_on(
        self, day: int, after: Key | None = None, size: int = CHUNK
    ) -> Sequence[Sequence[Any]]:
        """The rows of a day behind a position, by when they were due, then id; values in column
        order.
        """
        since, until = after or (day * DAY_MS, ""), (day + 1) * DAY_MS
        return await self._database.rows(_ON_DAY, since[0], until, *since, size)

    async def received(
        self, wanted: ResultFilter, after: Key, size: int = CHUNK
    ) -> AsyncGenerator[list[Row], None]:
        """Every row wanted that was received behind a position, in that order, as the table holds
        them.
        """
        conditions, values = wanted.conditions()
        where = " AND ".join([*conditions, "(received_at, id) > (?, ?)"])
        sql = f"{_SELECT} WHERE {where} ORDER BY received_at, id LIMIT ?"
        while rows := await self._database.fetch(sql, *values, *after, size):
            yield rows
            after = rows[-1]["received_at"], rows[-1]["id"]

    async def delete_between(self, first: Key, last: Key, archived: AbstractSet[Key]) -> int:
        """Delete the results from one position to another that are archived; how many there were.

        They go as one range, which costs a small part of finding each. When that took any that is
        not archived, such as one that came late, it is undone, and they are deleted one by one.
        """
        try:
            async with self._database.transaction() as transaction:
                found = await _taken(transaction, first, last)
                _only(found, archived)
        except _OthersError:
            return await self._delete([key for key in archived if first <= key <= last])
        return len(found)

    async def _delete(self, keys: Sequence[Key]) -> int:
        deleted = 0
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            if self._database.is_sqlite:
                deleted += len(await self._database.fetch(_DELETE_TOLD, to_text(chunk)))
            else:
                columns = [list(column) for column in zip(*chunk, strict=True)]
                deleted += len(await self._database.fetch(_DELETE_ARRAYS, *columns))
        return deleted

    async def drop_empty(self, end: Instant) -> list[int]:
        """Drop the partitions of days before a moment that are empty (PostgreSQL); which ones.

        One that somebody uses stays, and is dropped another time.
        """
        if self._database.is_sqlite:
            return []
        before = [day for day in await days(self._database, "result") if day < day_of(end)]
        return [day for day in before if await self._drop_empty(name_of("result", day))]

    async def _drop_empty(self, name: str) -> bool:
        if await self._database.fetch(f"SELECT 1 FROM {name} LIMIT 1"):
            return False
        try:
            async with self._database.transaction() as transaction:
                # a vacuum of what was deleted gives way after a second
                await _wait_at_most(transaction, "2s")
                await transaction.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
                if not (
                    await transaction.fetch("SELECT to_regclass(?) IS NOT NULL AS there", name)
                )[0]["there"]:
                    return False
                await transaction.fetch(f"LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE")
                if await transaction.fetch(f"SELECT 1 FROM {name} LIMIT 1"):
                    return False
                await _wait_at_most(transaction, "500ms")  # those who use other days wait behind us
                await transaction.fetch("LOCK TABLE ONLY result IN ACCESS EXCLUSIVE MODE")
                await transaction.fetch(f"DROP TABLE {name}")
        except (OperationalError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            return False
        return True

    async def generation(self) -> Any:
        """Changes whenever results moved to the archive; told before they leave the store."""
        rows = await self._database.fetch(
            "SELECT document FROM standing WHERE kind = 'archive' AND subject = 'moved'"
        )
        return rows[0]["document"] if rows else None


async def _wait_at_most(transaction: Database, how_long: str) -> None:
    """For each lock, until the end of the transaction."""
    await transaction.fetch("SELECT set_config('lock_timeout', ?, true)", how_long)


async def _taken(transaction: Database, first: Key, last: Key) -> set[Key]:
    """The keys of what the transaction deleted between two positions, including them.

    SQLite lets nobody write between two statements of a transaction, and is faster without
    RETURNING.
    """
    values = (first[0], last[0], *first, *last)
    if not transaction.is_sqlite:
        return {
            (at, identifier) for at, identifier in await transaction.rows(_TAKE_BETWEEN, *values)
        }
    found = {(at, identifier) for at, identifier in await transaction.rows(_KEYS_BETWEEN, *values)}
    await transaction.fetch(_DELETE_BETWEEN, *values)
    return found


def _only(found: AbstractSet[Key], archived: AbstractSet[Key]) -> None:
    if not found <= archived:
        raise _OthersError
