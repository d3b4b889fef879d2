"""The audit log: who did what to whom, and from where."""

from dataclasses import dataclass
from typing import Any, Final

from coordinator.store.database import Database
from worker.contract.instant import Instant

KEPT: Final = 300_000
"""Lines that are kept; the oldest beyond them are forgotten."""
_LENGTHS: Final = {"who": 128, "what": 64, "about": 300, "source": 128}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `who` is a user of the system or an address, `source` the machine or address that
    it came from. What is too long is cut off, and control characters are left out.
    """

    at: Instant
    who: str
    what: str
    about: str
    source: str

    def row(self) -> tuple[Any, ...]:
        """As it is stored."""
        texts = (plain(getattr(self, name))[:most] for name, most in _LENGTHS.items())
        return (self.at, *texts)


class Audit:
    """Every query about the audit log. Lines are added and never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *entries: Entry) -> None:
        """Add lines."""
        await added(self._database, *entries)

    async def latest(
        self, most: int, about: str | None = None, since: Instant = 0
    ) -> list[tuple[int, Entry]]:
        """The last lines, the newest first, with their numbers; those whose subject has this text
        in it.
        """
        text = (about or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = await self._database.fetch(
            "SELECT id, at, who, what, about, source FROM audit WHERE at >= ? AND about LIKE ?"
            " ESCAPE '\\' ORDER BY id DESC LIMIT ?",
            since,
            f"%{text}%",
            most,
        )
        return [(int(row.pop("id")), Entry(**row)) for row in rows]

    async def forget(self, most: int = KEPT) -> None:
        """Keep so many lines, the newest."""
        await self._database.fetch(
            "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ? RETURNING 1", most
        )


async def added(database: Database, *entries: Entry) -> None:
    """Add lines, in a transaction of somebody else."""
    await database.many(
        "INSERT INTO audit (at, who, what, about, source) VALUES (?, ?, ?, ?, ?)",
        [entry.row() for entry in entries],
    )


def plain(text: str) -> str:
    """A text that is shown in one line, and moves no terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
