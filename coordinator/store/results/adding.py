"""New results into the table, in one transaction with the minutes that are now due for rolling
up.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final

import asyncpg
from tortoise.exceptions import IntegrityError

from coordinator.encoding import to_text
from coordinator.store.database import Database
from coordinator.store.results.partitions import add_day, day_of
from coordinator.store.results.result_rows import INSERT, INSERT_ARRAYS, to_row
from coordinator.store.state.writers import alive
from worker.contract.result import FIELDS, Result

MINUTE_MS: Final = 60_000
_STORED: Final = (
    "SELECT result.id FROM json_each(?) AS told CROSS JOIN result "
    "ON result.scheduled_at = told.value ->> 0 AND result.id = told.value ->> 1"
)
_KEY: Final = itemgetter(FIELDS.index("scheduled_at"), FIELDS.index("id"))
_DUE: Final = "INSERT INTO rollup_due (level, at) VALUES ('minute', ?)"


class SqliteAdding:
    """Holds the write lock from the first look to the commit, so nobody adds in between."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, fresh: dict[str, Result], writer: str = "") -> list[Result]:
        """Store those that are new and return them. One process stores: it needs no name."""
        told = to_text([(result.scheduled_at, result.id) for result in fresh.values()])
        async with self._database.transaction() as transaction:
            for row in await transaction.fetch(_STORED, told):
                del fresh[row["id"]]
            await transaction.many(INSERT, map(to_row, fresh.values()))
            await transaction.many(_DUE, _minutes(fresh.values()))
        return list(fresh.values())


class PostgresAdding:
    """Copies a batch, which is all or nothing; one that holds a repeat is inserted row by row
    instead.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: set[int] = set()
        """Those that have a partition."""

    async def add(self, fresh: dict[str, Result], writer: str = "") -> list[Result]:
        """Store those that are new and return them; FencedError when `writer` was taken for dead
        meanwhile.
        """
        rows = list(map(to_row, fresh.values()))
        if writer:
            rows.sort(key=_KEY)  # always in one order: two who add cannot deadlock
        minutes = _minutes(fresh.values())
        try:
            return await self._stored(rows, minutes, fresh, writer)
        except (asyncpg.CheckViolationError, IntegrityError) as error:
            if not _day_is_gone(error):
                raise
            self._days.clear()  # somebody dropped a day that we knew
            return await self._stored(rows, minutes, fresh, writer)

    async def _stored(
        self,
        rows: list[tuple[Any, ...]],
        minutes: list[tuple[int]],
        fresh: dict[str, Result],
        writer: str,
    ) -> list[Result]:
        days = {day_of(at) for (at,) in minutes}
        if not days <= self._days:
            await self._add_days(days - self._days)
        try:
            async with self._database.transaction() as transaction:
                if writer:
                    await alive(transaction, writer)
                await transaction.copy("result", FIELDS, rows)
                await transaction.many(_DUE, minutes)
            return list(fresh.values())
        except asyncpg.UniqueViolationError:
            return await self._new_of(rows, fresh, writer)

    async def _new_of(
        self, rows: list[tuple[Any, ...]], fresh: dict[str, Result], writer: str
    ) -> list[Result]:
        columns = [list(column) for column in zip(*rows, strict=True)]
        async with self._database.transaction() as transaction:
            if writer:
                await alive(transaction, writer)
            ids = {row["id"] for row in await transaction.fetch(INSERT_ARRAYS, *columns)}
            new = [result for result in fresh.values() if result.id in ids]
            await transaction.many(_DUE, _minutes(new))
        return new

    async def _add_days(self, days: set[int]) -> None:
        for day in sorted(days):
            async with self._database.transaction() as transaction:
                await add_day(transaction, "result", day)
            self._days.add(day)


def _day_is_gone(error: Exception) -> bool:
    return isinstance(
        error.__cause__ if isinstance(error, IntegrityError) else error, asyncpg.CheckViolationError
    )


def _minutes(results: Iterable[Result]) -> list[tuple[int]]:
    minutes = {result.scheduled_at // MINUTE_MS for result in results}
    return [(minute * MINUTE_MS,) for minute in sorted(minutes)]
