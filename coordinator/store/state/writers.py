"""Writers, which store into one PostgreSQL, and one process that judges: up to where everything has
been stored.

Each writer has a row with its watermark: none of its batches that are yet to be committed has an
older stamp. The judge reads up to the lowest watermark, and writes down how far that is before it
reads. A writer that begins gets a watermark that is not below it. One that fell silent loses its
row; should it wake up, its commit finds no row and is undone. So nothing is ever committed behind
the judge.
"""

from typing import Final

from coordinator.store.database import POSTGRES_NOW_MS, Database, FencedError
from worker.contract.instant import Instant

JUDGE: Final = ""
"""The name of the judge's own row: its watermark is how far it reads."""
TABLE: Final = "intake"
WATERMARK: Final = "floor"
"""The table of writers and its column. Stored, so they keep the words that were theirs before."""
SILENT_MS: Final = 10_000
LOCK: Final = 0x0075_5C017

_NOW_MS: Final = POSTGRES_NOW_MS
"""The one clock that all of them share."""
_PUT: Final = (
    f"INSERT INTO {TABLE} (name, {WATERMARK}, seen_at) VALUES (?, ?, {_NOW_MS}) ON CONFLICT (name)"
    f" DO UPDATE SET {WATERMARK} = excluded.{WATERMARK}, seen_at = excluded.seen_at"
)


class Writers:
    """Every query about writers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, name: str, now: Instant) -> Instant:
        """Be one of those that store, until silent or ended; no stamp of it may be older than what
        this returns.
        """
        async with self._database.transaction() as transaction:
            await transaction.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
            rows = await transaction.fetch(f"SELECT {WATERMARK} FROM {TABLE} WHERE name = ?", JUDGE)
            watermark = max([now, *(int(row[WATERMARK]) for row in rows)])
            await transaction.many(_PUT, [(name, watermark)])
        return watermark

    async def go_on(self, name: str, watermark: Instant) -> None:
        """Say that this writer lives, and its watermark; FencedError when the others went on
        without it.
        """
        await alive(self._database, name, watermark)

    async def end(self, name: str) -> None:
        """Everything of this process is stored, and nothing more will be."""
        await self._database.fetch(f"DELETE FROM {TABLE} WHERE name = ?", name)

    async def names(self) -> set[str]:
        """The names of those that store."""
        sql = f"SELECT name FROM {TABLE} WHERE name <> ?"
        return {row["name"] for row in await self._database.fetch(sql, JUDGE)}

    async def claim(self, now: Instant) -> tuple[Instant, int]:
        """How far the judge may read, never less than before, and how many writers there are.

        Without any it is `now`: those that begin later begin behind it.
        """
        async with self._database.transaction() as transaction:
            await transaction.fetch("SELECT pg_advisory_xact_lock(?)", LOCK)
            await transaction.fetch(
                f"DELETE FROM {TABLE} WHERE name <> ? AND seen_at < {_NOW_MS} - {SILENT_MS}", JUDGE
            )
            rows = await transaction.fetch(f"SELECT name, {WATERMARK} FROM {TABLE}")
            watermarks = {row["name"]: int(row[WATERMARK]) for row in rows}
            before = watermarks.pop(JUDGE, 0)
            reach = max(before, min(watermarks.values(), default=now))
            await transaction.many(_PUT, [(JUDGE, reach)])
        return reach, len(watermarks)

    async def settled(self) -> Instant | None:
        """No result that is yet to be committed was received before this; None where one process
        stores, which commits in the order of receipt.
        """
        rows = await self._database.fetch(f"SELECT name, {WATERMARK} FROM {TABLE}")
        watermarks = {row["name"]: int(row[WATERMARK]) for row in rows}
        judge = watermarks.pop(JUDGE, 0)
        return max(judge, min(watermarks.values())) if watermarks else None


async def alive(database: Database, name: str, watermark: Instant | None = None) -> None:
    """Hold our row until the end of the transaction, so that nobody goes on without us before it is
    committed.
    """
    sql = (
        f"UPDATE {TABLE} SET seen_at = {_NOW_MS},"
        f" {WATERMARK} = coalesce(?::bigint, {WATERMARK}) WHERE name = ? RETURNING name"
    )
    if not await database.fetch(sql, watermark, name):
        raise FencedError(f"{name} was taken for dead; it begins anew")
