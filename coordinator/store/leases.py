"""Leases: one process at a time may do a thing, and another takes over when it falls silent."""

from typing import Final

from coordinator.store.database import Database
from worker.contract.instant import Instant

_TAKE: Final = (
    "INSERT INTO lease (name, holder, until) VALUES (?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE lease.holder = excluded.holder OR lease.until < ? RETURNING holder"
)


class Leases:
    """Every query about leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, now: Instant, until: Instant) -> bool:
        """Take or renew a lease; False while somebody else holds it."""
        return bool(await self._database.fetch(_TAKE, name, holder, until, now))

    async def holder(self, name: str) -> tuple[str, Instant] | None:
        """Who took a lease last, and until when."""
        rows = await self._database.fetch("SELECT holder, until FROM lease WHERE name = ?", name)
        return (rows[0]["holder"], rows[0]["until"]) if rows else None

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back; nothing happens when somebody else has it."""
        await self._database.many(
            "DELETE FROM lease WHERE name = ? AND holder = ?", [(name, holder)]
        )
