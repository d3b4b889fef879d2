"""What could not be taken in: kept with its reason until somebody has it read again or discards
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from coordinator.encoding import moment
from coordinator.store.audit import Entry, added
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant

MOST_KEPT: Final = 1_000
"""So many messages are kept; of more, only the refusals are counted. A flood must not fill the
disk.
"""
MOST_BODY: Final = 1 << 20
"""Of a larger message only the beginning is kept, and it cannot be read again."""

_COLUMNS: Final = "id, region, task, reason, example, size, count, first_at, last_at, again"
_PUT: Final = (
    "INSERT INTO set_aside (id, region, task, reason, example, body, size, count, first_at,"
    " last_at, again) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, false) ON CONFLICT (id) DO UPDATE SET"
    " count = set_aside.count + 1, last_at = excluded.last_at, example = excluded.example, again ="
    " false"
)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message, or the rows of one as a message of their own, that was refused for one reason.

    `task` is the Celery task that it names; empty when it is no message any more and only for
    people to read.
    """

    region: str
    task: str
    reason: str
    example: str
    body: bytes
    at: Instant

    @property
    def id(self) -> str:
        """Derived from what it is: the same message again is the same one."""
        digest = blake2b(digest_size=6)
        for part in (self.region, self.task, self.reason):
            digest.update(part.encode() + b"\n")
        digest.update(self.body)
        return digest.hexdigest()


class DeadLetters:
    """Every query about what was set aside."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, dead_letters: Sequence[DeadLetter]) -> int:
        """Keep these, as far as there is room; how many there was no room for. The same one again
        is counted.
        """
        rows = await self._database.fetch("SELECT id FROM set_aside")
        known = {row["id"] for row in rows}
        kept: list[tuple[Any, ...]] = []
        for dead_letter in dead_letters:
            identifier = dead_letter.id  # a digest of the whole message
            if identifier in known or len(known) < MOST_KEPT:
                known.add(identifier)
                kept.append((identifier, *_values(dead_letter)))
        await self._database.many(_PUT, kept)
        return len(dead_letters) - len(kept)

    async def all(self) -> list[dict[str, Any]]:
        """What is kept, the latest first, without the messages."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM set_aside ORDER BY last_at DESC, id"
        )
        return [_document(row) for row in rows]

    async def one(self, identifier: str) -> tuple[dict[str, Any], bytes] | None:
        """One of them with its message; None when there is none."""
        sql = f"SELECT {_COLUMNS}, body FROM set_aside WHERE id = ?"
        for row in await self._database.fetch(sql, identifier):
            body = bytes(row.pop("body"))
            return _document(row), body
        return None

    async def retry(self, identifiers: Sequence[str], *lines: Entry) -> list[str]:
        """Have these read again by the coordinator, soon; the ids of those that can be. With any,
        the lines are added that tell of it.
        """
        sql = (
            "UPDATE set_aside SET again = true WHERE id = ? AND task <> '' AND size <="
            f" {MOST_BODY} RETURNING id"
        )
        return await self._each(sql, identifiers, lines)

    async def discard(self, identifiers: Sequence[str], *lines: Entry) -> int:
        """Forget these; how many there were. With any, the lines are added that tell of it."""
        sql = "DELETE FROM set_aside WHERE id = ? RETURNING id"
        return len(await self._each(sql, identifiers, lines))

    async def _each(
        self, sql: str, identifiers: Sequence[str], lines: Sequence[Entry]
    ) -> list[str]:
        """Do it to each; the ids of those that it was done to."""
        done: list[str] = []
        async with self._database.transaction() as transaction:
            for identifier in identifiers:
                done += [row["id"] for row in await transaction.fetch(sql, identifier)]
            if done:
                await added(transaction, *lines)
        return done

    async def wanted(self, limit: int = 16) -> list[tuple[str, DeadLetter]]:
        """Those that are to be read again, with their ids."""
        sql = f"SELECT {_COLUMNS}, body FROM set_aside WHERE again ORDER BY last_at, id LIMIT ?"
        return [
            (
                row["id"],
                DeadLetter(
                    row["region"], row["task"], row["reason"], row["example"], bytes(row["body"]), 0
                ),
            )
            for row in await self._database.fetch(sql, limit)
        ]

    async def done(self, identifiers: Sequence[str]) -> None:
        """These were read again; one that was refused again meanwhile stays."""
        await self._database.many(
            "DELETE FROM set_aside WHERE id = ? AND again",
            ((identifier,) for identifier in identifiers),
        )


def _values(dead_letter: DeadLetter) -> tuple[Any, ...]:
    told = (
        dead_letter.region[:64],
        dead_letter.task.replace("\0", "")[:64],
        dead_letter.reason,
        _clean(dead_letter.example),
    )
    return (
        *told,
        dead_letter.body[:MOST_BODY],
        len(dead_letter.body),
        dead_letter.at,
        dead_letter.at,
    )


def _clean(text: str) -> str:
    """Without what PostgreSQL cannot store as text."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _document(row: Row) -> dict[str, Any]:
    return {
        **row,
        "again": bool(row["again"]),
        "first_at": moment(row["first_at"]),
        "last_at": moment(row["last_at"]),
    }
