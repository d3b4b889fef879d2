"""Names to addresses, and who is to blame: the name's owner, or the resolver."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Listener, LookAt
from worker.contract.outcome import Blame, Reason
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage

Web = Callable[..., Awaitable[Listener]]
Vantages = Callable[..., Vantage]


def failing(code: int) -> Callable[..., Any]:
    def lookup(*_: Any) -> Any:
        raise socket.gaierror(code, "no")

    return lookup


@pytest.mark.parametrize("kind", ["tcp", "tls"])
@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_FAIL])
async def test_a_resolver_that_fails_is_to_blame(
    look_at: LookAt, vantages: Vantages, kind: str, code: int
) -> None:
    outcome = await look_at(
        kind, vantage=vantages(resolver=Resolver(failing(code))), host="x.test", port=443
    )

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.DNS, Blame.RESOLVER)


async def test_a_missing_name_is_the_resolvers_fault_until_it_proves_that_it_knows_the_root(
    look_at: LookAt, vantages: Vantages
) -> None:
    resolver = Resolver(failing(socket.EAI_NONAME), nameservers=list)

    outcome = await look_at("tcp", vantage=vantages(resolver=resolver), host="x.test", port=443)

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)


@pytest.mark.parametrize("url", ["http://x.test/", "https://x.test/"])
async def test_http_says_it_too(look_at: LookAt, vantages: Vantages, url: str) -> None:
    outcome = await look_at(
        "http", vantage=vantages(resolver=Resolver(failing(socket.EAI_AGAIN))), url=url
    )

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)
    assert "x.test" in outcome.detail


async def test_http_connects_to_what_the_resolver_found_and_keeps_the_name(
    web: Web, look_at: LookAt, vantages: Vantages
) -> None:
    server = await web(host="127.0.0.2")
    resolver = Resolver(lambda _host, port, *_: [(socket.AF_INET, 1, 6, "", ("127.0.0.2", port))])

    for host in ("x.test", "X.test.", "xn--bcher-kva.test"):
        outcome = await look_at(
            "http", vantage=vantages(resolver=resolver), url=server.url(host=host)
        )

        assert (outcome.ok, outcome.ip) == (True, "127.0.0.2")
        assert outcome.dns_ms is not None
        assert b"Host: " in server.requests[-1]
        assert b"test" in server.requests[-1]


async def test_what_a_name_led_to_is_not_remembered_for_the_next_look(
    web: Web, look_at: LookAt, vantages: Vantages
) -> None:
    first = await web(b"first", host="127.0.0.2")
    second = await web(b"second", host="127.0.0.3", port=first.port)
    answers = iter(["127.0.0.2", "127.0.0.3"])
    resolver = Resolver(lambda _host, port, *_: [(socket.AF_INET, 1, 6, "", (next(answers), port))])
    vantage = vantages(resolver=resolver)

    for body in ("first", "second"):
        assert (
            await look_at(
                "http", vantage=vantage, url=second.url(host="x.test"), expect={"body": body}
            )
        ).ok


async def test_lookups_that_hang_hold_up_no_other_name(
    web: Web, look_at: LookAt, vantages: Vantages
) -> None:
    server, release = await web(), threading.Event()

    def lookup(host: str, port: int, *_: Any) -> Any:
        if host.startswith("hangs"):
            release.wait(10)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    vantage = vantages(resolver=Resolver(lookup))
    hanging = [
        asyncio.create_task(
            look_at("http", vantage=vantage, url=f"http://hangs{n}.test/", timeout_ms=400)
        )
        for n in range(60)
    ]
    await asyncio.sleep(0.05)

    outcome = await look_at("http", vantage=vantage, url=server.url(host="x.test"), timeout_ms=300)
    late = await asyncio.gather(*hanging)
    release.set()

    assert outcome.ok, outcome
    assert {(one.reason, one.blame) for one in late} == {(Reason.DNS, Blame.RESOLVER)}


async def test_a_lookup_that_hangs_does_not_outlive_the_deadline(
    look_at: LookAt, vantages: Vantages
) -> None:
    release = threading.Event()
    resolver = Resolver(lambda *_: release.wait(10) and [])
    began = time.monotonic()

    outcome = await look_at(
        "tcp", vantage=vantages(resolver=resolver), host="x.test", port=1, timeout_ms=200
    )
    release.set()

    assert time.monotonic() - began < 2, "not the ten seconds of the lookup"
    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "exa mple"])
async def test_what_is_no_host_name_fails_without_blaming_the_target(
    look_at: LookAt, host: str
) -> None:
    outcome = await look_at("tcp", host=host, port=1)

    assert not outcome.ok
    assert outcome.blame in (Blame.PROBER, Blame.RESOLVER)
