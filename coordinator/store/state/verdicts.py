"""The history of verdicts: for each change, the whole verdict with its cells and evidence."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from coordinator.domain.model.verdict import Verdict
from coordinator.encoding import from_text, to_text
from coordinator.store.changes import VERDICTS, next_change
from coordinator.store.database import Database, Row
from coordinator.store.state.events import VERDICT, News, append
from worker.contract.instant import Instant

_PUT: Final = (
    "INSERT INTO verdict (service, at, record, change) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (service, at) DO UPDATE SET record = excluded.record, change = excluded.change "
    "WHERE verdict.record <> excluded.record RETURNING service"
)
_BEYOND_RECORD: Final = ("cells", "evidence")
"""What a document tells beyond the line that replay prints."""
_SAID: Final = ("severity", "scope", "regions", "components", "confidence", "reason")
_AT_ONCE: Final = 500
"""Of so many services a query asks at once: databases bound how many parameters there may be."""


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
        told = [(verdict, verdict.to_document()) for verdict in verdicts]
        if not told:
            return
        async with self._database.transaction() as transaction:
            change = await next_change(transaction, VERDICTS)
            news = []
            for verdict, document in told:
                row = (verdict.service, verdict.at, to_text(document), change)
                if await transaction.fetch(_PUT, *row):
                    news.append(News(verdict.at, VERDICT, _line(document), verdict.service))
            await append(transaction, news)

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

    async def said(
        self, services: Sequence[str], since: Instant, until: Instant
    ) -> list[dict[str, Any]]:
        """What was said of services from a moment on until another, in order of time: the verdict
        that stood at first, then each change; without cells and evidence.
        """
        found: list[dict[str, Any]] = []
        for begin in range(0, len(services), _AT_ONCE):
            some = services[begin : begin + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            stood = (
                f"SELECT {self._told()} FROM verdict JOIN (SELECT service AS name, max(at) AS last"
                f" FROM verdict WHERE service IN ({marks}) AND at <= ? GROUP BY service) AS before"
                " ON service = name AND at = last"
            )
            changed = (
                f"SELECT {self._told()} FROM verdict WHERE service IN ({marks})"
                " AND at > ? AND at < ?"
            )
            found += await self._database.fetch(stood, *some, since)
            found += await self._database.fetch(changed, *some, since, until)
        return sorted(map(_parsed, found), key=lambda line: (line["at"], line["service"]))

    def _told(self) -> str:
        """The columns of `said`, taken out of the record where it lies."""
        take = "json_extract(record, '$.{0}')"
        if not self._database.is_sqlite:
            take = "record::json ->> '{0}'"
        return ", ".join(("service", "at", *(f"{take.format(name)} AS {name}" for name in _SAID)))


def _parsed(row: Row) -> dict[str, Any]:
    lists = {name: from_text(row[name]) for name in ("regions", "components")}
    return {**row, **lists, "confidence": float(row["confidence"])}


def _record(document: dict[str, Any]) -> dict[str, Any]:
    return {"type": "verdict", **_line(document)}


def _line(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in _BEYOND_RECORD}
