"""Applied configurations: one canonical document a version, nothing overwritten."""

from hashlib import blake2b
from typing import Any

from coordinator.encoding import canonical, from_text
from coordinator.store.audit import Entry, added
from coordinator.store.database import Database
from worker.contract.instant import Instant

_NEWEST = "SELECT version, digest, document FROM configuration ORDER BY version DESC LIMIT 1"


class Configurations:
    """Every query about applied configurations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self) -> tuple[int, dict[str, Any]] | None:
        """The version and document that are in force; None before the first was applied."""
        rows = await self._database.fetch(_NEWEST)
        return (rows[0]["version"], from_text(rows[0]["document"])) if rows else None

    async def latest(self, most: int = 10) -> list[dict[str, Any]]:
        """The documents of the last few versions, the newest first."""
        rows = await self._database.fetch(
            "SELECT document FROM configuration ORDER BY version DESC LIMIT ?", most
        )
        return [from_text(row["document"]) for row in rows]

    async def version(self) -> int:
        """The version in force; 0 before the first."""
        rows = await self._database.fetch("SELECT max(version) AS version FROM configuration")
        return int(rows[0]["version"] or 0)

    async def save(
        self,
        document: dict[str, Any],
        at: Instant,
        over: int | None = None,
        *lines: Entry,
    ) -> int | None:
        """Put a document in force and return its version; the same document again is the same
        version. None, and nothing is changed, when `over` is not the version in force any more.
        `lines` of the audit log are written with the change.
        """
        text = canonical(document)
        digest = blake2b(text.encode(), digest_size=16).hexdigest()
        async with self._database.transaction() as transaction:
            if not transaction.is_sqlite:  # SQLite's transaction is alone already
                await transaction.fetch("LOCK TABLE configuration IN EXCLUSIVE MODE")
            rows = await transaction.fetch(_NEWEST)
            in_force = int(rows[0]["version"]) if rows else 0
            if over is not None and over != in_force:
                return None
            if rows and rows[0]["digest"] == digest:
                return in_force
            version = in_force + 1
            await transaction.many(
                "INSERT INTO configuration (version, digest, document, applied_at) VALUES (?, ?,"
                " ?, ?)",
                [(version, digest, text, at)],
            )
            await added(transaction, *lines)
        return version

    async def versions(self, most: int = 100) -> list[tuple[int, Instant]]:
        """The last versions with when they were applied, the newest first."""
        rows = await self._database.fetch(
            "SELECT version, applied_at FROM configuration ORDER BY version DESC LIMIT ?", most
        )
        return [(row["version"], row["applied_at"]) for row in rows]

    async def of(self, version: int) -> dict[str, Any] | None:
        """The document of a version; None when there is none."""
        rows = await self._database.fetch(
            "SELECT document FROM configuration WHERE version = ?", version
        )
        return from_text(rows[0]["document"]) if rows else None
