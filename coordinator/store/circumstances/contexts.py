"""What incidents have to do with announced maintenance and with others upstream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.encoding import from_text, to_text
from coordinator.store.changes import INCIDENTS, next_change
from coordinator.store.database import Database
from coordinator.store.state.events import INCIDENT, News, append
from coordinator.store.state.incidents import documents_of
from worker.contract.instant import Instant, rfc3339

EXPLAINED: Final = "explained"
"""The word of the event that tells of it."""
_PUT: Final = (
    "INSERT INTO incident_context (incident, document, at) VALUES (?, ?, ?)"
    " ON CONFLICT (incident) DO UPDATE SET document = excluded.document, at = excluded.at"
)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to be told of an incident: a document, and in a sentence."""

    incident: str
    document: Mapping[str, Any]
    note: str


class Contexts:
    """Every query about it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lately(self, since: Instant) -> dict[str, dict[str, Any]]:
        """What was told last of each incident that goes on or was until a moment, by its id."""
        rows = await self._database.fetch(
            "SELECT incident_context.incident, document FROM incident_context JOIN incident"
            " ON incident.id = incident_context.incident WHERE incident.resolved_at IS NULL"
            " OR incident.resolved_at >= ?",
            since,
        )
        return {row["incident"]: from_text(row["document"]) for row in rows}

    async def explain(self, found: Sequence[Explanation], at: Instant) -> None:
        """Keep it, and tell all who follow events. A repeat changes nothing but that it is told
        again.
        """
        for start in range(0, len(found), _AT_ONCE):
            await self._explain(found[start : start + _AT_ONCE], at)

    async def _explain(self, found: Sequence[Explanation], at: Instant) -> None:
        notes = {one.incident: one.note for one in found}
        async with self._database.transaction() as transaction:
            await next_change(transaction, INCIDENTS)
            rows = [(one.incident, to_text(one.document), at) for one in found]
            await transaction.many(_PUT, rows)
            told = await documents_of(transaction, notes)
            await append(transaction, [_news(one, notes[one["id"]], at) for one in told])


def _news(incident: Mapping[str, Any], note: str, at: Instant) -> News:
    told = {"at": rfc3339(at), "event": EXPLAINED, "note": note, "incident": incident}
    return News(at, f"{INCIDENT}{EXPLAINED}", told, incident["service"])
