"""The audit log: who did what to whom, and from where.

Whoever changes something writes its line in the transaction that changes it, by `added`: what was
done is written down, and what was not is not.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from coordinator.encoding import canonical
from coordinator.store.database import Database
from worker.contract.instant import Instant

KEPT: Final = 300_000
"""Lines that are kept; the oldest beyond them are forgotten."""
_LENGTHS: Final = {
    "who": 128,
    "what": 64,
    "about": 300,
    "source": 128,
    "before_digest": 64,
    "after_digest": 64,
}
_COLUMNS: Final = "at, who, what, about, source, before_digest, after_digest"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `who` is a user of the system, a caller of the API (`Caller.who`) or an address,
    `source` the machine or address that it came from. What is too long is cut off, and control
    characters are left out.
    """

    at: Instant
    who: str
    what: str
    about: str
    source: str
    before_digest: str = ""
    """SHA-256 of what was there before, where something was replaced; see `digest_of`."""
    after_digest: str = ""
    """And of what is there now."""

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
        self,
        most: int,
        about: str | None = None,
        since: Instant = 0,
        before: int | None = None,
    ) -> list[tuple[int, Entry]]:
        """The last lines, the newest first, with their numbers; those whose subject has this text
        in it. With `before`, those with lower numbers.
        """
        text = (about or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = await self._database.fetch(
            f"SELECT id, {_COLUMNS} FROM audit WHERE at >= ? AND about LIKE ?"
            " ESCAPE '\\' AND id < ? ORDER BY id DESC LIMIT ?",
            since,
            f"%{text}%",
            2**63 - 1 if before is None else before,
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
        f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [entry.row() for entry in entries],
    )


def digest_of(value: Any) -> str:
    """The SHA-256 of a value that JSON can tell, whatever the order of its keys."""
    return sha256(canonical(value).encode()).hexdigest()


def plain(text: str) -> str:
    """A text that is shown in one line, and moves no terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
