"""docs/reference/reasons.md tells each reason by examples; here each is provoked for real and
compared.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request, silence
from tests.worker.probes.proxies import HttpProxy
from tests.worker.probes.raw_server import Ending, raw_server
from worker.contract.outcome import Outcome, Reason
from worker.orders import Due
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage, parse_spec
from worker.targets.guard import Guard

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "reasons.md"
Web = Callable[..., Awaitable[Listener]]
ASSIGNED = re.compile(r"\b\d+(\.\d+)? (ms|bytes)\b")


@dataclass
class Provoker:
    """Makes looks go wrong, in every way that the page tells of."""

    web: Web
    listen: Listen
    look_at: LookAt
    vantages: Callable[..., Vantage]
    certified: Callable[..., Any]
    closed_port: int
    full_port: int

    async def answer(
        self, body: bytes = b"ill", status: int = 200, headers: Any = None, **params: Any
    ) -> Outcome:
        return await self.look_at(
            "http", url=(await self.web(body, status=status, headers=headers)).url(), **params
        )

    async def serve(self, handler: Any, scheme: str = "http", **params: Any) -> Outcome:
        url = (await self.listen(handler)).url(scheme=scheme)
        return await self.look_at("http", url=url, timeout_ms=300, **params)

    async def raw(
        self, sent: bytes, ending: Ending = "goodbye", *, encrypted: bool = False
    ) -> Outcome:
        tls = self.certified("127.0.0.1") if encrypted else None
        server = await raw_server(self.listen, sent, ending=ending, tls=tls)
        url = server.url(scheme="https" if encrypted else "http")
        return await self.look_at("http", url=url, verify=False)

    async def port(self, port: int, host: str = "127.0.0.1", **params: Any) -> Outcome:
        return await self.look_at("http", url=f"http://{host}:{port}/", timeout_ms=300, **params)

    async def name(self, code: int, words: str, nameservers: Any = list) -> Outcome:
        def lookup(*_: Any) -> Any:
            raise socket.gaierror(code, words)

        vantage = self.vantages(resolver=Resolver(lookup, nameservers))
        return await self.look_at("http", url="http://shop.test/", vantage=vantage)

    async def leads_inside(self, nameservers: Any) -> Outcome:
        def lookup(_host: str, port: int, *_: Any) -> Any:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", port))]

        vantage = self.vantages(resolver=Resolver(lookup, nameservers))
        return await self.look_at("http", url="http://shop.test/", vantage=vantage)


@pytest.fixture
def provoker(
    web: Web,
    listen: Listen,
    look_at: LookAt,
    vantages: Callable[..., Vantage],
    certified: Callable[..., Any],
    closed_port: int,
    full_port: int,
) -> Provoker:
    return Provoker(web, listen, look_at, vantages, certified, closed_port, full_port)


async def provoked(p: Provoker) -> AsyncIterator[Outcome]:
    """One outcome for each example of the page."""
    yield await p.answer(b"well")
    yield await p.name(socket.EAI_NONAME, "no", await _honest())
    yield await p.name(socket.EAI_AGAIN, "temporary failure")
    yield await p.name(socket.EAI_NONAME, "no")
    yield await p.leads_inside(list)
    yield await p.leads_inside(await _honest())
    yield await p.port(p.closed_port)
    yield await p.port(45_678, "127.255.255.255")  # a broadcast address, to which TCP has no way
    yield await p.port(p.full_port)
    yield await p.serve(silence)
    yield await p.serve(silence, scheme="https")
    yield await p.serve(_half_and_wait)
    yield await p.serve(_half)
    yield await p.raw(b"HTTP/1.1 200 OK\r\n", ending="reset")
    yield await p.serve(_slam, scheme="https")
    yield await p.serve(_hang_up)
    encrypted = await p.web(ssl=p.certified("127.0.0.1"))
    yield await p.look_at("http", url=encrypted.url(scheme="https"))
    for status in (500, 503, 529, 405):
        yield await p.answer(status=status)
    yield await p.answer(status=302, headers={"Location": "/"}, redirects=1)
    yield await p.answer(status=302)
    yield await p.answer(status=304)
    yield await p.raw(b"HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\nhalf")
    yield await p.answer(expect={"body": "well"})
    yield await p.answer(
        b'{"status": {"indicator": "major"}}', expect={"json_path": {"status.indicator": "none"}}
    )
    yield await p.answer(
        b'{"lag": 9}', expect={"json_schema": {"properties": {"lag": {"maximum": 5}}}}
    )
    yield await p.answer(expect={"headers": {"Server": "nginx"}})
    yield await p.answer(expect={"max_bytes": 2})
    for slow_ms in ({"ttfb": 50}, 50):
        yield await p.look_at("http", url=(await p.web(delay_s=0.1)).url(), slow_ms=slow_ms)
    yield await p.answer(status=429)
    yield await p.answer(status=401)
    yield await p.answer(status=403, headers=None, auth={"bearer": "${env:OUTSCOPE_SECRET_KNOWN}"})
    proxy = await p.listen(HttpProxy(credentials="me:word").serve)
    yield await p.answer(proxy={"url": f"http://127.0.0.1:{proxy.port}"})
    yield await p.serve(_greet)
    yield await p.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzero")
    yield await p.raw(b"HTTP/1.1 200 OK\r\n\r\nall of it", ending="close", encrypted=True)
    yield await p.answer(status=302, headers={"Location": "ftp://127.0.0.1/"})
    yield await p.answer(status=302, headers={"Location": "http://169.254.169.254/latest"})
    yield await p.look_at("http", url=encrypted.url(scheme="https"), verify=False, http_version="2")
    yield await p.answer(status=403, headers={"cf-mitigated": "challenge"})
    yield await p.answer(status=403)
    yield await p.answer(vantage=p.vantages(guard=Guard()))
    yield _late()
    yield await p.answer(headers=None, auth={"bearer": "${env:OUTSCOPE_SECRET_SHOP}"})
    yield await p.look_at("http", url="https://127.0.0.1:45678/", ca="shop.pem")


@pytest.mark.slow
async def test_each_example_is_what_a_look_says(
    provoker: Provoker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KNOWN", "known")

    said = [_line(outcome) async for outcome in provoked(provoker)]

    assert sorted(map(_plain, said)) == sorted(map(_plain, _told()))


def test_every_reason_has_a_section_and_an_example_of_its_own() -> None:
    sections = dict(
        re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    )

    assert list(sections) == [str(reason) for reason in Reason]
    for reason, section in sections.items():
        examples = re.findall(r"^http (\w+) \(blame", section, re.M)
        assert set(examples) == {reason}


def _told() -> list[str]:
    return re.findall(r"^http \w+ \(blame: .*$", PAGE.read_text(encoding="utf-8"), re.M)


def _line(outcome: Outcome) -> str:
    return f"http {outcome.reason} (blame: {outcome.blame}) {outcome.detail}".rstrip()


def _plain(line: str) -> str:
    """A line without what differs from run to run and from library to library."""
    return re.sub(r"(TLS failed|as it should): .*", r"\1", ASSIGNED.sub(r"N \2", line))


def _late() -> Outcome:
    spec = '{"id": "a", "kind": "http", "interval_ms": 30000, "timeout_ms": 5000, "params": {"url": "http://a.test/"}}'
    outcome = Due("a", 1, 0, scheduled_at=0, wait_s=0, parsed=parse_spec(spec)).obstacle(45_000)
    assert outcome is not None
    return outcome


async def _honest() -> Callable[[], list[tuple[str, int]]]:
    """A name server that knows the root."""

    class Root(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, address: Any) -> None:
            answer = dns.message.make_response(dns.message.from_wire(data))
            answer.answer.append(dns.rrset.from_text(".", 60, "IN", "NS", "a.root-servers.net."))
            self.transport.sendto(answer.to_wire(), address)
            self.transport.close()

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Root, ("127.0.0.1", 0))
    place = transport.get_extra_info("sockname")
    return lambda: [place]


async def _half_and_wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _half(reader, writer)
    await asyncio.sleep(60)


async def _half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
    await writer.drain()


async def _slam(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    transport = writer.transport
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


async def _hang_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError):
        await read_request(reader)


async def _greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.org ESMTP\r\n")
    await writer.drain()
