"""Gaps: looks that should have been made and were not, or of which nothing was heard."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, Final

from coordinator.domain.schedule.filling import moments, without
from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.encoding import moment
from coordinator.store.database import Database
from coordinator.store.paging import Page, cursor_of, position
from worker.contract.instant import Instant

_PUT: Final = (
    'INSERT INTO gap ("check", service, region, first_slot, last_slot, first_at, last_at, reason) '
    'VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("check", region, first_slot) DO UPDATE SET '
    "last_slot = excluded.last_slot, last_at = excluded.last_at, reason = excluded.reason "
    "WHERE gap.last_slot < excluded.last_slot"
)

_COLUMNS: Final = '"check", service, region, first_slot, last_slot, first_at, last_at, reason'
_ABOUT: Final = (
    f"SELECT id, {_COLUMNS} FROM gap "
    'WHERE "check" = ? AND region = ? AND first_slot <= ? AND last_slot >= ?'
)

_MADE: Final = (
    'SELECT scheduled_at FROM result WHERE "check" = ? AND region = ? AND attempt = 0 '
    "AND scheduled_at BETWEEN ? AND ?"
)
_LOST: Final = f"SELECT {_COLUMNS} FROM gap WHERE last_at >= ? AND reason = '{GapReason.NO_ROOM}'"
_COUNTS: Final = (
    "SELECT service, region, reason, sum(last_slot - first_slot + 1) AS number FROM gap"
    " WHERE last_at >= ? GROUP BY service, region, reason ORDER BY service, region, reason"
)

FEW_PAIRS: Final = 10
"""So many are asked about one by one."""


class Gaps:
    """Every query about gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, gaps: Sequence[Gap]) -> None:
        """Keep gaps. A gap that grew is told again with the same first slot and written over; a
        repeat does no harm. What is known to be lost by its worker stays so.
        """
        async with self._database.transaction() as transaction:
            lost = await _lost(transaction, min((gap.first_at for gap in gaps), default=0))
            told = [part for gap in gaps for part in without(gap, lost[gap.check, gap.region])]
            await transaction.many(_PUT, map(_row, told))

    async def lose(self, lost: Sequence[Gap]) -> None:
        """Looks that were made, and that a worker kept no longer: gaps with that reason, whatever
        was said of them, but those of which a result is stored. A repeat does no harm.
        """
        async with self._database.transaction() as transaction:
            for gap in lost:
                where = gap.check, gap.region, gap.first_at, gap.last_at
                made = {row["scheduled_at"] for row in await transaction.fetch(_MADE, *where)}
                for part in without(gap, [slot for slot, at in moments(gap) if at in made]):
                    slots = range(part.first_slot, part.last_slot + 1)
                    await _fill(transaction, (gap.check, gap.region), slots)
                    await transaction.many(_PUT, [_row(part)])

    async def fill(self, arrived: Mapping[tuple[str, str], Collection[int]]) -> int:
        """Take slots, by check and region, out of the gaps, since their results are stored; how
        many gaps that changed. A repeat finds nothing to take out.
        """
        changed = 0
        async with self._database.transaction() as transaction:
            for pair in await _with_gaps(transaction, arrived.keys()):
                if arrived[pair]:
                    changed += await _fill(transaction, pair, arrived[pair])
        return changed

    async def since(
        self, at: Instant, service: str | None = None, region: str | None = None, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """The gaps that reach beyond a moment, the latest first."""
        return (await self.page(at, service, region, None, limit)).items

    async def counts(self, at: Instant) -> list[dict[str, Any]]:
        """service, region, reason and the number of looks of the gaps that reach beyond a
        moment.
        """
        return [
            {**row, "number": int(row["number"])} for row in await self._database.fetch(_COUNTS, at)
        ]

    async def page(
        self,
        at: Instant,
        service: str | None = None,
        region: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[dict[str, Any]]:
        """One page of the gaps that reach beyond a moment, the latest first."""
        conditions, values = ["last_at >= ?"], list[Any]([at])
        if cursor is not None:
            last_at, identifier = position(cursor)
            conditions.append("(last_at, id) < (?, ?)")
            values += [last_at, int(identifier)]
        for name, value in (("service", service), ("region", region)):
            if value is not None:
                conditions.append(f"{name} = ?")
                values.append(value)
        rows = await self._database.fetch(
            f"SELECT id, {_COLUMNS} FROM gap "
            f"WHERE {' AND '.join(conditions)} ORDER BY last_at DESC, id DESC LIMIT ?",
            *values,
            limit + 1,
        )
        last = rows[limit - 1] if len(rows) > limit else None
        following = cursor_of(last["last_at"], str(last["id"])) if last else None
        return Page(list(map(_document, rows[:limit])), following)


def _document(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name != "id"}
    return {**told, "first_at": moment(row["first_at"]), "last_at": moment(row["last_at"])}


async def _lost(database: Database, since: Instant) -> dict[tuple[str, str], set[int]]:
    """The slots of which it is known that their workers lost them."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in await database.fetch(_LOST, since):
        found[row["check"], row["region"]] |= set(range(row["first_slot"], row["last_slot"] + 1))
    return found


async def _with_gaps(database: Database, pairs: Set[tuple[str, str]]) -> Set[tuple[str, str]]:
    """Those of many pairs that have any gaps: after an outage all are late, and few have some."""
    if len(pairs) <= FEW_PAIRS:
        return pairs
    rows = await database.fetch('SELECT DISTINCT "check", region FROM gap')
    return pairs & {(row["check"], row["region"]) for row in rows}


async def _fill(database: Database, pair: tuple[str, str], slots: Collection[int]) -> int:
    changed = 0
    for row in await database.fetch(_ABOUT, *pair, max(slots), min(slots)):
        identifier = row.pop("id")
        gap = Gap(**{**row, "reason": GapReason(row["reason"])})
        left = without(gap, slots)
        if left != [gap]:
            await database.fetch("DELETE FROM gap WHERE id = ?", identifier)
            await database.many(_PUT, map(_row, left))
            changed += 1
    return changed


def _row(gap: Gap) -> tuple[str | int, ...]:
    return (
        gap.check,
        gap.service,
        gap.region,
        gap.first_slot,
        gap.last_slot,
        gap.first_at,
        gap.last_at,
        str(gap.reason),
    )
