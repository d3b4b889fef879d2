"""Tokens of the HTTP API. Of each only the SHA-256 is stored."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from coordinator.store.access.stamp import Stamp
from coordinator.store.audit import Entry, added
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant

MOST_ADDRESSES: Final = 1_000
"""So many addresses are known of one token, the newest."""
KEPT_MS: Final = 90 * 86_400_000
"""So long after it ended a token can still be told from one that never was."""
MOST_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What is known of a token: `id` finds it, `digest` proves it. Good until `expires_at` (for
    ever, when None), from `networks` (from everywhere, when there are none).
    """

    id: str
    digest: str = field(repr=False)
    name: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    made_at: Instant
    made_by: str
    expires_at: Instant | None
    revoked_at: Instant | None = None
    uses: int = 0
    last_used_at: Instant | None = None
    addresses: int = 0
    """From how many addresses it was used."""


@dataclass(frozen=True, slots=True)
class Use:
    """How often a token was used from an address, and when last."""

    token: str
    address: str
    times: int
    at: Instant


_COLUMNS: Final = (
    "id, digest, name, scopes, networks, made_at, made_by, expires_at, revoked_at, uses,"
    " last_used_at"
)
_COUNTED: Final = (
    "(SELECT count(*) FROM access_token_use WHERE token = access_token.id) AS addresses"
)


class Tokens:
    """Every query about tokens of the HTTP API."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: AccessToken, entry: Entry) -> None:
        """Store a new one, and the line that tells of it."""
        async with self._database.transaction() as transaction:
            await transaction.many(
                "INSERT INTO access_token (id, digest, name, scopes, networks, made_at, made_by,"
                " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        token.id,
                        token.digest,
                        token.name,
                        ",".join(token.scopes),
                        ",".join(token.networks),
                        token.made_at,
                        token.made_by,
                        token.expires_at,
                    )
                ],
            )
            await added(transaction, entry)

    async def find(self, identifier: str) -> AccessToken | None:
        """The token of an id, also one that is good no more."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM access_token WHERE id = ?", identifier
        )
        return _token(rows[0]) if rows else None

    @asynccontextmanager
    async def kept(self) -> AsyncIterator["KeptTokens"]:
        """The same tokens for who asks for them over and over."""
        stamp = Stamp(self._database.client)
        try:
            yield KeptTokens(self, stamp)
        finally:
            stamp.close()

    async def all(self) -> list[AccessToken]:
        """All of them, the oldest first, with from how many addresses they were used."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS}, {_COUNTED} FROM access_token ORDER BY made_at, id"
        )
        return [_token(row) for row in rows]

    async def revoke(self, identifier: str, at: Instant, entry: Entry) -> bool:
        """It lets nobody in from now on; whether it did until now. Only then the line is added."""
        async with self._database.transaction() as transaction:
            revoked = await transaction.fetch(
                "UPDATE access_token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
                " RETURNING id",
                at,
                identifier,
            )
            if revoked:
                await added(transaction, entry)
        return bool(revoked)

    async def used(self, uses: Iterable[Use]) -> None:
        """Add what several processes counted; a repeat would count twice, and is not made."""
        counted = list(uses)
        async with self._database.transaction() as transaction:
            await transaction.many(
                "UPDATE access_token SET uses = uses + ?, last_used_at ="
                " CASE WHEN last_used_at > ? THEN last_used_at ELSE ? END WHERE id = ?",
                [(use.times, use.at, use.at, use.token) for use in counted],
            )
            await transaction.many(
                "INSERT INTO access_token_use (token, address, at) VALUES (?, ?, ?)"
                " ON CONFLICT (token, address) DO UPDATE SET at = excluded.at",
                [(use.token, use.address, use.at) for use in counted],
            )

    async def forget(self, at: Instant) -> None:
        """Forget tokens that ended long ago, and addresses beyond those that are kept."""
        before = at - KEPT_MS
        await self._database.fetch(
            "DELETE FROM access_token WHERE revoked_at < ? OR expires_at < ? RETURNING 1",
            before,
            before,
        )
        await self._database.fetch(
            "DELETE FROM access_token_use WHERE token NOT IN (SELECT id FROM access_token)"
            " OR id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY token"
            " ORDER BY at DESC) AS place FROM access_token_use) AS placed WHERE place > ?)"
            " RETURNING 1",
            MOST_ADDRESSES,
        )


class KeptTokens:
    """Tokens as they are at this very moment: read again as soon as anybody has committed anything,
    and each time where the database does not tell that by itself.
    """

    def __init__(self, tokens: Tokens, stamp: Stamp) -> None:
        self._tokens = tokens
        self._stamp = stamp
        self._as_of: int | None = None
        self._found: dict[str, AccessToken] = {}

    async def find(self, identifier: str) -> AccessToken | None:
        """As `Tokens.find`."""
        as_of = self._stamp.now()
        if as_of is None or as_of != self._as_of:
            self._as_of, self._found = as_of, {}
        kept = self._found  # of that state or a later one, however long reading takes
        found = kept.get(identifier)
        if found is None:
            found = await self._tokens.find(identifier)
            if found is not None and len(kept) < MOST_KEPT:
                kept[identifier] = found
        return found


def _token(row: Row) -> AccessToken:
    lists: dict[str, Any] = {
        name: tuple(filter(None, row[name].split(","))) for name in ("scopes", "networks")
    }
    return AccessToken(**{**row, **lists})
