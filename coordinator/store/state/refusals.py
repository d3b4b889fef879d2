"""Refusals: how often something that arrived was refused, and why."""

from typing import Any, Final

from coordinator.encoding import moment
from coordinator.store.database import Database
from worker.contract.instant import Instant

_COUNT: Final = (
    "INSERT INTO refusal (reason, count, first_at, last_at, example) VALUES (?, ?, ?, ?, ?) ON"
    " CONFLICT (reason) DO UPDATE SET count = refusal.count + excluded.count, last_at ="
    " excluded.last_at, example = excluded.example"
)


class Refusals:
    """Every query about what was refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, reason: str, n: int, at: Instant, example: str = "") -> None:
        """Count `n` more refusals of one reason, with one example in a few words."""
        await self._database.many(_COUNT, [(reason, n, at, at, example[:500])])

    async def all(self) -> list[dict[str, Any]]:
        """The reasons, the most frequent first."""
        rows = await self._database.fetch(
            "SELECT reason, count, first_at, last_at, example FROM refusal ORDER BY count DESC,"
            " reason"
        )
        return [
            {**row, "first_at": moment(row["first_at"]), "last_at": moment(row["last_at"])}
            for row in rows
        ]
