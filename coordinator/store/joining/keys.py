"""The keys of workers that joined: of each only the SHA-256, which is also what the broker asks."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

from coordinator.store.audit import Entry, added
from coordinator.store.database import Database
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class WorkerKey:
    """A key of one worker. It ends at `until`, when another replaced it, or was revoked.

    `applied_at` is when the coordinator had told the broker.
    """

    id: int
    region: str
    worker: str
    digest: str
    invitation: int
    made_at: Instant
    until: Instant | None = None
    revoked_at: Instant | None = None
    draining_at: Instant | None = None
    applied_at: Instant | None = None
    salted: str = ""
    """The hash that RabbitMQ compares, with the salt in it; empty where none was told."""

    def lets_in(self, at: Instant) -> bool:
        """Whether the broker takes it."""
        return self.revoked_at is None and (self.until is None or at < self.until)


_COLUMNS: Final = ", ".join(field.name for field in fields(WorkerKey))
_OF: Final = "WHERE region = ? AND worker = ?"


class WorkerKeys:
    """Every query about keys of workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[WorkerKey]:
        """All keys, also those that let nobody in."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM worker_key ORDER BY region, worker, id"
        )
        return [WorkerKey(**row) for row in rows]

    async def of(self, number: int) -> WorkerKey | None:
        """The key of a number."""
        rows = await self._database.fetch(f"SELECT {_COLUMNS} FROM worker_key WHERE id = ?", number)
        return WorkerKey(**rows[0]) if rows else None

    async def of_worker(self, region: str, worker: str) -> list[WorkerKey]:
        """All keys of one worker, the oldest first."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM worker_key {_OF} ORDER BY id", region, worker
        )
        return [WorkerKey(**row) for row in rows]

    async def draining(self) -> frozenset[tuple[str, str]]:
        """Region and name of the workers that are to leave."""
        rows = await self._database.fetch(
            "SELECT region, worker FROM worker_key WHERE draining_at IS NOT NULL"
        )
        return frozenset((row["region"], row["worker"]) for row in rows)

    async def applied(self, keys: Iterable[WorkerKey], at: Instant) -> None:
        """The broker was told of these."""
        await self._database.many(
            "UPDATE worker_key SET applied_at = ? WHERE id = ?", [(at, key.id) for key in keys]
        )

    async def revoke(self, region: str, worker: str, at: Instant, entry: Entry) -> None:
        """No key of this worker lets anybody in from now on."""
        await self._change("revoked_at = coalesce(revoked_at, ?)", at, region, worker, entry)

    async def drain(self, region: str, worker: str, at: Instant, entry: Entry) -> None:
        """The worker is to finish its looks and leave."""
        await self._change("draining_at = coalesce(draining_at, ?)", at, region, worker, entry)

    async def undrain(self, region: str, worker: str, entry: Entry) -> None:
        """The worker may work again."""
        await self._change("draining_at = NULL", None, region, worker, entry)

    async def remove(self, region: str, worker: str, entry: Entry) -> None:
        """Forget this worker's keys; another may have its name."""
        async with self._database.transaction() as transaction:
            await transaction.many(f"DELETE FROM worker_key {_OF}", [(region, worker)])
            await added(transaction, entry)

    async def _change(
        self, what: str, value: Instant | None, region: str, worker: str, entry: Entry
    ) -> None:
        values = () if value is None else (value,)
        async with self._database.transaction() as transaction:
            await transaction.many(
                f"UPDATE worker_key SET {what} {_OF}", [(*values, region, worker)]
            )
            await added(transaction, entry)


async def keys_of_region(database: Database, region: str) -> list[WorkerKey]:
    """The keys of all workers of a region, in somebody else's transaction."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM worker_key WHERE region = ? ORDER BY id", region
    )
    return [WorkerKey(**row) for row in rows]
