"""Whatever bytes a target sends, in whatever pieces: a look ends in time, and never as an error of
ours.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import dns.message
import dns.rrset
import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worker.probes.kinds.vendor_status import samples
from worker.contract.clock import monotonic_s
from worker.contract.outcome import Outcome, Reason
from worker.probes.run import Vantage, look_once, parse_spec
from worker.targets.guard import Guard

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
TIMEOUT_MS = 250
GRACE_S = 0.2
EXAMPLES = 12


def http(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    head = "".join(f"{line}\r\n" for line in (*lines, f"Content-Length: {len(body)}"))
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def over_http2() -> bytes:
    """What a server of gRPC says."""
    connection = H2Connection(H2Configuration(client_side=False))
    connection.initiate_connection()
    client = H2Connection()
    client.initiate_connection()
    asked = [(":method", "POST"), (":path", "/"), (":scheme", "http"), (":authority", "x")]
    client.send_headers(1, asked, end_stream=True)
    connection.receive_data(client.data_to_send())
    connection.send_headers(1, [(":status", "200"), ("content-type", "application/grpc")])
    connection.send_data(1, b"\x00\x00\x00\x00\x02\x08\x01")
    connection.send_headers(1, [("grpc-status", "0")], end_stream=True)
    return connection.data_to_send()


def over_dns() -> bytes:
    response = dns.message.make_response(dns.message.make_query("x.test", "MX"))
    response.answer.append(dns.rrset.from_text("x.test.", 60, "IN", "MX", "10 mail.x.test."))
    return response.to_wire()


CHUNK = {"choices": [{"delta": {"content": "1 2"}, "finish_reason": "stop"}], "model": "m"}
FEED = samples.rss(samples.item("Errors", text="<b>Resolved</b> - Nov 25, 11:14 UTC fixed"))
WIRE = over_dns()
UPGRADE = (
    b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: x\r\n\r\n"
)
STREAM = "Content-Type: text/event-stream"
PACKED = http(b"\x1f\x8b\x08\x00", "Content-Encoding: gzip", "Content-Type: text/html;charset=gbk")
LDAP = bytes.fromhex("300c 020101 7807 0a0100 0400 0400")
MAIL = {
    "smtp": b"220-a\r\n220 b\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n",
    "imap": b"* OK x\r\na OK y\r\n",
}
FILES = {"pop3": b"+OK\r\n+OK\r\n", "ftp": b"120 x\r\n220-a\r\nb\r\n220 c\r\n234 d\r\n"}
OTHERS = {"postgres": b"S", "ldap": LDAP}


@dataclass
class Said:
    """A kind, its parameters, and what a good target would say."""

    kind: str
    good: bytes
    params: dict[str, Any] = field(default_factory=dict)
    encrypted: bool = False
    id: str = ""


PAGES: dict[str, bytes] = {
    "statuspage": samples.dumps(samples.statuspage()),
    "google_cloud": samples.dumps(samples.google_cloud()),
    "google_ai": samples.dumps(samples.google_ai()),
    "aws": samples.dumps(samples.aws()),
    "rss": FEED,
}
CASES = [
    Said("http", PACKED, {"url": "{url}", "compressed": True, "expect": {"body": "x"}}),
    Said(
        "http", http(b"", "Location: /x\xe9", "Set-Cookie: a=b", status="302 X"), {"url": "{url}"}
    ),
    Said(
        "http",
        http(b'{"a": [1]}', "Content-Type: application/json", "Retry-After: 5", status="429 X"),
        {"url": "{url}", "expect": {"json_path": {"a[0]": 1}, "headers": {"x": "y"}}},
    ),
    Said("http", http(b"x" * 50, "X: y"), {"url": "{url}"}, encrypted=True),
    Said("websocket", UPGRADE + b"\x81\x05hello\x88\x02\x03\xe8", {"url": "{url}", "expect": "x"}),
    Said("grpc", over_http2(), {"host": "127.0.0.1", "port": 0, "tls": False}),
    Said("grpc", over_http2(), {"host": "127.0.0.1", "port": 0}, encrypted=True),
    Said("tcp", b"220 hello\r\n", {"host": "127.0.0.1", "port": 0, "expect": "nothing"}),
    Said("tcp", b"\x16\x03\x03\x00\x02\x02\x28", {"host": "127.0.0.1", "port": 0, "tls": True}),
    Said("tls", b"\x15\x03\x03\x00\x02\x02\x28", {"host": "127.0.0.1", "port": 0}),
    Said(
        "dns",
        len(WIRE).to_bytes(2) + WIRE,
        {"name": "x.test", "record": "MX", "server": "127.0.0.1", "port": 0, "transport": "tcp"},
    ),
    Said(
        "dns",
        http(WIRE, "Content-Type: application/dns-message"),
        {"name": "x.test", "record": "MX", "server": "127.0.0.1", "port": 0, "transport": "https"},
        encrypted=True,
    ),
    Said(
        "llm",
        http(
            f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode(),
            "Content-Type: text/event-stream",
        ),
        {"api": "openai_compatible", "url": "{url}", "model": "m"},
    ),
    *(
        Said("vendor_status", http(body), {"provider": provider, "url": "{url}"}, id=provider)
        for provider, body in PAGES.items()
    ),
    *(
        Said("tcp", good, {"host": "127.0.0.1", "port": 0, "starttls": protocol}, id=protocol)
        for protocol, good in (MAIL | FILES | OTHERS).items()
    ),
]


class Target:
    """Says what a test has it say, to whoever connects, in clear or under TLS."""

    def __init__(self, authority: trustme.CA, ca_file: str) -> None:
        self.runner = asyncio.Runner()
        self.pieces: list[bytes] = []
        self.stays = False
        self.ports: dict[bool, int] = {}
        self._authority = authority
        self._ca_file = ca_file

    async def start(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("127.0.0.1").configure_cert(context)
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.vantage = Vantage(guard=Guard(("127.0.0.0/8",)), ca_file=self._ca_file)
        self._servers = [
            await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=encryption)
            for encryption in (None, context)
        ]
        for encrypted, server in enumerate(self._servers):
            self.ports[bool(encrypted)] = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        await self.vantage.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        pieces, stays = self.pieces, self.stays
        with suppress(OSError, ssl.SSLError, asyncio.CancelledError):
            for piece in pieces:
                async with asyncio.timeout(0.02):
                    await reader.read(4096)
                writer.write(piece)
                await writer.drain()
            await asyncio.sleep(1 if stays else 0)
        writer.close()

    async def look(self, said: Said) -> tuple[Outcome, float]:
        port = self.ports[said.encrypted]
        scheme = {"websocket": "ws"}.get(said.kind, "http") + ("s" if said.encrypted else "")
        params = {
            name: f"{scheme}://127.0.0.1:{port}" if value == "{url}" else value
            for name, value in said.params.items()
        }
        if "port" in params:
            params["port"] = port
        spec = {"id": "x", "kind": said.kind, "interval_ms": 600_000, "timeout_ms": TIMEOUT_MS}
        began_s = monotonic_s()
        outcome = await look_once(parse_spec(json.dumps({**spec, "params": params})), self.vantage)
        return outcome, monotonic_s() - began_s


@pytest.fixture(scope="module")
def target(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    ca_file = tmp_path_factory.mktemp("any") / "authority.pem"
    ca_file.write_bytes(authority.cert_pem.bytes())
    made = Target(authority, str(ca_file))
    made.runner.run(made.start())
    yield made
    made.runner.run(made.stop())
    made.runner.close()


def spoiled(good: bytes) -> st.SearchStrategy[list[bytes]]:
    """What a good target would say with some bytes changed, cut, put in, or said in pieces; or
    anything.
    """
    places = st.integers(0, max(0, len(good) - 1))
    change = st.tuples(places, st.integers(0, 4), st.binary(max_size=4))

    def made(changes: list[tuple[int, int, bytes]], end: int, cuts: list[int]) -> list[bytes]:
        data = bytearray(good)
        for at, size, put in changes:
            data[at : at + size] = put
        whole = bytes(data[: len(data) - end])
        borders = [0, *sorted(cuts), len(whole)]
        return [whole[a:b] for a, b in pairwise(borders)]

    built: Callable[..., list[bytes]] = made
    near = st.builds(
        built, st.lists(change, max_size=4), st.integers(0, 12), st.lists(places, max_size=2)
    )
    return near | st.lists(st.binary(max_size=120), max_size=3)


@pytest.mark.parametrize("said", CASES, ids=lambda said: f"{said.kind}-{said.id}")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), stays=st.booleans())
def test_a_look_ends_in_time_and_is_no_error_of_ours(
    target: Target, said: Said, data: st.DataObject, stays: bool
) -> None:
    target.pieces, target.stays = data.draw(spoiled(said.good)), stays

    # the first look of a kind loads it, and a machine may be busy
    for tried in range(3):
        outcome, took_s = target.runner.run(target.look(said))
        assert outcome.reason is not Reason.INTERNAL, outcome
        if took_s < TIMEOUT_MS / 1000 + GRACE_S:
            break
        assert tried < 2, outcome
