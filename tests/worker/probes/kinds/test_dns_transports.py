"""The dns kind over TCP, TLS and HTTPS, and against servers that answer something else."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from functools import partial

import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt
from tests.worker.probes.name_server import RECORDS, NameServer, name_server
from worker.contract.outcome import Blame, Reason
from worker.contract.target import Target
from worker.probes.kinds.dns import DnsParams
from worker.probes.run import Vantage

Certified = Callable[..., ssl.SSLContext]
Vantages = Callable[..., Vantage]
Web = Callable[..., Awaitable[Listener]]


async def test_over_tcp(look_at: LookAt) -> None:
    async with name_server() as server:
        outcome = await look_at(
            "dns", name="well.test", server="127.0.0.1", port=server.port, transport="tcp"
        )

    assert outcome.ok, outcome
    assert server.asked == ["tcp"]
    assert outcome.total_ms == pytest.approx(
        (outcome.connect_ms or 0) + (outcome.ttfb_ms or 0), abs=0.01
    )


async def test_over_tls_with_a_certificate_that_is_valid_for_the_servers_name(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    vantage = vantages(ca_file=ca_file)
    async with name_server(certified("dns.test")) as server:
        params = {
            "name": "well.test",
            "server": "127.0.0.1",
            "port": server.port,
            "transport": "tls",
        }
        well = await look_at("dns", vantage=vantage, server_name="dns.test", **params)
        badly = await look_at("dns", vantage=vantage, **params)

    assert well.ok, well
    assert server.asked == ["tls"]
    assert well.extra["answers"] == ["192.0.2.1", "192.0.2.2"]
    assert (well.tls_ms or 0) > 0
    assert (badly.reason, badly.blame) == (Reason.TLS, Blame.TARGET)


async def test_over_https(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    vantage = vantages(ca_file=ca_file)
    async with name_server(certified("127.0.0.1"), https=True) as server:
        params = {"server": "127.0.0.1", "port": server.port, "transport": "https"}
        well = await look_at(
            "dns", vantage=vantage, name="well.test", answers=["192.0.2.2"], **params
        )
        gone = await look_at("dns", vantage=vantage, name="gone.test", path="/other", **params)

    assert well.ok, well
    assert server.asked == ["POST /dns-query HTTP/1.1", "POST /other HTTP/1.1"]
    phases = (well.connect_ms or 0, well.tls_ms or 0, well.ttfb_ms or 0)
    assert min(phases) > 0
    assert well.total_ms == pytest.approx(sum(phases), abs=0.01)
    assert (gone.reason, gone.extra["rcode"]) == (Reason.DNS, "NXDOMAIN")


@pytest.mark.parametrize(
    ("status", "body", "reason"), [(503, b"", Reason.STATUS), (200, b"<html>", Reason.PROTOCOL)]
)
async def test_over_https_another_answer_is_the_targets_fault(
    web: Web,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    status: int,
    body: bytes,
    reason: Reason,
) -> None:
    server = await web(body, status=status, ssl=certified("127.0.0.1"))

    outcome = await look_at(
        "dns",
        vantage=vantages(ca_file=ca_file),
        name="well.test",
        server="127.0.0.1",
        port=server.port,
        transport="https",
    )

    assert (outcome.reason, outcome.blame) == (reason, Blame.TARGET)


async def test_a_truncated_answer_whose_tcp_port_is_closed_is_told(look_at: LookAt) -> None:
    server = NameServer(RECORDS)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: server, ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]

    outcome = await look_at("dns", name="big.test", record="TXT", server="127.0.0.1", port=port)
    transport.close()

    assert (outcome.reason, outcome.blame) == (Reason.REFUSED, Blame.TARGET)
    assert "over TCP" in outcome.detail


@pytest.mark.parametrize(
    "said", [b"", b"\x00\x05hello", b"\x00\x50short", b"\xff\xff" + b"x" * 70_000]
)
async def test_over_tcp_nonsense_is_the_targets_fault(
    listen: Listen, look_at: LookAt, said: bytes
) -> None:
    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    port = (await listen(say)).port

    outcome = await look_at(
        "dns", name="well.test", server="127.0.0.1", port=port, transport="tcp", timeout_ms=500
    )

    assert outcome.reason in (Reason.PROTOCOL, Reason.RESET)


class Confused(NameServer):
    """Sends something else, and then the answer, where it `comes_to_it`."""

    def __init__(self, confuse: Callable[[bytes], bytes], *, comes_to_it: bool) -> None:
        super().__init__(RECORDS)
        self._confuse = confuse
        self._comes_to_it = comes_to_it

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(self._confuse(data), addr)
        if self._comes_to_it:
            super().datagram_received(data, addr)


def to_another_question(data: bytes) -> bytes:
    other = dns.message.make_query("other.test", "A", id=int.from_bytes(data[:2]))
    return dns.message.make_response(other).to_wire()


def with_another_number(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + NameServer(RECORDS).answer(data)[1:]


def as_a_notice(data: bytes) -> bytes:
    answer = bytearray(NameServer(RECORDS).answer(data))
    answer[2] |= 4 << 3
    return bytes(answer)


NO_ANSWERS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another question": (to_another_question, "the answer is to another question"),
    "another number": (with_another_number, "the answer has another number (ID)"),
    "our own question": (lambda data: data, "the answer is to another question"),
    "a notice": (as_a_notice, "the answer is to another question"),
    "hardly anything": (lambda _: b"\0", "the answer is not DNS"),
    "half of it": (lambda data: with_another_number(data)[:9], "the answer is not DNS"),
}


@pytest.mark.parametrize(("confuse", "told"), NO_ANSWERS.values(), ids=NO_ANSWERS)
async def test_what_is_no_answer_is_passed_over_and_told_when_nothing_better_comes(
    look_at: LookAt, confuse: Callable[[bytes], bytes], told: str
) -> None:
    loop = asyncio.get_running_loop()
    outcomes = {}
    for comes_to_it in (True, False):
        transport, _ = await loop.create_datagram_endpoint(
            partial(Confused, confuse, comes_to_it=comes_to_it), ("127.0.0.1", 0)
        )
        port = transport.get_extra_info("sockname")[1]
        outcomes[comes_to_it] = await look_at(
            "dns",
            name="well.test",
            server="127.0.0.1",
            port=port,
            timeout_ms=10_000 if comes_to_it else 700,
        )
        transport.close()

    assert outcomes[True].ok, outcomes[True]
    never = outcomes[False]
    assert (never.reason, never.blame) == (Reason.PROTOCOL, Blame.TARGET), never
    assert told in never.detail


async def test_an_answer_over_tcp_has_the_questions_number(look_at: LookAt) -> None:
    class Other(NameServer):
        def answer(self, data: bytes) -> bytes:
            return with_another_number(data)

    tcp = await asyncio.start_server(Other(RECORDS).serve, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    async with tcp:
        outcome = await look_at(
            "dns", name="well.test", server="127.0.0.1", port=port, transport="tcp"
        )

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)
    assert "another number (ID)" in outcome.detail


async def test_what_stands_behind_an_answer_is_passed_over(look_at: LookAt) -> None:
    class Long(NameServer):
        def answer(self, data: bytes) -> bytes:
            return super().answer(data) + b"padding"

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Long(RECORDS), ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]

    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=port)
    transport.close()

    assert outcome.ok, outcome


async def test_a_server_that_only_refers_to_others_is_lame(look_at: LookAt) -> None:
    class Lame(NameServer):
        def answer(self, data: bytes) -> bytes:
            response = dns.message.make_response(dns.message.from_wire(data))
            response.authority.append(dns.rrset.from_text(".", 60, "IN", "NS", "a.root.test."))
            return response.to_wire()

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Lame({}), ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]

    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=port)
    transport.close()

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.TARGET)
    assert "refers to others" in outcome.detail


@pytest.mark.parametrize(
    ("transport", "asked"),
    [
        ("udp", [("dns", 53)]),
        ("tls", [("dns", 853)]),
        ("https", [("dns", 443), ("https", 443)]),
    ],
)
def test_a_server_is_asked_at_the_port_of_its_transport_and_by_web_requests_over_https(
    transport: str, asked: list[tuple[str, int]]
) -> None:
    params = DnsParams.model_validate(
        {"name": "x.example", "server": "9.9.9.9", "transport": transport}
    )

    assert params.targets() == tuple(Target(scheme, "9.9.9.9", port) for scheme, port in asked)


def test_without_a_server_nobody_is_asked_whom_the_check_chose() -> None:
    params = DnsParams.model_validate({"name": "x.example"})

    assert params.targets() == (Target("dns", None),)
