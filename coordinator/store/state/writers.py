"""Several processes that store into one PostgreSQL, and one that judges: up to where everything has
been stored.

Each storing process has a row with its floor: none of its batches that are yet to be committed has
an older stamp. The judge reads up to the lowest floor, and writes down how far that is before it
reads. A process that begins gets a floor that is not below it. One that fell silent loses its row;
should it wake up, its commit finds no row and is undone. So nothing is ever committed behind the
judge.
"""

from typing import Final

from coordinator.store.database import Database
from worker.contract.instant import Instant

JUDGE: Final = ""
"""The name of the judge's own row: its floor is how far it reads."""
SILENT_MS: Final = 10_000
LOCK: Final = 0x0075_5C017

_NOW_MS: Final = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
"""The one clock that all of them share."""
_PUT: Final = (
    f"INSERT INTO intake (name, floor, seen_at) VALUES (?, ?, {_NOW_MS}) "
    "ON CONFLICT (name) DO UPDATE SET floor = excluded.floor, seen_at = excluded.seen_at"
)


class FencedError(Exception):
    """This process was silent for so long that the others went on without it; what it would store
    is not stored.
    """


class Writers:
    """Every query about processes that store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, name: str, now: Instant) -> Instant:
        """Be one of those that store, until silent or ended; no stamp of it may be older than what
        this returns.
        """
        async with self._database.transaction() as transaction:
            await transaction.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
            rows = await transaction.fetch("SELECT floor FROM intake WHERE name = ?", JUDGE)
            watermark = max([now, *(int(row["floor"]) for row in rows)])
            await transaction.many(_PUT, [(name, watermark)])
        return watermark

    async def go_on(self, name: str, watermark: Instant) -> None:
        """Say that this process lives, and its floor; FencedError when the others went on without
        it.
        """
        await alive(self._database, name, watermark)

    async def end(self, name: str) -> None:
        """Everything of this process is stored, and nothing more will be."""
        await self._database.fetch("DELETE FROM intake WHERE name = ?", name)

    async def names(self) -> set[str]:
        """The processes that store."""
        return {
            row["name"]
            for row in await self._database.fetch("SELECT name FROM intake WHERE name <> ?", JUDGE)
        }

    async def claim(self, now: Instant) -> tuple[Instant, int]:
        """How far the judge may read, never less than before, and how many processes store.

        Without any it is `now`: those that begin later begin behind it.
        """
        async with self._database.transaction() as transaction:
            await transaction.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
            await transaction.fetch(
                f"DELETE FROM intake WHERE name <> ? AND seen_at < {_NOW_MS} - {SILENT_MS}", JUDGE
            )
            rows = await transaction.fetch("SELECT name, floor FROM intake")
            watermarks = {row["name"]: int(row["floor"]) for row in rows}
            before = watermarks.pop(JUDGE, 0)
            reach = max(before, min(watermarks.values(), default=now))
            await transaction.many(_PUT, [(JUDGE, reach)])
        return reach, len(watermarks)


async def alive(database: Database, name: str, watermark: Instant | None = None) -> None:
    """Hold our row until the end of the transaction, so that nobody goes on without us before it is
    committed.
    """
    sql = (
        f"UPDATE intake SET seen_at = {_NOW_MS}, floor = coalesce(?::bigint, floor) "
        "WHERE name = ? RETURNING name"
    )
    if not await database.fetch(sql, watermark, name):
        raise FencedError(f"{name} was taken for dead; it begins anew")
