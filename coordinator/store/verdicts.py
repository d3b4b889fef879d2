"""The history of verdicts: a line for each change."""

from collections.abc import Iterable
from typing import Any

from coordinator.domain.verdict import Verdict
from coordinator.store.database import Database
from coordinator.store.encoding import from_text, to_text
from worker.contract.instant import Instant


class Verdicts:
    """Every query about past verdicts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *verdicts: Verdict) -> None:
        """Keep changes of verdicts. One service has one verdict at a moment, so a repeat does no harm."""
        await self.add_many(verdicts)

    async def add_many(self, verdicts: Iterable[Verdict]) -> None:
        """As `add`."""
        await self._database.many(
            "INSERT INTO verdict (service, at, record) VALUES (?, ?, ?) "
            "ON CONFLICT (service, at) DO UPDATE SET record = excluded.record",
            ((verdict.service, verdict.at, to_text(verdict.to_record())) for verdict in verdicts),
        )

    async def history(self, service: str, since: Instant | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """The changes of one service's verdict since a moment, newest first, as `Verdict.to_record` writes them."""
        rows = await self._database.fetch(
            "SELECT record FROM verdict WHERE service = ? AND at >= ? ORDER BY at DESC LIMIT ?",
            service,
            since or 0,
            limit,
        )
        return [from_text(row["record"]) for row in rows]
