"""Forgetting what is too old: whole days at once on PostgreSQL, small steps on SQLite, nobody held
up by either.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from coordinator.domain.rollups.level import Level
from coordinator.store.database import Database
from coordinator.store.results.partitions import DAY_MS, days, drop_day
from worker.contract.instant import Instant

Table: TypeAlias = Literal["result", "rollup_minute", "rollup_hour", "rollup_day"]
_LEVELS: Final[Mapping[str, Level]] = {
    "rollup_minute": "minute",
    "rollup_hour": "hour",
    "rollup_day": "day",
}
_COLUMNS: Final = {"result": "scheduled_at"}
STEP: Final = 2_000
"""Rows that are deleted at once: the lock is held for a few hundredths of a second."""
PAUSE_S: Final = 0.02
PATIENCE_S: Final = 60.0
"""So long we wait for whoever reads a day that is to be dropped; then it is dropped another
time.
"""


class Retention:
    """Every query that forgets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def results(self, before: Instant) -> int:
        """Forget results that were due before a moment; how many days were dropped, or rows
        deleted.

        On PostgreSQL a day goes as a whole, when all of it lies before that moment.
        """
        return await self._old("result", "scheduled_at", before)

    async def rollups(self, level: Level, before: Instant) -> int:
        """Forget buckets of a level that began before a moment; as `results`."""
        if level == "hour":
            await self._delete("rollup_gone", "at", before)
        return await self._old(f"rollup_{level}", "at", before)

    async def all_of(self, table: Table, before: Instant) -> int:
        """Forget what is older than a moment, of results or of a level of rollups; as `results`."""
        if table == "result":
            return await self.results(before)
        level: Level = _LEVELS[table]
        return await self.rollups(level, before)

    async def services(
        self,
        table: Table,
        span: tuple[Instant, Instant],
        services: Sequence[str],
        *,
        others: bool = False,
    ) -> int:
        """Forget what of these services (or of all but these) lies in a span; how many rows."""
        among = "NOT IN" if others else "IN"
        marks = ", ".join("?" * len(services)) or "''"
        column = _COLUMNS.get(table, "at")
        # a row of PostgreSQL is known by its place within its partition
        row = "rowid" if self._database.is_sqlite else "(tableoid, ctid)"
        place = row.strip("()")
        sql = (
            f"DELETE FROM {table} WHERE {row} IN (SELECT {place} FROM {table}"
            f" WHERE {column} >= ? AND {column} < ? AND service {among} ({marks}) LIMIT {STEP})"
            f" RETURNING {column}"
        )
        return await self._in_steps(sql, *span, *services)

    async def dead_letters(self, before: Instant) -> int:
        """Forget messages set aside that did not come again since a moment; how many."""
        return await self._delete("set_aside", "last_at", before)

    async def events(self, before: Instant) -> int:
        """Forget what happened before a moment; how many events."""
        return await self._delete("event", "at", before)

    async def notices(self, before: Instant) -> int:
        """Forget messages that were made before a moment, and threads that began before it and are
        over; how many.
        """
        sql = "DELETE FROM notice_thread WHERE ended = ? AND began_at < ? RETURNING id"
        threads = await self._database.fetch(sql, True, before)
        return len(threads) + await self._delete("notice", "at", before)

    async def _old(self, table: str, column: str, before: Instant) -> int:
        if self._database.is_sqlite or table not in ("result", "rollup_minute"):
            return await self._delete(table, column, before)
        gone = [day for day in await days(self._database, table) if (day + 1) * DAY_MS <= before]
        for day in gone:
            async with asyncio.timeout(PATIENCE_S):
                await drop_day(self._database, table, day)
        return len(gone)

    async def _delete(self, table: str, column: str, before: Instant) -> int:
        row = "rowid" if self._database.is_sqlite else "ctid"
        sql = (
            f"DELETE FROM {table} WHERE {row} IN (SELECT {row} FROM {table} WHERE {column} < ? "
            f"LIMIT {STEP}) "
            f"RETURNING {column}"
        )
        return await self._in_steps(sql, before)

    async def _in_steps(self, sql: str, *values: Any) -> int:
        gone = 0
        while found := len(await self._database.fetch(sql, *values)):
            gone += found
            await asyncio.sleep(PAUSE_S)
        return gone
