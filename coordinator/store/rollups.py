"""Rollups: results folded into minutes, hours and days for each (check, region); hours and days also for wholes.

A bucket that got results is noted as due in their transaction. It is then made anew from all that lies in it, so late
results are counted, and none twice, however often and wherever that is interrupted.
"""

from asyncio import to_thread
from collections.abc import Sequence
from typing import Any, Final, Literal

from coordinator.store.database import Database, Row
from coordinator.store.partitions import DAY_MS, add_day, day_of
from coordinator.store.rollup_fold import from_results, from_rollups
from worker.contract.instant import Instant

Level = Literal["minute", "hour", "day"]
LENGTH_MS: Final[dict[Level, int]] = {"minute": 60_000, "hour": 3_600_000, "day": DAY_MS}
ABOVE: Final[dict[Level, Level]] = {"minute": "hour", "hour": "day"}
BELOW: Final[dict[Level, Level]] = {"hour": "minute", "day": "hour"}

_COLUMNS: Final = 'at, "check", region, service, component, looks, good, bad, reasons, sketch'
_RESULTS: Final = (
    'SELECT "check", region, service, component, ok, reason, blame, dns_ms, connect_ms, tls_ms, ttfb_ms, total_ms '
    "FROM result WHERE scheduled_at >= ? AND scheduled_at < ?"
)


class Rollups:
    """Every query about rollups."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: set[int] = set()

    async def due(self, level: Level, ended_by: Instant, limit: int = 100) -> list[Instant]:
        """The buckets of a level that got results since they were last made and ended by a moment, oldest first."""
        sql = "SELECT DISTINCT at FROM rollup_due WHERE level = ? AND at <= ? ORDER BY at LIMIT ?"
        return [row["at"] for row in await self._database.fetch(sql, level, ended_by - LENGTH_MS[level], limit)]

    async def make(self, level: Level, at: Instant) -> int:
        """Make a bucket anew, and note the one above as due; how many rows it has.

        What is noted while this goes on is not forgotten: the bucket is due once more.
        """
        noted = await self._database.fetch("SELECT id FROM rollup_due WHERE level = ? AND at = ?", level, at)
        rows = await self._folded(level, at)
        await self._make_room(level, at)
        async with self._database.transaction() as transaction:
            await transaction.many(_put(level), rows)
            if level in ABOVE:
                above = ABOVE[level]
                first = at // LENGTH_MS[above] * LENGTH_MS[above]
                await transaction.many("INSERT INTO rollup_due (level, at) VALUES (?, ?)", [(above, first)])
            await transaction.many("DELETE FROM rollup_due WHERE id = ?", ((row["id"],) for row in noted))
        return len(rows)

    async def between(
        self,
        level: Level,
        service: str,
        since: Instant,
        until: Instant,
        *,
        component: str | None = None,
        check: str | None = None,
        region: str | None = None,
    ) -> list[Row]:
        """The rows of a service in [since, until), in order of time, that together are what is asked for."""
        sql = f"SELECT {_COLUMNS} FROM rollup_{level} WHERE service = ? AND at >= ? AND at < ?"  # noqa: S608
        given = {"component": component, "check": check, "region": region}
        if level in BELOW and (component, check, region).count(None) >= 2:  # there is a row for the whole of it
            given = {name: value or "" for name, value in given.items()}
            if check is not None:
                del given["component"]
        else:
            sql += " AND \"check\" <> '' AND region <> ''"
        wanted = {name: value for name, value in given.items() if value is not None}
        sql += "".join(f' AND "{name}" = ?' for name in wanted)
        return await self._database.fetch(f"{sql} ORDER BY at", service, since, until, *wanted.values())

    async def _folded(self, level: Level, at: Instant) -> Sequence[tuple[Any, ...]]:
        if level == "minute":
            found = await self._database.fetch(_RESULTS, at, at + LENGTH_MS[level])
            return await to_thread(from_results, at, found)
        rows: list[tuple[Any, ...]] = []
        for service in await self._services(level, at):  # one at a time: a day of all of them may be large
            rows += await to_thread(from_rollups, at, await self._parts(level, at, service))
        return rows

    async def _services(self, level: Level, at: Instant) -> list[str]:
        sql = f"SELECT DISTINCT service FROM rollup_{BELOW[level]} WHERE at >= ? AND at < ?"  # noqa: S608
        return [row["service"] for row in await self._database.fetch(sql, at, at + LENGTH_MS[level])]

    async def _parts(self, level: Level, at: Instant, service: str) -> list[Row]:
        """The rows of each (check, region) of a service, one level below."""
        starts = range(at, at + LENGTH_MS[level], LENGTH_MS[BELOW[level]])
        sql = (
            f"SELECT {_COLUMNS} FROM rollup_{BELOW[level]} WHERE at IN ({', '.join('?' * len(starts))}) "  # noqa: S608
            "AND service = ? AND \"check\" <> '' AND region <> ''"
        )
        return await self._database.fetch(sql, *starts, service)

    async def _make_room(self, level: Level, at: Instant) -> None:
        day = day_of(at)
        if level == "minute" and not self._database.is_sqlite and day not in self._days:
            async with self._database.transaction() as transaction:
                await add_day(transaction, "rollup_minute", day)
            self._days.add(day)


def _put(level: Level) -> str:
    changed = ("looks", "good", "bad", "reasons", "sketch")
    return (
        f"INSERT INTO rollup_{level} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
        f'ON CONFLICT (at, service, component, "check", region) DO UPDATE SET '
        + ", ".join(f"{name} = excluded.{name}" for name in changed)
        + f" WHERE excluded.looks >= rollup_{level}.looks"  # what a bucket was made of may have been forgotten since
    )
