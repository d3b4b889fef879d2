"""Small proxies that do what they are told: HTTP with CONNECT, and SOCKS5. Both keep what they were
asked for.
"""

import asyncio
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class HttpProxy:
    """Makes tunnels; `credentials` are wanted when given, `answer` is said instead of making
    one.
    """

    credentials: str | None = None
    answer: int | None = None
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        self.asked.append(head.split(b" ")[1].decode())
        status = self.answer or (200 if self._knows(head) else 407)
        writer.write(b"HTTP/1.1 %d X\r\nVia: the proxy\r\n\r\n" % status)
        if status == 200:
            host, _, port = self.asked[-1].rpartition(":")
            await join(reader, writer, host.strip("[]"), int(port))

    def _knows(self, head: bytes) -> bool:
        if self.credentials is None:
            return True
        given = next(
            (
                line
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"proxy-authorization:")
            ),
            b"",
        )
        return b64decode(given.rpartition(b" ")[2]).decode() == self.credentials


@dataclass
class Socks5:
    """RFC 1928 with user names of RFC 1929; `reply` is said instead of connecting."""

    credentials: str | None = None
    reply: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        if not await self._admits(reader, writer):
            return
        _, _, _, kind = await reader.readexactly(4)
        host = await self._host(reader, kind)
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        writer.write(bytes([5, self.reply, 0, 1, 0, 0, 0, 0, 0, 0]))
        if self.reply == 0:
            await join(reader, writer, host, port)

    async def _admits(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.credentials is None:
            writer.write(b"\x05\x00")
            return True
        writer.write(b"\x05\x02")
        name = await reader.readexactly((await reader.readexactly(2))[1])
        word = await reader.readexactly((await reader.readexactly(1))[0])
        known = f"{name.decode()}:{word.decode()}" == self.credentials
        writer.write(b"\x01\x00" if known else b"\x01\x01")
        return known

    async def _host(self, reader: asyncio.StreamReader, kind: int) -> str:
        if kind == 1:
            return ".".join(str(part) for part in await reader.readexactly(4))
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode()


async def join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    """Connect the two ends until one of them has said everything."""
    far_reader, far_writer = await asyncio.open_connection(host, port)
    try:
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
    finally:
        far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else writer.close()
