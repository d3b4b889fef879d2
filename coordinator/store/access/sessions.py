"""Sessions of browsers, and the links by which one begins. Of each only the SHA-256 is stored."""

from dataclasses import dataclass, field, replace
from typing import Final

from coordinator.store.audit import Entry, added
from coordinator.store.database import Database, Row
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody signed in by. `id` is the digest of what its cookie holds; with
    `token` it ends when that token does.
    """

    id: str = field(repr=False)
    who: str
    scopes: tuple[str, ...]
    token: str | None
    made_at: Instant
    expires_at: Instant


_SESSION: Final = "id, who, scopes, token, made_at, expires_at"


class Sessions:
    """Every query about sessions and links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, session: Session, entry: Entry) -> None:
        """Store a new one, and the line that tells of it."""
        async with self._database.transaction() as transaction:
            await _begin(transaction, session, entry)

    async def find(self, identifier: str, at: Instant) -> Session | None:
        """The session of a digest that goes on now."""
        rows = await self._database.fetch(
            f"SELECT {_SESSION} FROM access_session WHERE id = ? AND expires_at > ?",
            identifier,
            at,
        )
        return _session(rows[0]) if rows else None

    async def end(self, identifier: str, entry: Entry) -> None:
        """Forget it; a repeat changes nothing."""
        async with self._database.transaction() as transaction:
            if await transaction.fetch(
                "DELETE FROM access_session WHERE id = ? RETURNING id", identifier
            ):
                await added(transaction, entry)

    async def offer(
        self, link: str, who: str, scopes: tuple[str, ...], expires_at: Instant, entry: Entry
    ) -> None:
        """Store the digest of a link by which one browser may sign in, once."""
        async with self._database.transaction() as transaction:
            await transaction.many(
                "INSERT INTO sign_in_link (id, who, scopes, expires_at) VALUES (?, ?, ?, ?)",
                [(link, who, ",".join(scopes), expires_at)],
            )
            await added(transaction, entry)

    async def redeem(self, link: str, session: Session, source: str) -> Session | None:
        """Begin this session as whom the link says; None when the link is not known, used or too
        old. Of two that come at once one is let in.
        """
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch(
                "UPDATE sign_in_link SET used_at = ? WHERE id = ? AND used_at IS NULL"
                " AND expires_at > ? RETURNING who, scopes",
                session.made_at,
                link,
                session.made_at,
            )
            if not rows:
                return None
            begun = replace(session, who=rows[0]["who"], scopes=tuple(rows[0]["scopes"].split(",")))
            line = Entry(session.made_at, begun.who, "signed in", "by a link", source)
            await _begin(transaction, begun, line)
            return begun

    async def forget(self, at: Instant) -> None:
        """Forget what ended."""
        for table in ("access_session", "sign_in_link"):
            await self._database.fetch(f"DELETE FROM {table} WHERE expires_at < ? RETURNING 1", at)


async def _begin(transaction: Database, session: Session, entry: Entry) -> None:
    await transaction.many(
        f"INSERT INTO access_session ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                session.id,
                session.who,
                ",".join(session.scopes),
                session.token,
                session.made_at,
                session.expires_at,
            )
        ],
    )
    await added(transaction, entry)


def _session(row: Row) -> Session:
    return Session(**{**row, "scopes": tuple(filter(None, row["scopes"].split(",")))})
