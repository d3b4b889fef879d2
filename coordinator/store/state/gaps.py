"""Gaps: looks that should have been made and were not, or of which nothing was heard."""

from collections.abc import Sequence
from typing import Any, Final

from coordinator.domain.schedule.ledger import Gap
from coordinator.encoding import moment
from coordinator.store.database import Database
from worker.contract.instant import Instant

_PUT: Final = (
    'INSERT INTO gap ("check", service, region, first_slot, last_slot, first_at, last_at, reason) '
    'VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("check", region, first_slot) DO UPDATE SET '
    "last_slot = excluded.last_slot, last_at = excluded.last_at, reason = excluded.reason "
    "WHERE gap.last_slot < excluded.last_slot"
)


class Gaps:
    """Every query about gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, gaps: Sequence[Gap]) -> None:
        """Keep gaps. A gap that grew is told again with the same first slot and written over; a
        repeat does no harm.
        """
        await self._database.many(
            _PUT,
            (
                (
                    g.check,
                    g.service,
                    g.region,
                    g.first_slot,
                    g.last_slot,
                    g.first_at,
                    g.last_at,
                    str(g.reason),
                )
                for g in gaps
            ),
        )

    async def since(
        self, at: Instant, service: str | None = None, region: str | None = None, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """The gaps that reach beyond a moment, the latest first."""
        conditions, values = ["last_at >= ?"], list[Any]([at])
        for name, value in (("service", service), ("region", region)):
            if value is not None:
                conditions.append(f"{name} = ?")
                values.append(value)
        rows = await self._database.fetch(
            'SELECT "check", service, region, first_slot, last_slot, first_at, last_at, reason '
            "FROM gap "
            f"WHERE {' AND '.join(conditions)} ORDER BY last_at DESC, id DESC LIMIT ?",
            *values,
            limit,
        )
        return [
            {**row, "first_at": moment(row["first_at"]), "last_at": moment(row["last_at"])}
            for row in rows
        ]
