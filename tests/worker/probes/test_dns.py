"""The dns kind against a real DNS server, whose answers the test writes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import pytest_asyncio

from tests.worker.probes.conftest import LookAt
from worker.contract.outcome import Blame, Reason
from worker.probes.dns import DnsParams
from worker.probes.look import Vantage
from worker.probes.resolver import Resolver

Vantages = Callable[..., Vantage]
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
        self.port = 0
        self.peers: list[str] = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.peers.append(addr[0])
        wire = b"\x00" * 7 if self.garbage else self.answer(data)
        if len(wire) > 1232:
            cut = dns.message.make_response(dns.message.from_wire(data))
            cut.flags |= dns.flags.TC
            wire = cut.to_wire()
        self.transport.sendto(wire, addr)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            size = int.from_bytes(await reader.readexactly(2))
            wire = self.answer(await reader.readexactly(size))
            writer.write(len(wire).to_bytes(2) + wire)
            await writer.drain()
        writer.close()

    def answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
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


@pytest_asyncio.fixture
async def server() -> AsyncIterator[NameServer]:
    name_server = NameServer(RECORDS)
    tcp = await asyncio.start_server(name_server.serve, "127.0.0.1", 0)
    name_server.port = tcp.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: name_server, ("127.0.0.1", name_server.port))
    yield name_server
    transport.close()
    tcp.close()


@pytest.mark.parametrize(
    ("record", "answers"),
    [("A", []), ("A", ["192.0.2.2"]), ("TXT", ["v=1"]), ("MX", ["10 MAIL.well.test"])],
)
async def test_expected_answers_are_well(look_at: LookAt, server: NameServer, record: str, answers: list[str]) -> None:
    outcome = await look_at(
        "dns", name="well.test", record=record, server="127.0.0.1", port=server.port, answers=answers
    )

    assert outcome.ok, outcome
    assert outcome.extra["rcode"] == "NOERROR"
    assert outcome.ip == "127.0.0.1"
    assert outcome.total_ms is not None


async def test_another_answer_than_expected_is_a_failure(look_at: LookAt, server: NameServer) -> None:
    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port, answers=["192.0.2.9"])

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)


async def test_a_name_that_does_not_exist_is_the_targets_fault(look_at: LookAt, server: NameServer) -> None:
    outcome = await look_at("dns", name="gone.test", server="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.TARGET)
    assert outcome.extra["rcode"] == "NXDOMAIN"


async def test_a_name_that_should_not_exist_may_be_missing(look_at: LookAt, server: NameServer) -> None:
    assert (await look_at("dns", name="gone.test", server="127.0.0.1", port=server.port, missing=True)).ok
    there = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port, missing=True)
    assert (there.reason, there.blame) == (Reason.CONTENT, Blame.TARGET)


async def test_a_name_without_such_a_record_is_a_failure(look_at: LookAt, server: NameServer) -> None:
    outcome = await look_at("dns", name="empty.test", server="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame, outcome.detail) == (Reason.DNS, Blame.TARGET, "empty.test has no A record")


async def test_a_large_answer_is_fetched_over_tcp(look_at: LookAt, server: NameServer) -> None:
    outcome = await look_at("dns", name="big.test", record="TXT", server="127.0.0.1", port=server.port)

    assert outcome.ok, outcome
    assert len(outcome.extra["answers"]) == 16


async def test_a_given_server_that_fails_is_the_target(look_at: LookAt, server: NameServer) -> None:
    server.rcode = dns.rcode.SERVFAIL
    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port)
    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.TARGET)

    server.garbage = True
    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port, timeout_ms=300)
    assert not outcome.ok
    assert outcome.blame in (Blame.TARGET, Blame.PATH)


async def test_the_machines_own_resolver_is_to_blame_when_it_fails(
    look_at: LookAt, vantages: Vantages, server: NameServer
) -> None:
    vantage = vantages(resolver=Resolver(nameservers=lambda: [("127.0.0.1", server.port)]))
    assert (await look_at("dns", vantage=vantage, name="well.test")).ok

    server.rcode = dns.rcode.SERVFAIL
    outcome = await look_at("dns", vantage=vantage, name="well.test")
    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)


async def test_a_resolver_that_is_silent_or_absent_is_to_blame(
    look_at: LookAt, vantages: Vantages, closed_port: int
) -> None:
    silent = vantages(resolver=Resolver(nameservers=lambda: [("127.0.0.1", closed_port)]))
    absent = vantages(resolver=Resolver(nameservers=list))

    for vantage in (silent, absent):
        outcome = await look_at("dns", vantage=vantage, name="well.test", timeout_ms=200)
        assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.DNS, Blame.RESOLVER)


async def test_a_resolver_that_denies_the_root_too_is_not_believed(
    look_at: LookAt, vantages: Vantages, server: NameServer
) -> None:
    def vantage() -> Vantage:
        return vantages(resolver=Resolver(nameservers=lambda: [("127.0.0.1", server.port)]))

    lying = await look_at("dns", vantage=vantage(), name="gone.test")
    server.records = {**RECORDS, **ROOT}
    honest = await look_at("dns", vantage=vantage(), name="gone.test")

    assert (lying.reason, lying.blame) == (Reason.DNS, Blame.RESOLVER)
    assert (honest.reason, honest.blame) == (Reason.DNS, Blame.TARGET)


async def test_the_source_address_is_used(look_at: LookAt, vantages: Vantages, server: NameServer) -> None:
    vantage = vantages(source_address="127.1.2.3")

    assert (await look_at("dns", vantage=vantage, name="well.test", server="127.0.0.1", port=server.port)).ok
    assert server.peers == ["127.1.2.3"]


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".test", ""])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        DnsParams(name=name)
