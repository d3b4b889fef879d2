"""What real clients take, a look takes, too."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.conftest import (
    Certified,
    Listen,
    Listener,
    LookAt,
    Vantages,
    Web,
    read_request,
)
from tests.worker.probes.name_server import NameServer, name_server
from worker.contract.outcome import Blame, Reason
from worker.probes.http.redirect import elsewhere, followable, written_out

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
PACKED = gzip.compress(b"all is well", mtime=0)


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (b"/caf\xc3\xa9 au lait", b"/caf%C3%A9%20au%20lait"),
        (b"/caf\xe9", b"/caf%E9"),
        (b"http://127.0.0.1:{port}/a b?q=\xc3\xbc x#f g", b"/a%20b?q=%C3%BC%20x"),
        (b"http://127.0.0.1:{port}?\xc3\xbc", b"/?%C3%BC"),
        (b"//127.0.0.1:{port}/<\xff>", b"/%3C%FF%3E"),
        (b"HTTP://127.0.0.1:{port}/%C3%A9%20x", b"/%C3%A9%20x"),
        (b"http://127.0.0.1:{port}/%zz%", b"/%zz%"),
        ("http://127。0。0。1:{port}/x".encode(), b"/x"),
        (b"  /trimmed  ", b"/trimmed"),
    ],
)
async def test_a_redirect_to_letters_that_should_be_encoded_is_followed(
    listen: Listen, look_at: LookAt, location: bytes, asked: bytes
) -> None:
    requests: list[bytes] = []

    async def answer(reader: Reader, writer: Writer) -> None:
        requests.append((await read_request(reader)).split(b" ")[1])
        where = location.replace(b"{port}", str(server.port).encode())
        head = b"HTTP/1.1 302 X\r\nLocation: " + where if len(requests) < 2 else b"HTTP/1.1 200 OK"
        writer.write(head + b"\r\nContent-Length: 0\r\n\r\n")

    server: Listener = await listen(answer)
    outcome = await look_at("http", url=server.url("/from"))

    assert outcome.ok, outcome
    assert requests == [b"/from", asked]


@pytest.mark.parametrize(
    "location", [b"http://127.0.0.1 :80/", b"http://a b/", b"http://a\xff/", b"http://[::1 ]/"]
)
async def test_a_redirect_to_no_host_is_not_followed(
    web: Web, look_at: LookAt, location: bytes
) -> None:
    assert not followable(written_out(location))
    server = await web(status=302, headers={"Location": location.decode("ascii", "ignore") + " x"})
    outcome = await look_at("http", url=server.url())
    assert outcome.blame is not Blame.PROBER, outcome


@pytest.mark.parametrize(
    ("location", "meant"),
    [
        ("http://", "http://"),
        ("https:////", "https://"),
        ("http:///there", "http://there"),
        ("http:\\\\there/a", "http://there/a"),
        ("http:there", "http://shop.test/a/there"),
        ("//there", "http://there"),
    ],
)
def test_a_redirect_with_a_scheme_means_another_place_or_none(location: str, meant: str) -> None:
    assert elsewhere("http://shop.test/a/b", location) == meant
    assert followable(meant) is ("there" in meant)


@given(
    st.binary(max_size=60), st.sampled_from([b"", b"http://", b"https://a", b"//", b"http://a@"])
)
def test_any_redirect_is_followable_or_not(location: bytes, before: bytes) -> None:
    url = written_out(before + location)

    assert not followable(url) or url.isascii()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("UTF-8", b"all is well"),
        ("binary", b"all is well"),
        ("aws-chunked", b"all is well"),
        ("x-unknown, utf-8", b"all is well"),
        ("", b"all is well"),
        ("identity", b"all is well"),
        ("none", b"all is well"),
        (",", b"all is well"),
        ("x-gzip", PACKED),
        ("GZip", PACKED),
        (", gzip,", PACKED),
        ("identity, gzip", PACKED),
        ("gzip, gzip", gzip.compress(PACKED, mtime=0)),
    ],
)
async def test_a_coding_that_browsers_pass_over(
    web: Web, look_at: LookAt, coding: str, body: bytes
) -> None:
    server = await web(body, headers={"Content-Encoding": coding})
    for compressed in (True, False):
        if compressed or body.startswith(b"all"):
            outcome = await look_at(
                "http", url=server.url(), compressed=compressed, expect={"body": "all is well"}
            )
            assert outcome.ok, outcome


async def test_a_coding_that_is_known_must_be_right_and_nothing_is_sent_twice(
    web: Web, look_at: LookAt
) -> None:
    broken = await web(b"not packed", headers={"Content-Encoding": "gzip"})
    unknown = await web(b"well", headers={"Content-Encoding": "utf-8"})

    badly = await look_at("http", url=broken.url(), compressed=True)
    posted = await look_at("http", url=unknown.url(), compressed=True, method="POST", body="x")

    assert (badly.reason, badly.blame) == (Reason.PROTOCOL, Blame.TARGET)
    assert (posted.reason, len(unknown.requests)) == (Reason.OK, 1)


class WithoutEdns(NameServer):
    """An old server: any question with EDNS is beyond it."""

    refusal = dns.rcode.FORMERR
    short = False
    knows = True

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        self.asked.append(f"edns {query.edns}")
        if query.edns < 0 and self.knows:
            return super().answer(data)
        if self.short:
            return data[:2] + bytes([0x80, self.refusal]) + bytes(8)
        refused = dns.message.make_response(query)
        refused.use_edns(False)
        refused.set_rcode(self.refusal)
        return refused.to_wire()


@pytest.mark.parametrize("code", [dns.rcode.FORMERR, dns.rcode.NOTIMP])
@pytest.mark.parametrize("short", [True, False])
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "https"])
async def test_a_name_server_without_edns_is_asked_without_it(
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    monkeypatch: pytest.MonkeyPatch,
    transport: str,
    short: bool,
    code: dns.rcode.Rcode,
) -> None:
    monkeypatch.setattr(WithoutEdns, "refusal", code)
    monkeypatch.setattr(WithoutEdns, "short", short)
    monkeypatch.setattr("tests.worker.probes.name_server.NameServer", WithoutEdns)
    encrypted = certified("127.0.0.1") if transport in ("tls", "https") else None
    async with name_server(encrypted, https=transport == "https") as server:
        params: dict[str, Any] = {"server": "127.0.0.1", "port": server.port}
        vantage = vantages(ca_file=ca_file)
        look: Callable[..., Awaitable[Any]] = look_at
        well = await look(
            "dns", vantage=vantage, name="well.test", transport=transport, trace=True, **params
        )
        gone = await look("dns", vantage=vantage, name="gone.test", transport=transport, **params)

    assert well.ok, well
    assert [word for word in server.asked if "edns" in word][:2] == ["edns 0", "edns -1"]
    assert any("without EDNS" in step.what for step in well.trace)
    assert well.extra["answers"] == ["192.0.2.1", "192.0.2.2"]
    assert gone.detail == "the name gone.test does not exist"


async def test_a_name_server_that_understands_nothing_is_asked_twice_and_told(
    look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WithoutEdns, "knows", False)
    monkeypatch.setattr("tests.worker.probes.name_server.NameServer", WithoutEdns)
    async with name_server() as server:
        outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.TARGET)
    assert outcome.detail == "127.0.0.1 answered FORMERR"
    assert len([word for word in server.asked if "edns" in word]) == 2
    assert outcome.ttfb_ms <= outcome.total_ms < outcome.ttfb_ms + 20
