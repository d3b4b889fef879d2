"""A DNS server whose answers a test writes: over UDP, TCP, TLS and HTTPS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.worker.probes.conftest import read_request

ROOT = {". NS": [". 300 IN NS a.root-servers.net."]}
RECORDS = {
    "well.test. A": ["well.test. 60 IN A 192.0.2.1", "well.test. 60 IN A 192.0.2.2"],
    "well.test. TXT": ['well.test. 60 IN TXT "v=1"'],
    "well.test. MX": ["well.test. 60 IN MX 10 mail.well.test."],
    "big.test. TXT": [f'big.test. 60 IN TXT "{"x" * 200}{n}"' for n in range(20)],
    "empty.test. A": [],
}


class NameServer(asyncio.DatagramProtocol):
    """Answers from a table, over UDP and TCP; what it does not know does not exist."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        self.records = records
        self.rcode: dns.rcode.Rcode | None = None
        self.garbage = False
        self.validates = False
        self.why: dns.edns.Option | None = None
        self.asked: list[str] = []
        self.port = 0
        self.peers: list[str] = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.peers.append(addr[0])
        self.asked.append("udp")
        wire = b"\x00" * 7 if self.garbage else self.answer(data)
        if len(wire) > 1232:
            cut = dns.message.make_response(dns.message.from_wire(data))
            cut.flags |= dns.flags.TC
            wire = cut.to_wire()
        self.transport.sendto(wire, addr)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            size = int.from_bytes(await reader.readexactly(2))
            self.asked.append("tls" if writer.get_extra_info("ssl_object") else "tcp")
            wire = self.answer(await reader.readexactly(size))
            writer.write(len(wire).to_bytes(2) + wire)
            await writer.drain()
        writer.close()

    async def serve_https(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """RFC 8484."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head, _, body = (await read_request(reader)).partition(b"\r\n\r\n")
            self.asked.append(head.split(b"\r\n")[0].decode())
            wire = self.answer(body)
            head = (
                b"HTTP/1.1 200 OK\r\ncontent-type: application/dns-message\r\ncontent-length:"
                b" %d\r\n\r\n"
            )
            writer.write(head % len(wire) + wire)
            await writer.drain()
        writer.close()

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        if self.why is not None:
            response.use_edns(options=[self.why])
        if self.validates and query.flags & (dns.flags.AD | dns.flags.DO):
            response.flags |= dns.flags.AD
        question = query.question[0]
        key = f"{question.name} {dns.rdatatype.to_text(question.rdtype)}"
        if self.rcode is not None:
            response.set_rcode(self.rcode)
        elif key not in self.records:
            response.set_rcode(dns.rcode.NXDOMAIN)
        for line in self.records.get(key, []) if self.rcode is None else []:
            name, ttl, _, kind, value = line.split(" ", 4)
            response.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, value))
        return response.to_wire(max_size=65_535)


@asynccontextmanager
async def name_server(
    context: ssl.SSLContext | None = None, *, https: bool = False
) -> AsyncIterator[NameServer]:
    """A server on UDP and TCP; with a context, TCP speaks TLS, or HTTPS."""
    server = NameServer(RECORDS)
    tcp = await asyncio.start_server(
        server.serve_https if https else server.serve, "127.0.0.1", 0, ssl=context
    )
    server.port = tcp.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: server, ("127.0.0.1", server.port))
    yield server
    transport.close()
    tcp.close()
