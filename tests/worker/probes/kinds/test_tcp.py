"""The tcp kind: resolve, connect, and say which of the two failed."""

import socket
from collections.abc import Callable
from typing import Any

from tests.worker.probes.conftest import Listen, LookAt, silence
from worker.contract.outcome import Blame, Reason
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage
from worker.targets.guard import Guard

Vantages = Callable[..., Vantage]


def finding(*ips: str) -> Resolver:
    """A resolver that finds these addresses for every name."""

    def lookup(_host: str, port: int, _family: int, kind: int) -> list[Any]:
        families = (socket.AF_INET6 if ":" in ip else socket.AF_INET for ip in ips)
        return [(family, kind, 6, "", (ip, port)) for family, ip in zip(families, ips, strict=True)]

    return Resolver(lookup)


async def test_an_open_port_is_well(listen: Listen, look_at: LookAt) -> None:
    server = await listen(silence)

    outcome = await look_at("tcp", host="127.0.0.1", port=server.port)

    assert (outcome.ok, outcome.ip, outcome.dns_ms) == (True, "127.0.0.1", None)
    assert outcome.connect_ms == outcome.total_ms


async def test_a_name_is_resolved_and_that_is_timed_apart(listen: Listen, look_at: LookAt) -> None:
    outcome = await look_at("tcp", host="localhost", port=(await listen(silence)).port)

    assert outcome.ok
    assert outcome.dns_ms is not None


async def test_a_closed_port_is_refused(look_at: LookAt, closed_port: int) -> None:
    outcome = await look_at("tcp", host="127.0.0.1", port=closed_port)

    assert (outcome.reason, outcome.blame) == (Reason.REFUSED, Blame.TARGET)


async def test_a_connection_that_is_not_taken_ends_at_the_deadline(
    look_at: LookAt, full_port: int
) -> None:
    outcome = await look_at("tcp", host="127.0.0.1", port=full_port, timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.PATH)
    assert outcome.total_ms is not None
    assert 190 <= outcome.total_ms < 300


async def test_the_next_address_is_tried_when_one_does_not_answer(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    server = await listen(silence, host="127.0.0.2")

    outcome = await look_at(
        "tcp",
        vantage=vantages(resolver=finding("127.0.0.1", "127.0.0.2")),
        host="x",
        port=server.port,
    )

    assert (outcome.ok, outcome.ip) == (True, "127.0.0.2")


async def test_of_a_names_addresses_only_those_allowed_are_connected_to(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    server = await listen(silence, host="127.0.0.2")
    forbidden = await listen(silence, host="127.0.0.3")
    vantage = vantages(resolver=finding("127.0.0.3", "127.0.0.2"), guard=Guard(["127.0.0.2/32"]))

    allowed = await look_at("tcp", vantage=vantage, host="x", port=server.port)
    refused = await look_at(
        "tcp",
        vantage=vantages(resolver=finding("127.0.0.3"), guard=Guard()),
        host="x",
        port=forbidden.port,
    )

    assert (allowed.ok, allowed.ip) == (True, "127.0.0.2")
    assert (refused.reason, refused.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert forbidden.connections == 0


async def test_the_source_address_is_used(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    server = await listen(silence)

    assert (
        await look_at(
            "tcp", vantage=vantages(source_address="127.1.2.3"), host="127.0.0.1", port=server.port
        )
    ).ok
    await server.until(lambda it: it.peers == ["127.1.2.3"])


async def test_a_source_address_that_this_machine_does_not_have_is_our_fault(
    look_at: LookAt, vantages: Vantages
) -> None:
    outcome = await look_at(
        "tcp", vantage=vantages(source_address="192.0.2.200"), host="127.0.0.1", port=1
    )

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.INTERNAL, Blame.PROBER)
