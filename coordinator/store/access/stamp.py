"""Whether anybody committed anything since: told by SQLite itself, without a query."""

import sqlite3

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.sqlite.client import SqliteClient


class Stamp:
    """Another number whenever another connection, of whichever process, has committed to the same
    SQLite file. A commit that was over before it is asked for is in it.

    It is read in the thread that asks, in microseconds: from what SQLite's connections share in
    memory, without waiting for who writes.
    """

    def __init__(self, client: BaseDBAsyncClient) -> None:
        self._own: sqlite3.Connection | None = None
        if isinstance(client, SqliteClient):
            self._own = sqlite3.connect(client.filename, timeout=0, isolation_level=None)

    def now(self) -> int | None:
        """The number; None where it cannot be told, as of a server."""
        if self._own is None:
            return None
        try:
            found: int = self._own.execute("PRAGMA data_version").fetchall()[0][0]
        except sqlite3.Error:
            return None
        return found

    def close(self) -> None:
        """Ask no more."""
        if self._own is not None:
            self._own.close()
