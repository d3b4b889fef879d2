"""An HTTP proxy of a network that lets nothing else out: it makes tunnels, to the names that it
knows.
"""

import asyncio
import threading
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress

from tests.worker.probes.proxies import join


class ConnectProxy:
    """Listens on a port of the loopback, in a thread. `names` lead to ports of this machine.

    `credentials` are wanted when given; `answer` is said instead of making a tunnel. `heads` holds
    what it was asked.
    """

    def __init__(
        self,
        names: Mapping[str, int] | None = None,
        *,
        credentials: str | None = None,
        answer: int | None = None,
    ) -> None:
        self.heads: list[bytes] = []
        self._names = names or {}
        self._credentials = credentials
        self._answer = answer
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> "ConnectProxy":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def url(self, login: str = "") -> str:
        """What HTTPS_PROXY says."""
        return f"http://{login}{'@' if login else ''}127.0.0.1:{self.port}"

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answered(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        status = self._answer or (200 if self._knows(head) else 407)
        writer.write(b"HTTP/1.1 %d X\r\n\r\n" % status)
        if status == 200:
            await join(reader, writer, "127.0.0.1", self._names.get(host, int(port)))

    def _knows(self, head: bytes) -> bool:
        if self._credentials is None:
            return True
        lines = [line for line in head.split(b"\r\n") if b"proxy-authorization" in line.lower()]
        given = b64decode(lines[0].rpartition(b" ")[2]).decode() if lines else ""
        return given == self._credentials
