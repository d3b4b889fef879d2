"""A worker's connection to the broker, by the worker's own user: what its key may not do, the
broker refuses here as well.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio.connection import Connection, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    NoPermissionError,
    OutOfMemoryError,
    RedisError,
    ResponseError,
)

from coordinator.relay.holder import Holder
from coordinator.relay.place import Place
from coordinator.relay.refusals import RelayError, broker_away, broker_full, key_refused
from worker.contract.broker import verified
from worker.contract.reloading.sentinel import found

MOST_AT_ONCE: Final = 32
"""Messages of one batch."""
_DRAIN: Final = 8
MOST_BYTES: Final = 512 << 10
"""A batch of so many bytes is given no more."""
_PATIENCE_S: Final = 5.0
_RIGHTS: Final = "the broker refuses this key a right that a worker needs; renew its access list"


class Line:
    """One connection, opened when it is needed and given up at the first fault."""

    def __init__(self, place: Place, holder: Holder) -> None:
        self._place = place
        self._holder = holder
        self._connection: Connection | None = None

    async def take(self, queues: Sequence[str], wait_s: float) -> list[bytes]:
        """What waits on these queues, the first one first; waits for the first message so long.
        RelayError when the broker is away or lets the worker in no more.
        """
        first = await self._ask([("BRPOP", *queues, wait_s)])
        found = [reply[1] for reply in first if reply]
        while found and len(found) < MOST_AT_ONCE and sum(map(len, found)) < MOST_BYTES:
            # inside MULTI nothing waits, and a worker may do no other taking
            more = [("MULTI",), *[("BRPOP", *queues, 0)] * _DRAIN, ("EXEC",)]
            taken = [reply[1] for reply in (await self._ask(more))[-1] if reply]
            found += taken
            if len(taken) < _DRAIN:
                break
        return found

    async def put(self, queue: str, messages: Sequence[bytes]) -> None:
        """Append messages to a queue. RelayError as above, or when the broker has no room."""
        await self._ask([("LPUSH", queue, *messages)])

    async def open(self) -> None:
        """Come in; RelayError when the broker is away, or does not let this worker in."""
        await self._ask([("PING",)])

    async def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _ask(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The replies to commands, over a new connection when the old one is gone."""
        fresh = self._connection is None
        try:
            return await self._replies(commands)
        except RelayError:
            raise
        except (RedisError, OSError) as error:
            await self.close()
            if fresh:
                raise broker_away() from error
        except BaseException:
            await self.close()  # a reply may be on its way, to nobody
            raise
        return await self._ask(commands)  # what was cut off may be let in again, or be refused

    async def _replies(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        try:
            connection = self._connection or await self._opened()
            await connection.send_packed_command(connection.pack_commands(commands))
            return [await connection.read_response() for _ in commands]
        except (AuthenticationError, NoPermissionError) as error:
            await self.close()
            sentence = _RIGHTS if isinstance(error, NoPermissionError) else None
            raise key_refused(sentence) if sentence else key_refused() from error
        except OutOfMemoryError as error:
            raise broker_full() from error
        except ResponseError as error:
            await self.close()
            raise broker_away() from error

    async def _opened(self) -> Connection:
        url = await asyncio.to_thread(found, self._place.url)  # Sentinels may have to be asked
        options: dict[str, Any] = dict(parse_url(verified(url)))
        make = options.pop("connection_class", Connection)
        if make is SSLConnection and self._place.authority:
            options["ssl_ca_data"] = self._place.authority
        self._connection = make(
            **options,
            username=self._holder.user,
            password=self._holder.secret,
            socket_timeout=_PATIENCE_S,
            socket_connect_timeout=_PATIENCE_S,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        await self._connection.connect()
        return self._connection
