"""How many incidents began, for those who count."""

from dataclasses import dataclass
from typing import Final

from coordinator.store.database import Database
from worker.contract.instant import Instant

_OPENED: Final = (
    "SELECT told.service, told.number, told.at, incident.id FROM"
    " (SELECT service, count(*) AS number, max(opened_at) AS at FROM incident GROUP BY service)"
    " AS told JOIN incident ON incident.service = told.service AND incident.opened_at = told.at"
    " ORDER BY told.service, incident.id"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """How many of one service began, and which the last was."""

    count: int
    newest: str
    at: Instant


async def opened(database: Database) -> dict[str, Opened]:
    """By service."""
    rows = await database.fetch(_OPENED)
    return {row["service"]: Opened(row["number"], row["id"], row["at"]) for row in rows}
