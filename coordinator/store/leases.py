"""Leases: one process at a time may do a thing, and another takes over when it falls silent.

Terms are measured by the database's clock, which all share. Each takeover has a higher token, also
after the database was restored from a backup, for it is the moment of the takeover. A store that is
fenced commits only while its token stands: a holder that slept through a takeover can do nothing
when it wakes up.
"""

from typing import Final

from coordinator.store.database import Database, FencedError
from worker.contract.instant import Instant

NOBODY: Final = ""
"""Holds a lease that was given back; the row stays, so that tokens only rise."""
IDLE_MS: Final = 5_000
"""PostgreSQL ends a session that holds a lease's row for so long without a word: nobody who stands
still between our look and the commit keeps others from taking over.
"""

_TAKE: Final = (
    "INSERT INTO lease (name, holder, until, token) VALUES (?, ?, {now} + ?, {now}) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, "
    "token = CASE WHEN lease.holder = excluded.holder THEN lease.token "
    "ELSE {greatest}(lease.token + 1, {now}) END "
    "WHERE lease.holder = excluded.holder OR lease.until < {now} RETURNING token"
)
_HELD: Final = "FROM lease WHERE name = ? AND holder = ? AND token = ?"
_LOCKED: Final = (
    f"SELECT set_config('idle_in_transaction_session_timeout', '{IDLE_MS}', true) {_HELD} FOR SHARE"
)


class Leases:
    """Every query about leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, term_ms: int) -> int | None:
        """Take or renew a lease for so long; its token, or None while somebody else holds it."""
        greatest = "max" if self._database.is_sqlite else "greatest"
        sql = _TAKE.format(now=self._database.now_ms, greatest=greatest)
        rows = await self._database.fetch(sql, name, holder, term_ms)
        return int(rows[0]["token"]) if rows else None

    async def holder(self, name: str) -> tuple[str, Instant] | None:
        """Who took a lease last, and until when by the database's clock."""
        rows = await self._database.fetch("SELECT holder, until FROM lease WHERE name = ?", name)
        if not rows or rows[0]["holder"] == NOBODY:
            return None
        return rows[0]["holder"], rows[0]["until"]

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back; nothing happens when somebody else has it."""
        await self._database.fetch(
            "UPDATE lease SET holder = ?, until = 0 WHERE name = ? AND holder = ? RETURNING name",
            NOBODY,
            name,
            holder,
        )

    def fence(self, name: str, holder: str, token: int) -> None:
        """From now on this store commits nothing unless the lease is held under this token:
        FencedError instead.
        """
        sql = f"SELECT 1 {_HELD}" if self._database.is_sqlite else _LOCKED

        async def held(transaction: Database) -> None:
            """Hold the row until the commit: who takes over comes before or after."""
            if not await transaction.fetch(sql, name, holder, token):
                raise FencedError(f"another process took over as {name}; nothing more is stored")

        self._database.before_commit = held
