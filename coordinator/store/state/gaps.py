"""Gaps: looks that should have been made and were not, or of which nothing was heard."""

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, Final

from coordinator.domain.schedule.filling import without
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

FEW_PAIRS: Final = 10
"""So many are asked about one by one."""


class Gaps:
    """Every query about gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, gaps: Sequence[Gap]) -> None:
        """Keep gaps. A gap that grew is told again with the same first slot and written over; a
        repeat does no harm.
        """
        await self._database.many(_PUT, map(_row, gaps))

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
