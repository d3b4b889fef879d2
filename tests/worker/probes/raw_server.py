"""A server that sends bytes as they are, in the clear or under TLS, and ends as it is told."""

import asyncio
import socket
import ssl
import struct
from typing import Literal

from tests.worker.probes.conftest import Listen, Listener

Ending = Literal["goodbye", "close", "reset", "hold"]
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame of HTTP/2, RFC 9113 section 4.1."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


async def raw_server(
    listen: Listen, *pieces: bytes, ending: Ending = "goodbye", tls: ssl.SSLContext | None = None
) -> Listener:
    """Hears something, sends the pieces one after the other, and ends: `close` leaves TLS without
    its goodbye, `hold` leaves the connection open.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.requests.append(await reader.read(65_536))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if ending == "hold":
            await asyncio.sleep(60)
        if ending != "goodbye":
            await asyncio.sleep(0.02)  # what was sent is read before a reset takes it away
            if ending == "reset":
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    listener: Listener = await listen(answer, ssl=tls)
    return listener


def http2(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context of a server that speaks HTTP/2."""
    context.set_alpn_protocols(["h2"])
    return context
