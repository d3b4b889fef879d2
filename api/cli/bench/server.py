"""The server that looks are measured against: a process of its own, several times as cheap as any
prober.

`python -m api.cli.bench.server [CHAIN]` listens on free ports of the loopback and prints them as
one line of JSON: `http`, `dns` (UDP) and, with a file of key and certificates, `https`. It ends
when its standard input does.

`/` is answered at once. `/timed/N` is answered after `DELAY_S`, and how long that really took, from
the request's arrival to the answer's departure on this process's own clock, is told for all N at
`/delays`, in milliseconds.
"""

import asyncio
import json
import ssl
import struct
import sys
from time import perf_counter
from typing import Final, cast

import uvloop

DELAY_S: Final = 0.02
_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 4096
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nwell\n"
_A_RECORD: Final = struct.pack(">HHHIH4B", 0xC00C, 1, 1, 60, 4, 127, 0, 0, 1)
"""The answer to any question: the name asked for, type A, class IN, 60 s, 127.0.0.1."""


class Web(asyncio.Protocol):
    """Answers requests without a body; the client closes the connection."""

    def __init__(self, delays: dict[int, float]) -> None:
        self._delays = delays
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer on."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer when the request is whole."""
        arrived_s = perf_counter()
        self._received += data
        if not self._received.endswith(b"\r\n\r\n"):
            return
        path = self._received.split(b" ", 2)[1]
        self._received = b""
        if path.startswith(b"/timed/"):
            asyncio.get_running_loop().call_later(
                DELAY_S, self._answer_late, int(path[7:]), arrived_s
            )
        elif path == b"/delays":
            body = json.dumps(self._delays).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )
        else:
            self._transport.write(_ANSWER)

    def _answer_late(self, number: int, arrived_s: float) -> None:
        self._delays[number] = (perf_counter() - arrived_s) * 1000
        self._transport.write(_ANSWER)


class Names(asyncio.DatagramProtocol):
    """Answers every question with 127.0.0.1."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer on."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer the one question of a query; whatever follows the question is left out."""
        end = data.find(b"\0", 12) + 5
        header = data[:2] + struct.pack(">5H", 0x8180, 1, 1, 0, 0)
        self._transport.sendto(header + data[12:end] + _A_RECORD, addr)


async def serve(chain: str | None) -> None:
    """Listen, print the ports, and wait for the end of standard input."""
    loop = asyncio.get_running_loop()
    delays: dict[int, float] = {}
    servers = {"http": await loop.create_server(lambda: Web(delays), _HOST, 0, backlog=_BACKLOG)}
    if chain is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        servers["https"] = await loop.create_server(
            lambda: Web(delays), _HOST, 0, backlog=_BACKLOG, ssl=context
        )
    names, _ = await loop.create_datagram_endpoint(Names, (_HOST, 0))
    ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
    print(json.dumps({**ports, "dns": names.get_extra_info("sockname")[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1] if len(sys.argv) > 1 else None))
