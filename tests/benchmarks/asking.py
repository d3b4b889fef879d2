"""Clients that ask one path over and over, over connections that stay open."""

import asyncio
import time
from collections.abc import Mapping


async def ask_for(
    port: int, path: str, headers: Mapping[str, str] | None = None
) -> tuple[dict[str, str], bytes]:
    """Headers and body of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(path, headers or {}))
    try:
        return await _answer(reader)
    finally:
        writer.close()


class Asks:
    """Asks one path of one server; `addresses` says for how many callers in turn."""

    def __init__(
        self, port: int, path: str, headers: Mapping[str, str], addresses: int = 0
    ) -> None:
        self.size = 0
        self._port = port
        named = [f"203.{n // 250}.113.{n % 250 + 1}" for n in range(addresses)]
        self._requests = [_request(path, {**headers, "x-forwarded-for": one}) for one in named] or [
            _request(path, headers)
        ]

    async def many(self, count: int, clients: int) -> None:
        """So many requests, each client the next one as soon as it is answered."""
        await asyncio.gather(*(self._client(n, count // clients) for n in range(clients)))

    async def steadily(self, rate: int, seconds: float, clients: int = 50) -> list[float]:
        """Requests at a steady rate, whether earlier ones were answered or not; milliseconds of
        each from the moment when it was due.
        """
        taken: list[float] = []
        free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        for _ in range(clients):
            free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))
        begin, asked = time.perf_counter(), set()

        async def once(due: float) -> None:
            link = await free.get()
            link[1].write(self._requests[0])
            await _answer(link[0])
            taken.append((time.perf_counter() - due) * 1000)
            free.put_nowait(link)

        for number in range(int(rate * seconds)):
            due = begin + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            asked.add(asyncio.create_task(once(due)))
        await asyncio.gather(*asked)
        while not free.empty():
            free.get_nowait()[1].close()
        return taken

    async def _client(self, first: int, count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for turn in range(count):
            writer.write(self._requests[(first * count + turn) % len(self._requests)])
            _, body = await _answer(reader)
            self.size = len(body)
        writer.close()


def _request(path: str, headers: Mapping[str, str]) -> bytes:
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{told}\r\n".encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    if head[0].split()[1] not in ("200", "304"):
        raise SystemExit(f"it answered {head[0]}")
    told = [line.partition(": ") for line in head[1:] if line]
    headers = {name.lower(): value for name, _, value in told}
    return headers, await reader.readexactly(int(headers.get("content-length", 0)))
