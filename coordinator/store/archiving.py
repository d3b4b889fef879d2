"""What the archive asks of the store: which days lie beyond the hot window, their rows, and that they may go."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from tortoise.exceptions import OperationalError

from coordinator.store.database import Database, Row
from coordinator.store.encoding import to_text
from coordinator.store.partitions import DAY_MS, LOCK, name_of
from coordinator.store.result_rows import COLUMNS
from coordinator.store.results import ResultFilter
from worker.contract.instant import Instant

_SELECT: Final = f"SELECT {COLUMNS} FROM result"  # noqa: S608
_DELETE_ARRAYS: Final = (
    "DELETE FROM result USING unnest(?::bigint[], ?::text[]) AS gone(at, id) "
    "WHERE result.scheduled_at = gone.at AND result.id = gone.id RETURNING 1"
)
_DELETE_TOLD: Final = (
    "DELETE FROM result WHERE (scheduled_at, id) IN "
    "(SELECT value ->> 0, value ->> 1 FROM json_each(?)) RETURNING 1 AS one"
)
CHUNK: Final = 5_000
"""Rows that are read or deleted at once: the write lock of SQLite is held for some tens of milliseconds."""

Key = tuple[Instant, str]


class Archiving:
    """Every query about results that move to the archive, and about hot results in the columns of exports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days_before(self, end: Instant) -> list[tuple[int, str, int]]:
        """(day, service, rows) of all results due before a moment, oldest first."""
        sql = (
            f"SELECT scheduled_at / {DAY_MS} AS day, service, count(*) AS number FROM result "  # noqa: S608
            "WHERE scheduled_at < ? GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [(row["day"], row["service"], row["number"]) for row in await self._database.fetch(sql, end)]

    async def waiting_for_rollup(self, end: Instant) -> set[int]:
        """The days before a moment of which a minute is still to be rolled up."""
        sql = f"SELECT DISTINCT at / {DAY_MS} AS day FROM rollup_due WHERE level = 'minute' AND at < ?"  # noqa: S608
        return {row["day"] for row in await self._database.fetch(sql, end)}

    async def due_between(self, service: str, since: Instant, until: Instant) -> list[Row]:
        """The rows of a service that were due in [since, until), by check and time."""
        sql = (
            f'{_SELECT} WHERE scheduled_at >= ? AND scheduled_at < ? AND service = ? ORDER BY "check", scheduled_at, id'
        )
        return await self._database.fetch(sql, since, until, service)

    async def received(self, wanted: ResultFilter, after: Key, size: int = CHUNK) -> AsyncGenerator[list[Row], None]:
        """Every row wanted that was received behind a position, in that order, as the table holds them."""
        conditions, values = wanted.conditions()
        where = " AND ".join([*conditions, "(received_at, id) > (?, ?)"])
        sql = f"{_SELECT} WHERE {where} ORDER BY received_at, id LIMIT ?"
        while rows := await self._database.fetch(sql, *values, *after, size):
            yield rows
            after = rows[-1]["received_at"], rows[-1]["id"]

    async def delete(self, keys: Sequence[Key]) -> int:
        """Delete these results, a chunk a transaction; how many were there. Those that are gone do no harm."""
        deleted = 0
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            if self._database.is_sqlite:
                found = await self._database.fetch(_DELETE_TOLD, to_text(chunk))
            else:
                found = await self._database.fetch(
                    _DELETE_ARRAYS, *(list(column) for column in zip(*chunk, strict=True))
                )
            deleted += len(found)
        return deleted

    async def drop_empty(self, day: int) -> bool:
        """Drop the partition of a day that is empty (PostgreSQL); False when it is not, or somebody uses it."""
        if self._database.is_sqlite:
            return False
        name = name_of("result", day)
        try:
            async with self._database.transaction() as transaction:
                await transaction.fetch("SELECT set_config('lock_timeout', '500ms', true)")
                await transaction.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
                if not (await transaction.fetch("SELECT to_regclass(?) IS NOT NULL AS there", name))[0]["there"]:
                    return False
                await transaction.fetch(f"LOCK TABLE result, {name} IN ACCESS EXCLUSIVE MODE")
                if await transaction.fetch(f"SELECT 1 FROM {name} LIMIT 1"):  # noqa: S608
                    return False
                await transaction.fetch(f"DROP TABLE {name}")
        except OperationalError:
            return False
        return True

    async def generation(self) -> Any:
        """Changes whenever results moved to the archive; told before they leave the store."""
        rows = await self._database.fetch("SELECT document FROM standing WHERE kind = 'archive' AND subject = 'moved'")
        return rows[0]["document"] if rows else None
