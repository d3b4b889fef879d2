"""Which address an http look goes to, and from which it comes."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import LookAt, Web
from worker.contract.outcome import Blame, Reason
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage
from worker.targets.guard import Guard


async def test_a_name_is_resolved_and_that_is_timed_apart(web: Web, look_at: LookAt) -> None:
    outcome = await look_at(
        "http", url=(await web()).url(host="localhost"), ip_version="4", trace=True
    )

    assert outcome.ok
    assert outcome.dns_ms is not None
    assert outcome.trace[0].what == "name resolved to 127.0.0.1"


async def test_a_fixed_address_takes_the_place_of_the_dns(
    web: Web,
    look_at: LookAt,
    vantages: Callable[..., Vantage],
    certified: Callable[..., Any],
    ca_file: str,
) -> None:
    server = await web(ssl=certified("nowhere.invalid"))

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file),
        url=server.url(host="Nowhere.invalid", scheme="https"),
        resolve={"nowhere.INVALID": "127.0.0.1"},
    )

    assert outcome.ok, outcome
    assert (outcome.dns_ms, outcome.ip) == (None, "127.0.0.1")
    assert f"Host: Nowhere.invalid:{server.port}".encode() in server.requests[0]


async def test_a_fixed_address_passes_the_guard_like_any(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    server = await web()

    outcome = await look_at(
        "http",
        vantage=vantages(guard=Guard()),
        url=server.url(host="a.test"),
        resolve={"a.test": "127.0.0.1"},
    )

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("version", "address", "ip"), [("4", "127.0.0.1", "127.0.0.1"), ("6", "[::1]", "::1")]
)
async def test_the_family_that_answered_is_told(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage], version: str, address: str, ip: str
) -> None:
    server = await web(host=ip)

    def lookup(_host: str, port: int, family: int, kind: int) -> list[Any]:
        both = [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET6, ("::1", port, 0, 0))]
        return [
            (found, kind, 0, "", place)
            for found, place in both
            if family in (socket.AF_UNSPEC, found)
        ]

    for vantage, host in ((None, address), (vantages(resolver=Resolver(lookup)), "both.test")):
        outcome = await look_at(
            "http", vantage=vantage, url=server.url(host=host), ip_version=version
        )

        assert outcome.ok, outcome
        assert (outcome.ip, outcome.extra["ip_version"]) == (ip, version)


async def test_the_source_address_is_used(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    server = await web()

    outcome = await look_at("http", vantage=vantages(source_address="127.1.2.3"), url=server.url())

    assert outcome.ok, outcome
    assert server.peers == ["127.1.2.3"]


async def test_a_source_address_that_this_machine_does_not_have_is_our_fault(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    outcome = await look_at(
        "http", vantage=vantages(source_address="192.0.2.200"), url=(await web()).url()
    )

    assert (outcome.ok, outcome.blame) == (False, Blame.PROBER)


async def test_proxies_of_the_environment_are_not_used(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    assert (await look_at("http", url=(await web()).url())).ok
