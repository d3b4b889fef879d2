"""Strikes: the results of a region that were received in a span count nowhere.

A strike is a rule and not a mark on rows: it holds at once for a million results, for archived
ones, and for those that were on their way into the table. Whoever lets results count asks `COUNTS`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from coordinator.store.database import Database
from worker.contract.instant import Instant
from worker.contract.result import Result

CHUNK: Final = 5_000
"""Results that are looked at in one statement, so that nobody waits for a scan."""
PAUSE_S: Final = 0.005
LATE_MS: Final = 600_000
"""Results with a stamp of the last so long may be committed while others are counted."""
MINUTE_MS: Final = 60_000

_STRUCK: Final = (
    "EXISTS (SELECT 1 FROM strike WHERE strike.region = result.region AND strike.since <="
    " result.received_at AND strike.until > result.received_at AND strike.undone_at IS NULL)"
)
COUNTS: Final = f"NOT {_STRUCK}"
"""The condition for rows of `result` that no strike covers."""
_SPAN: Final = (
    f"SELECT received_at, id, scheduled_at, region, {_STRUCK} AS struck FROM result "
    "WHERE (received_at, id) > (?, ?) AND received_at < ? ORDER BY received_at, id LIMIT ?"
)
_DUE: Final = "INSERT INTO rollup_due (level, at, region) VALUES ('minute', ?, ?)"


@dataclass(frozen=True, slots=True)
class Strike:
    """What was received of `region` in [since, until) counts nowhere; who said so when, and why.

    `told_at` is when the coordinator had revised the incidents, `undone_at` when it was taken back;
    once incidents say that, too, `told_at` is None again.
    """

    id: int
    region: str
    since: Instant
    until: Instant
    reason: str
    by: str
    at: Instant
    results: int
    told_at: Instant | None = None
    undone_at: Instant | None = None

    def covers(self, region: str, received_at: Instant) -> bool:
        """Whether a result of that region that was received then is struck."""
        return region == self.region and self.since <= received_at < self.until


@dataclass(frozen=True, slots=True)
class Found:
    """What a region has in a span: how many results, how many of them struck already, and the
    minutes in which they were due.
    """

    results: int = 0
    struck: int = 0
    minutes: frozenset[Instant] = frozenset()


_COLUMNS: Final = ", ".join(f'"{field.name}"' for field in fields(Strike))


def is_struck(result: Result, strikes: Iterable[Strike]) -> bool:
    """Whether any of these covers a result."""
    return any(strike.covers(result.region, result.received_at) for strike in strikes)


class Striking:
    """Every query about strikes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Strike]:
        """Every strike that ever was, oldest first."""
        rows = await self._database.fetch(f"SELECT {_COLUMNS} FROM strike ORDER BY id")
        return [Strike(**row) for row in rows]

    async def standing(self) -> tuple[Strike, ...]:
        """Those that were not undone."""
        return tuple(strike for strike in await self.all() if strike.undone_at is None)

    async def find(self, region: str, since: Instant, until: Instant) -> Found:
        """What a strike would cover, read in small steps."""
        results = struck = 0
        minutes: set[Instant] = set()
        async for rows in self._span(since, until):
            mine = [row for row in rows if row["region"] == region]
            results += len(mine)
            struck += sum(bool(row["struck"]) for row in mine)
            minutes.update(row["scheduled_at"] // MINUTE_MS * MINUTE_MS for row in mine)
            await asyncio.sleep(PAUSE_S)
        return Found(results, struck, frozenset(minutes))

    async def strike(
        self, region: str, since: Instant, until: Instant, found: Found, told: tuple[str, str, int]
    ) -> int:
        """Strike what was found, and note its minutes as due to be counted again, in one
        transaction; the number of the strike. `told` is why, by whom and when.
        """
        reason, by, at = told
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(
                "INSERT INTO strike (region, since, until, reason, by, at, results) VALUES"
                " (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                *(region, since, until, reason, by, at, found.results - found.struck),
            )
            await transaction.many(_DUE, _notes(found.minutes, region))
        # what was committed meanwhile was counted by nobody else since
        late = await self.find(region, max(since, until - LATE_MS), until)
        await self._database.many(_DUE, _notes(late.minutes - found.minutes, region))
        return int(rows[0]["id"])

    async def undo(self, strike: Strike, at: Instant) -> int:
        """Let what a strike covers count again; how many results it covers now."""
        found = await self.find(strike.region, strike.since, strike.until)
        async with self._database.transaction() as transaction:
            await transaction.fetch(
                "UPDATE strike SET undone_at = ? WHERE id = ? RETURNING id", at, strike.id
            )
            await transaction.many(_DUE, _notes(found.minutes, strike.region))
        return found.results

    async def told(self, strike: Strike, at: Instant | None) -> None:
        """Note when the incidents were revised; None when that was taken back, too."""
        sql = "UPDATE strike SET told_at = ? WHERE id = ? RETURNING id"
        await self._database.fetch(sql, at, strike.id)

    async def waiting(self) -> int:
        """How many minutes, hours and days are yet to be counted again."""
        sql = "SELECT count(*) AS number FROM rollup_due WHERE region <> ''"
        return int((await self._database.fetch(sql))[0]["number"])

    async def evidence(
        self,
        checks: Sequence[str],
        regions: Sequence[str],
        since: Instant,
        until: Instant,
        *,
        bad: bool,
    ) -> tuple[bool, bool]:
        """Whether there are results of these checks and regions, due in [since, until], that count,
        and whether there are struck ones; of `bad` ones only those that failed.
        """
        if not checks or not regions:
            return False, False
        failed = f" AND ok = {0 if self._database.is_sqlite else 'FALSE'}" if bad else ""
        sql = (
            f'SELECT 1 AS one FROM result WHERE "check" IN ({_marks(checks)}) AND region IN'
            f" ({_marks(regions)}) AND scheduled_at >= ? AND scheduled_at <= ?{failed} AND"
        )
        values = (*checks, *regions, since, until)
        counting = await self._database.fetch(f"{sql} {COUNTS} LIMIT 1", *values)
        struck = await self._database.fetch(f"{sql} {_STRUCK} LIMIT 1", *values)
        return bool(counting), bool(struck)

    async def _span(self, since: Instant, until: Instant) -> AsyncIterator[list[dict[str, Any]]]:
        after = (since, "")
        while rows := await self._database.fetch(_SPAN, *after, until, CHUNK):
            yield rows
            after = rows[-1]["received_at"], rows[-1]["id"]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _notes(minutes: Iterable[Instant], region: str) -> list[tuple[Instant, str]]:
    return [(minute, region) for minute in sorted(minutes)]
