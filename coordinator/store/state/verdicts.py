"""The history of verdicts: for each change, the whole verdict with its cells and evidence."""

from collections.abc import Iterable
from typing import Any, Final

from coordinator.domain.model.verdict import Verdict
from coordinator.encoding import from_text, to_text
from coordinator.store.changes import VERDICTS, next_change
from coordinator.store.database import Database
from worker.contract.instant import Instant

_PUT: Final = (
    "INSERT INTO verdict (service, at, record, change) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (service, at) DO UPDATE SET record = excluded.record, change = excluded.change "
    "WHERE verdict.record <> excluded.record"
)
_BEYOND_RECORD: Final = ("cells", "evidence")
"""What a document tells beyond the line that replay prints."""


class Verdicts:
    """Every query about past verdicts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *verdicts: Verdict) -> None:
        """Keep changes of verdicts. One service has one verdict at a moment, so a repeat does no
        harm.
        """
        await self.add_many(verdicts)

    async def add_many(self, verdicts: Iterable[Verdict]) -> None:
        """As `add`."""
        told = [
            (verdict.service, verdict.at, to_text(verdict.to_document())) for verdict in verdicts
        ]
        if not told:
            return
        async with self._database.transaction() as transaction:
            change = await next_change(transaction, VERDICTS)
            await transaction.many(_PUT, ((*row, change) for row in told))

    async def history(
        self, service: str, since: Instant | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """The changes of one service's verdict since a moment, newest first, as `Verdict.to_record`
        writes them.
        """
        rows = await self._database.fetch(
            "SELECT record FROM verdict WHERE service = ? AND at >= ? ORDER BY at DESC LIMIT ?",
            service,
            since or 0,
            limit,
        )
        return [_record(from_text(row["record"])) for row in rows]

    async def standing(self, service: str, at: Instant) -> dict[str, Any] | None:
        """The document of the verdict that stood at a moment, as it was when it was said; None when
        none did.

        One of an older version may lack cells and evidence.
        """
        rows = await self._database.fetch(
            "SELECT record FROM verdict WHERE service = ? AND at <= ? ORDER BY at DESC LIMIT 1",
            service,
            at,
        )
        return from_text(rows[0]["record"]) if rows else None


def _record(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "verdict",
        **{name: value for name, value in document.items() if name not in _BEYOND_RECORD},
    }
