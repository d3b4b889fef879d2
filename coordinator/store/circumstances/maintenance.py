"""The windows that operators announced, and those that were read elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coordinator.encoding import from_text, to_text
from coordinator.store.audit import Entry, added
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant

_ADD: Final = (
    "INSERT INTO maintenance (id, document, created_at, created_by) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (id) DO NOTHING RETURNING id"
)
_ALL: Final = "SELECT id, document, created_at, created_by, cancelled_at FROM maintenance"
_CANCEL: Final = (
    "UPDATE maintenance SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL RETURNING id"
)
READ: Final = "maintenance"
"""The kind of the standings of what was read elsewhere, by source."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A window that an operator announced; `entry` as the canonical configuration would have it."""

    id: str
    entry: Mapping[str, Any]
    created_at: Instant
    created_by: str
    cancelled_at: Instant | None = None


class Maintenance:
    """Every query about windows that operators announced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: Mapping[str, Any], by: str, at: Instant, *lines: Entry) -> bool:
        """Announce a window; whether its id was free. One that was cancelled keeps its id. `lines`
        of the audit log are written with it.
        """
        async with self._database.transaction() as transaction:
            found = await transaction.fetch(_ADD, entry["id"], to_text(entry), at, by)
            await added(transaction, *(lines if found else ()))
        return bool(found)

    async def all(self) -> list[Announcement]:
        """Every window that was announced and is kept, cancelled or not, in the order in which."""
        rows = await self._database.fetch(f"{_ALL} ORDER BY created_at, id")
        return [_announcement(row) for row in rows]

    async def cancel(self, identifier: str, at: Instant, *lines: Entry) -> bool:
        """From now on it does not come any more; whether it was announced and not cancelled.
        `lines` as above.
        """
        async with self._database.transaction() as transaction:
            found = await transaction.fetch(_CANCEL, at, identifier)
            await added(transaction, *(lines if found else ()))
        return bool(found)


def _announcement(row: Row) -> Announcement:
    return Announcement(
        **{name: row[name] for name in row if name != "document"}, entry=from_text(row["document"])
    )
