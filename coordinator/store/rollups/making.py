"""Rollups: results folded into minutes, hours and days for each (check, region); hours and days
also for wholes.

A bucket that got results is noted as due in their transaction. It is then made anew from all that
lies in it, so late results are counted, and none twice, however often and wherever that is
interrupted.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple

import asyncpg

from coordinator.domain.rollups.columns import RESULT, Values
from coordinator.domain.rollups.level import ABOVE, BELOW, LENGTH_MS, Level, floor
from coordinator.store.changes import ROLLUPS, next_change
from coordinator.store.database import Database
from coordinator.store.results.partitions import add_day, day_of
from coordinator.store.results.striking import COUNTS
from coordinator.store.rollups.rows import clear, note_gone, parts, put
from worker.contract.instant import Instant

_RESULT: Final = ", ".join(f'"{name}"' for name in RESULT)
_RESULTS: Final = (
    f"SELECT {_RESULT} FROM result WHERE scheduled_at >= ? AND scheduled_at < ? AND {COUNTS}"
)
_HOW_MANY: Final = "SELECT count(*) FROM result WHERE scheduled_at >= ? AND scheduled_at < ?"
_DUE: Final = "INSERT INTO rollup_due (level, at, region) VALUES (?, ?, ?)"
_WHOLE: Final = (
    f"SELECT ({_HOW_MANY} AND region = ?), (SELECT coalesce(sum(looks), 0) FROM rollup_minute "
    "WHERE at = ? AND region = ?)"
)
_RESULTS_AT_ONCE: Final = 10_000
_AT_ONCE: Final[dict[Level, int]] = {"minute": 50_000, "hour": 5_000}
"""About so many rows of a level are folded at once: some ten megabytes, for those of hours are
large.
"""
_SAMPLES: Final = 5
"""In so many buckets of those that are folded, rows are counted."""


class _Bucket(NamedTuple):
    """A bucket that is made, the notes that made it due, and the regions that are counted again: of
    them it may tell of fewer looks than before.
    """

    level: Level
    at: Instant
    notes: Sequence[int]
    again: Sequence[str]


class Rollups:
    """Every query that makes rollups."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: set[int] = set()

    async def due(self, level: Level, ended_by: Instant, limit: int = 100) -> list[Instant]:
        """The buckets of a level that got results since they were last made and ended by a moment,
        oldest first.
        """
        sql = "SELECT DISTINCT at FROM rollup_due WHERE level = ? AND at <= ? ORDER BY at LIMIT ?"
        return [
            row["at"]
            for row in await self._database.fetch(sql, level, ended_by - LENGTH_MS[level], limit)
        ]

    async def make(self, level: Level, at: Instant) -> int:
        """Make a bucket anew, and note the one above as due; how many rows it has.

        What is noted while this goes on is not forgotten: the bucket is due once more. A large one
        is put there in pieces; it is due until the last is.
        """
        bucket = await self._bucket(level, at)
        await self._make_room(level, at)
        first = not await self._database.fetch(
            f"SELECT 1 FROM rollup_{level} WHERE at = ? LIMIT 1", at
        )
        made, begins = 0, True
        rows: Sequence[Values] = ()
        async for more in self._folded(level, at):
            if rows:
                await self._put(bucket, rows, first=first, begins=begins)
                begins = False
            made, rows = made + len(more), more
        await self._put(bucket, rows, first=first, begins=begins, ends=True)
        return made

    async def _bucket(self, level: Level, at: Instant) -> _Bucket:
        sql = "SELECT id, region FROM rollup_due WHERE level = ? AND at = ?"
        noted = await self._database.fetch(sql, level, at)
        again = sorted({row["region"] for row in noted} - {""})
        if level == "minute":
            again = [region for region in again if await self._is_whole(at, region)]
        return _Bucket(level, at, [row["id"] for row in noted], again)

    async def _is_whole(self, at: Instant, region: str) -> bool:
        """Whether a minute's results of a region are all here: of those that moved to the archive
        nothing can be counted again.
        """
        ((stored, counted),) = await self._database.rows(
            _WHOLE, at, at + LENGTH_MS["minute"], region, at, region
        )
        return bool(stored >= counted)

    async def _put(
        self,
        bucket: _Bucket,
        rows: Sequence[Values],
        *,
        first: bool,
        begins: bool,
        ends: bool = False,
    ) -> None:
        """Put rows, and with the last of a bucket say that it is made, and that the one above is
        due. With the first, what is counted again goes away.
        """
        level, at, notes, again = bucket
        try:
            async with self._database.transaction() as transaction:
                # exports give hours away, and have to tell what changed of them
                change = await next_change(transaction, ROLLUPS) if level == "hour" else None
                if begins and again and change is not None:
                    await note_gone(transaction, at, again, change)
                if begins and again:
                    await clear(transaction, f"rollup_{level}", at, again)
                await put(transaction, f"rollup_{level}", rows, first=first, change=change)
                if ends and level in ABOVE:
                    await transaction.many(_DUE, _above(bucket))
                await transaction.many(
                    "DELETE FROM rollup_due WHERE id = ?", ((note,) for note in notes if ends)
                )
        except asyncpg.UniqueViolationError:  # somebody else was first
            await self._put(bucket, rows, first=False, begins=begins, ends=ends)

    async def _folded(self, level: Level, at: Instant) -> AsyncIterator[Sequence[Values]]:
        """The rows of a bucket, in pieces."""
        from coordinator.domain.rollups.fold import from_rollups, joined  # only who folds has numpy

        if level == "minute":
            yield await self._minute(at)
            return
        rows: list[Values] = []
        wholes: list[Values] = []
        async for found in self._parts(level, at):
            if rows:
                yield rows
            rows, some = await to_thread(from_rollups, at, found)
            wholes += some
        yield rows + await to_thread(joined, at, wholes)

    async def _minute(self, at: Instant) -> list[Values]:
        """The rows of a minute, whose results are read and folded some at a time."""
        from coordinator.domain.rollups.fold import from_results, joined

        end = at + LENGTH_MS["minute"]
        ((number,),) = await self._database.rows(_HOW_MANY, at, end)
        edges = [*range(at, end, LENGTH_MS["minute"] // (number // _RESULTS_AT_ONCE + 1)), end]
        pieces = [
            await to_thread(from_results, at, await self._database.rows(_RESULTS, *piece))
            for piece in pairwise(edges)
        ]
        return (
            pieces[0]
            if len(pieces) == 1
            else await to_thread(joined, at, list(chain.from_iterable(pieces)))
        )

    async def _parts(self, level: Level, at: Instant) -> AsyncIterator[Sequence[Values]]:
        """What is one level below of each (check, region), some components at a time."""
        below = BELOW[level]
        starts = range(at, at + LENGTH_MS[level], LENGTH_MS[below])
        edges: list[tuple[str, ...]] = [("", ""), *await self._cuts(below, starts), ()]
        for first, end in pairwise(edges):
            range_of = "(service, component) >= (?, ?)" + (
                " AND (service, component) < (?, ?)" if end else ""
            )
            sql = parts(
                f"rollup_{below}", len(starts), range_of, is_sqlite=self._database.is_sqlite
            )
            yield await self._database.rows(sql, *starts, *first, *end)

    async def _cuts(self, level: Level, starts: Sequence[Instant]) -> Iterable[tuple[str, str]]:
        """Where to cut the (service, component) of some buckets, so that a piece can be folded at
        once.
        """
        sample = starts[:: max(1, len(starts) // _SAMPLES)]
        sql = (
            f"SELECT service, component, count(*) FROM rollup_{level} WHERE at IN "
            f"({', '.join('?' * len(sample))}) "
            "GROUP BY service, component ORDER BY service, component"
        )
        return _cuts(
            await self._database.rows(sql, *sample), _AT_ONCE[level] * len(sample) // len(starts)
        )

    async def _make_room(self, level: Level, at: Instant) -> None:
        day = day_of(at)
        if level == "minute" and not self._database.is_sqlite and day not in self._days:
            async with self._database.transaction() as transaction:
                await add_day(transaction, "rollup_minute", day)
            self._days.add(day)


def _above(bucket: _Bucket) -> Iterator[tuple[Level, Instant, str]]:
    """The notes that make the bucket above due."""
    above = ABOVE[bucket.level]
    for region in bucket.again or ("",):
        yield above, floor(bucket.at, above), region


def _cuts(counted: Sequence[Values], most: int) -> Iterator[tuple[str, str]]:
    """Where to cut, so that between two cuts are not more than so many, or one component that has
    more.
    """
    total = 0
    for service, component, number in counted:
        if total and total + number > most:
            yield service, component
            total = 0
        total += number
