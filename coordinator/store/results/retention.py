"""Forgetting what is too old: whole days at once on PostgreSQL, small steps on SQLite, nobody held
up by either.
"""

import asyncio
from typing import Final

from coordinator.domain.rollups.level import Level
from coordinator.store.database import Database
from coordinator.store.results.partitions import DAY_MS, days, drop_day
from worker.contract.instant import Instant

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

    async def dead_letters(self, before: Instant) -> int:
        """Forget messages set aside that did not come again since a moment; how many."""
        return await self._delete("set_aside", "last_at", before)

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
        gone = 0
        while found := len(await self._database.fetch(sql, before)):
            gone += found
            await asyncio.sleep(PAUSE_S)
        return gone
