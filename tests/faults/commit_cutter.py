"""A proxy before PostgreSQL that cuts the connection after a commit was done and before its client
hears of it.
"""

import asyncio
from contextlib import suppress
from types import TracebackType

COMMIT = b"COMMIT;"


class CommitCutter:
    """Forwards to a port of the loopback. `arm()` makes it cut the next commit's answer off,
    once.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._armed = False
        self.cuts = 0
        self.port = 0

    async def __aenter__(self) -> "CommitCutter":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def arm(self) -> None:
        """Cut the next one."""
        self._armed = True

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        muted = asyncio.Event()
        back = asyncio.create_task(self._back(server, to_client, muted))
        with suppress(ConnectionError):
            while data := await client.read(1 << 16):
                if self._armed and COMMIT in data:
                    self._armed = False
                    muted.set()
                to_server.write(data)
        to_server.close()
        await back

    async def _back(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while data := await server.read(1 << 16):
                if muted.is_set():  # it was committed: nobody shall know
                    self.cuts += 1
                    break
                to_client.write(data)
        to_client.close()
