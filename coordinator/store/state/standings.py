"""Standings: what stands now, one document per subject, written over."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from coordinator.encoding import from_text, to_text
from coordinator.store.database import Database
from worker.contract.instant import Instant

Standing = tuple[str, str, Instant, Mapping[str, Any]]
"""(kind, subject, at, document); kinds are `service`, `region`, `worker`, `coordinator`, `learned`,
`late`, `joining`, GONE, QUARANTINE, SIGNING, STANDBY, TELEMETRY, TELEMETRY_PLACE and WRITER.
"""
WRITER: Final = "intake"
"""The kind of what writers tell of themselves. Stored, so it keeps the word they had before."""

STANDBY: Final = "standby"
"""The kind of what coordinators tell of themselves that stand by, by holder."""
TELEMETRY: Final = "telemetry"
"""The kind of what the process that sends OpenTelemetry tells of itself, by signal."""
TELEMETRY_PLACE: Final = "telemetry_place"
"""The kind of how far it is, and of what it counted up to there, by signal."""
QUARANTINE: Final = "quarantine"
"""The kind of the regions that somebody took out; the document says since when and why."""
GONE: Final = "gone"
"""The kind of the channels whose receivers want no more, by channel; the document says of which
address, since when and why.
"""
SIGNING: Final = "signing"
"""The kind of the public keys by which webhooks are verified, by channel."""

_PUT: Final = (
    "INSERT INTO standing (kind, subject, at, document) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (kind, subject) DO UPDATE SET at = excluded.at, document = excluded.document"
)


class Standings:
    """Every query about what stands now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, kind: str, subject: str, at: Instant, document: Mapping[str, Any]) -> None:
        """Write one document over the one that stood."""
        await self.put_many([(kind, subject, at, document)])

    async def put_many(self, standings: Iterable[Standing]) -> None:
        """Write many; a repeat does no harm."""
        await self._database.many(
            _PUT,
            ((kind, subject, at, to_text(document)) for kind, subject, at, document in standings),
        )

    async def keep(self, kind: str, subjects: Collection[str]) -> None:
        """Forget every subject of a kind that is not among these: they left the configuration."""
        rows = await self._database.fetch("SELECT subject FROM standing WHERE kind = ?", kind)
        gone = [(kind, row["subject"]) for row in rows if row["subject"] not in subjects]
        await self._database.many("DELETE FROM standing WHERE kind = ? AND subject = ?", gone)

    async def remove(self, kind: str, subject: str) -> bool:
        """Forget one subject; whether it stood."""
        sql = "DELETE FROM standing WHERE kind = ? AND subject = ? RETURNING subject"
        return bool(await self._database.fetch(sql, kind, subject))

    async def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """The documents of a kind by subject, in the order of the subjects."""
        sql = "SELECT subject, document FROM standing WHERE kind = ? ORDER BY subject"
        return {
            row["subject"]: from_text(row["document"])
            for row in await self._database.fetch(sql, kind)
        }
