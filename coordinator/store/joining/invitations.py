"""Invitations: each lets one worker join, once. Only the SHA-256 of its token is stored."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

from coordinator.store.audit import Entry, added
from coordinator.store.database import Database
from coordinator.store.joining.keys import WorkerKey, keys_of_region
from worker.contract.instant import Instant

Found = TypeVar("Found")
FORGOTTEN_MS: Final = 30 * 86_400_000
"""So long after it expired an invitation can still be told from one that never was."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a token lets in: a worker of `region`, from `network` (all, when None), before
    `expires_at`. With `worker` it renews that worker's key.
    """

    id: int
    digest: str
    region: str
    worker: str | None
    network: str | None
    made_at: Instant
    expires_at: Instant
    used_at: Instant | None = None


_COLUMNS: Final = ", ".join(field.name for field in fields(Invitation))


class Invitations:
    """Every query about invitations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, invitation: Invitation, entry: Entry) -> None:
        """Store a new one (its `id` is given by the database), and the line that tells of it."""
        async with self._database.transaction() as transaction:
            await transaction.many(
                "INSERT INTO invitation (digest, region, worker, network, made_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        invitation.digest,
                        invitation.region,
                        invitation.worker,
                        invitation.network,
                        invitation.made_at,
                        invitation.expires_at,
                    )
                ],
            )
            await added(transaction, entry)

    async def redeem(
        self, digest: str, admit: Callable[[Invitation | None, list[WorkerKey]], "Admitted"]
    ) -> WorkerKey:
        """Have `admit` decide, by the invitation of a token and the keys of its region, whom to let
        in, and store that; the key that then stands. What `admit` raises changes nothing.

        Of two that come at once with one token the second is asked about when the first is stored.
        """
        async with self._database.transaction() as transaction:
            await alone(transaction)
            rows = await transaction.fetch(
                f"SELECT {_COLUMNS} FROM invitation WHERE digest = ?", digest
            )
            found = Invitation(**rows[0]) if rows else None
            keys = await keys_of_region(transaction, found.region) if found else []
            admitted = admit(found, keys)
            if admitted.entry is not None:
                await _store(transaction, admitted)
                await added(transaction, admitted.entry)
            assert found is not None  # noqa: S101 - nobody is admitted without one
            keys = await keys_of_region(transaction, found.region)
            return next(key for key in keys if key.invitation == found.id)

    async def withdraw(self, number: int, at: Instant, entry: Entry) -> bool:
        """It lets nobody in any more; whether it still did."""
        async with self._database.transaction() as transaction:
            gone = await transaction.fetch(
                "UPDATE invitation SET expires_at = ? WHERE id = ? AND used_at IS NULL"
                " AND expires_at > ? RETURNING id",
                at,
                number,
                at,
            )
            if gone:
                await added(transaction, entry)
        return bool(gone)

    async def forget(self, at: Instant) -> None:
        """Forget those that expired long ago."""
        await self._database.fetch(
            "DELETE FROM invitation WHERE expires_at < ? RETURNING 1", at - FORGOTTEN_MS
        )

    async def open(self, at: Instant) -> list[Invitation]:
        """Those that can still be used."""
        rows: list[dict[str, Any]] = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM invitation WHERE used_at IS NULL AND expires_at > ?"
            " ORDER BY id",
            at,
        )
        return [Invitation(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whom to let in: a worker's new key. `entry` is the line that tells of it; without one the
    worker is in already, and nothing is stored. `until` ends its older keys.
    """

    invitation: Invitation
    worker: str
    digest: str
    at: Instant
    until: Instant
    entry: Entry | None
    salted: str = ""


async def _store(transaction: Database, admitted: Admitted) -> None:
    region, worker = admitted.invitation.region, admitted.worker
    await transaction.many(
        "UPDATE invitation SET used_at = ? WHERE id = ?", [(admitted.at, admitted.invitation.id)]
    )
    await transaction.many(
        "UPDATE worker_key SET until = ? WHERE region = ? AND worker = ? AND until IS NULL",
        [(admitted.until, region, worker)],
    )
    await transaction.many(
        "INSERT INTO worker_key (region, worker, digest, salted, invitation, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                region,
                worker,
                admitted.digest,
                admitted.salted,
                admitted.invitation.id,
                admitted.at,
            )
        ],
    )


async def alone(transaction: Database) -> None:
    """Let nobody else join meanwhile. SQLite's transaction is alone already."""
    if not transaction.is_sqlite:
        await transaction.fetch("LOCK TABLE invitation, worker_key IN EXCLUSIVE MODE")
