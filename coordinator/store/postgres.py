"""PostgreSQL on several hosts, of which one takes what is written: a new connection goes there,
whichever it is by now. Tortoise takes this module for an engine.
"""

import logging
from typing import Any, Final

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
# its pool tells of each failed attempt with a traceback; who asks for a connection tells it too

PORT: Final = 5432
ENGINE: Final = __name__


class Client(AsyncpgDBClient):
    """Tortoise's own client, with `hosts` as a list of (host, port)."""

    def __init__(self, *, hosts: list[tuple[str, int]] | None = None, **told: Any) -> None:
        super().__init__(**told)
        if hosts:
            self.host, self.port = places(hosts)


def places(hosts: list[tuple[str, int]]) -> tuple[Any, Any]:
    """Hosts and ports as asyncpg takes several."""
    return [host for host, _ in hosts], [port for _, port in hosts]


async def leave_if_read_only(client: Any, error: BaseException) -> None:
    """Give up all connections when one leads to a server that takes nothing any more, for it became
    a replica.
    """
    pool = getattr(client, "_pool", None)
    told = (error, error.__cause__)  # Tortoise wraps what the driver says
    if pool is not None and any(
        isinstance(one, asyncpg.ReadOnlySQLTransactionError) for one in told
    ):
        await pool.expire_connections()


client_class = Client
