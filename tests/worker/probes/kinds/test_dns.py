"""The dns kind against a real DNS server, whose answers the test writes."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import dns.edns
import dns.rcode
import pytest
import pytest_asyncio

from tests.worker.probes.conftest import LookAt
from tests.worker.probes.name_server import RECORDS, ROOT, NameServer, name_server
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.dns import DnsParams
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage

Vantages = Callable[..., Vantage]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[NameServer]:
    async with name_server() as started:
        yield started


@pytest.mark.parametrize(
    ("record", "answers"),
    [("A", []), ("A", ["192.0.2.2"]), ("TXT", ["v=1"]), ("MX", ["10 MAIL.well.test"])],
)
async def test_expected_answers_are_well(
    look_at: LookAt, server: NameServer, record: str, answers: list[str]
) -> None:
    outcome = await look_at(
        "dns",
        name="well.test",
        record=record,
        server="127.0.0.1",
        port=server.port,
        answers=answers,
    )

    assert outcome.ok, outcome
    assert outcome.extra["rcode"] == "NOERROR"
    assert outcome.ip == "127.0.0.1"
    assert outcome.total_ms is not None


async def test_another_answer_than_expected_is_a_failure(
    look_at: LookAt, server: NameServer
) -> None:
    outcome = await look_at(
        "dns", name="well.test", server="127.0.0.1", port=server.port, answers=["192.0.2.9"]
    )

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)


async def test_a_name_that_does_not_exist_is_the_targets_fault(
    look_at: LookAt, server: NameServer
) -> None:
    outcome = await look_at("dns", name="gone.test", server="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.TARGET)
    assert outcome.extra["rcode"] == "NXDOMAIN"


async def test_a_name_that_should_not_exist_may_be_missing(
    look_at: LookAt, server: NameServer
) -> None:
    assert (
        await look_at("dns", name="gone.test", server="127.0.0.1", port=server.port, missing=True)
    ).ok
    there = await look_at(
        "dns", name="well.test", server="127.0.0.1", port=server.port, missing=True
    )
    assert (there.reason, there.blame) == (Reason.CONTENT, Blame.TARGET)


async def test_a_name_without_such_a_record_is_a_failure(
    look_at: LookAt, server: NameServer
) -> None:
    outcome = await look_at("dns", name="empty.test", server="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame, outcome.detail) == (
        Reason.DNS,
        Blame.TARGET,
        "empty.test has no A record",
    )


async def test_a_large_answer_is_fetched_over_tcp(look_at: LookAt, server: NameServer) -> None:
    outcome = await look_at(
        "dns", name="big.test", record="TXT", server="127.0.0.1", port=server.port
    )

    assert outcome.ok, outcome
    assert len(outcome.extra["answers"]) == 16
    assert server.asked == ["udp", "tcp"]
    assert outcome.total_ms == pytest.approx(
        (outcome.connect_ms or 0) + (outcome.ttfb_ms or 0), abs=0.01
    )


async def test_a_given_server_that_fails_is_the_target(look_at: LookAt, server: NameServer) -> None:
    server.rcode = dns.rcode.SERVFAIL
    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port)
    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.TARGET)

    server.garbage = True
    outcome = await look_at(
        "dns", name="well.test", server="127.0.0.1", port=server.port, timeout_ms=300
    )
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


async def test_the_source_address_is_used(
    look_at: LookAt, vantages: Vantages, server: NameServer
) -> None:
    vantage = vantages(source_address="127.1.2.3")

    assert (
        await look_at(
            "dns", vantage=vantage, name="well.test", server="127.0.0.1", port=server.port
        )
    ).ok
    assert server.peers == ["127.1.2.3"]


@pytest.mark.parametrize(
    "name", ["a..b", "x" * 64 + ".test", "", " a.test", "a.test\n", "a\u200b.test"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        DnsParams(name=name)


@pytest.mark.parametrize(
    ("match", "answers", "well"),
    [
        ("any", ["192.0.2.1", "192.0.2.9"], True),
        ("all", ["192.0.2.1"], True),
        ("all", ["192.0.2.1", "192.0.2.2"], True),
        ("all", ["192.0.2.1", "192.0.2.9"], False),
        ("exactly", ["192.0.2.2", "192.0.2.1"], True),
        ("exactly", ["192.0.2.1"], False),
    ],
)
async def test_answers_may_be_expected_in_three_ways(
    look_at: LookAt, server: NameServer, match: str, answers: list[str], well: bool
) -> None:
    outcome = await look_at(
        "dns", name="well.test", server="127.0.0.1", port=server.port, match=match, answers=answers
    )

    assert outcome.ok is well, outcome
    assert well or outcome.reason is Reason.CONTENT
    assert well or "192.0.2." in outcome.detail


async def test_a_validated_answer_may_be_expected(look_at: LookAt, server: NameServer) -> None:
    params = {"name": "well.test", "server": "127.0.0.1", "port": server.port}
    server.validates = True
    well = await look_at("dns", dnssec=True, **params)
    server.validates = False
    badly = await look_at("dns", dnssec=True, **params)

    assert well.ok
    assert well.extra["authenticated"] is True
    assert (badly.reason, badly.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "AD bit" in badly.detail
    assert (await look_at("dns", **params)).ok


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"transport": "tls"}, "name it"),
        ({"port": 53}, "name it"),
        ({"server": "x", "server_name": "y"}, "server_name"),
        ({"missing": True, "answers": ["x"]}, "not both"),
        ({"server": "x", "path": "no slash"}, "path"),
    ],
)
def test_what_means_nothing_is_refused(params: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DnsParams.model_validate({"name": "x.test", **params})


async def test_why_a_server_fails_is_told_when_it_says_so(
    look_at: LookAt, server: NameServer
) -> None:
    server.rcode = dns.rcode.SERVFAIL
    server.why = dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS)

    outcome = await look_at("dns", name="well.test", server="127.0.0.1", port=server.port)

    assert outcome.detail == "127.0.0.1 answered SERVFAIL: dnssec bogus"


ALIASED = {
    "one.test. A": [
        "one.test. 60 IN CNAME Two.test.",
        "two.test. 60 IN CNAME three.test.",
        "three.test. 60 IN A 192.0.2.3",
        "other.test. 60 IN A 192.0.2.9",
    ],
    "stray.test. A": ["other.test. 60 IN A 192.0.2.1"],
    "dangling.test. A": ["dangling.test. 60 IN CNAME a.test.", "b.test. 60 IN A 192.0.2.1"],
    "circle.test. A": ["circle.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME circle.test."],
    "alias.test. A": ["alias.test. 60 IN CNAME b.test."],
    "well.test. CNAME": ["well.test. 60 IN CNAME other.test."],
}


@pytest.mark.parametrize(
    ("name", "record", "reason", "told"),
    [
        ("one.test", "A", Reason.OK, ["192.0.2.3"]),
        ("well.test", "CNAME", Reason.OK, ["other.test."]),
        ("stray.test", "A", Reason.PROTOCOL, "holds no A record of stray.test, but of other.test."),
        ("dangling.test", "A", Reason.PROTOCOL, "no A record of dangling.test, but of b.test."),
        ("circle.test", "A", Reason.DNS, "the aliases (CNAME) of circle.test lead in a circle"),
        ("alias.test", "A", Reason.DNS, "b.test, of which alias.test is an alias, has no A record"),
    ],
)
async def test_records_of_another_owner_are_no_answer(
    look_at: LookAt, name: str, record: str, reason: Reason, told: Any
) -> None:
    async with name_server() as server:
        server.records = ALIASED
        outcome = await look_at(
            "dns", name=name, record=record, server="127.0.0.1", port=server.port
        )

    assert outcome.reason is reason, outcome
    if reason is Reason.OK:
        assert outcome.extra["answers"] == told
    else:
        assert outcome.blame is Blame.TARGET
        assert told in outcome.detail
        assert outcome.extra["answers"] == []
