"""Names to addresses, and who is to blame: the name's owner, or the resolver."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import LookAt
from worker.contract.outcome import Blame, Reason
from worker.probes.look import Vantage
from worker.probes.resolver import Resolver

Vantages = Callable[..., Vantage]


def failing(code: int) -> Callable[..., Any]:
    def lookup(*_: Any) -> Any:
        raise socket.gaierror(code, "no")

    return lookup


@pytest.mark.parametrize("kind", ["tcp", "tls"])
@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_FAIL])
async def test_a_resolver_that_fails_is_to_blame(look_at: LookAt, vantages: Vantages, kind: str, code: int) -> None:
    outcome = await look_at(kind, vantage=vantages(resolver=Resolver(failing(code))), host="x.test", port=443)

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.DNS, Blame.RESOLVER)


async def test_a_missing_name_is_the_resolvers_fault_until_it_proves_that_it_knows_the_root(
    look_at: LookAt, vantages: Vantages
) -> None:
    resolver = Resolver(failing(socket.EAI_NONAME), nameservers=list)

    outcome = await look_at("tcp", vantage=vantages(resolver=resolver), host="x.test", port=443)

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)


async def test_http_asks_again_what_libcurl_does_not_say(look_at: LookAt, vantages: Vantages) -> None:
    vantage = vantages(resolver=Resolver(failing(socket.EAI_AGAIN)))

    outcome = await look_at("http", vantage=vantage, url="http://no-such-name.invalid/")

    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)
    assert "no-such-name.invalid" in outcome.detail


async def test_a_lookup_that_hangs_does_not_outlive_the_deadline(look_at: LookAt, vantages: Vantages) -> None:
    release = threading.Event()
    resolver = Resolver(lambda *_: release.wait(10) and [])
    began = time.monotonic()

    outcome = await look_at("tcp", vantage=vantages(resolver=resolver), host="x.test", port=1, timeout_ms=200)
    release.set()

    assert time.monotonic() - began < 0.3
    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER)


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "\u2028", "exa mple"])
async def test_what_is_no_host_name_fails_without_blaming_the_target(look_at: LookAt, host: str) -> None:
    outcome = await look_at("tcp", host=host, port=1)

    assert not outcome.ok
    assert outcome.blame in (Blame.PROBER, Blame.RESOLVER)
