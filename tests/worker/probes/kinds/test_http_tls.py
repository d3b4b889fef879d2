"""HTTPS: the certificate decides, and the handshake is timed apart."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from tests.worker.probes.conftest import Listen, Listener, LookAt, silence
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes.run import Vantage

Web = Callable[..., Awaitable[Listener]]
Certified = Callable[..., ssl.SSLContext]
Vantages = Callable[..., Vantage]


async def test_a_certificate_of_an_added_authority_is_believed(
    web: Web, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    ends = datetime.now(UTC) + timedelta(days=90)
    server = await web(ssl=certified("127.0.0.1", not_after=ends))
    vantage = vantages(ca_file=ca_file)

    for _ in range(2):
        outcome = await look_at("http", vantage=vantage, url=server.url(scheme="https"), trace=True)

        assert outcome.ok, outcome
        assert outcome.tls_ms is not None
        assert outcome.tls_ms > 0
        assert outcome.extra["certificate_expires_at"] == f"{ends:%Y-%m-%dT%H:%M:%S}.000Z"
        assert "TLS established" in [step.what for step in outcome.trace]


async def test_an_unknown_authority_is_not_believed(
    web: Web, look_at: LookAt, certified: Certified
) -> None:
    outcome = await look_at("http", url=(await web(ssl=certified("127.0.0.1"))).url(scheme="https"))

    _is_a_tls_failure(outcome, "certificate")


async def test_an_unknown_authority_may_be_passed_over(
    web: Web, look_at: LookAt, certified: Certified
) -> None:
    url = (await web(ssl=certified("example.org"))).url(scheme="https")

    assert (await look_at("http", url=url, verify=False)).ok


async def test_an_expired_certificate_is_a_failure(
    web: Web, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    server = await web(
        ssl=certified("127.0.0.1", not_after=past, not_before=past - timedelta(days=1))
    )

    outcome = await look_at(
        "http", vantage=vantages(ca_file=ca_file), url=server.url(scheme="https")
    )

    _is_a_tls_failure(outcome, "expired")


async def test_a_certificate_for_another_name_is_a_failure(
    web: Web, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    server = await web(ssl=certified("example.org"))

    outcome = await look_at(
        "http", vantage=vantages(ca_file=ca_file), url=server.url(scheme="https")
    )

    _is_a_tls_failure(outcome, "127.0.0.1")


async def test_a_port_without_tls_is_a_tls_failure(web: Web, look_at: LookAt) -> None:
    outcome = await look_at("http", url=(await web()).url(scheme="https"), timeout_ms=500)

    assert (outcome.ok, outcome.blame) == (False, Blame.TARGET)
    assert outcome.reason in (Reason.TLS, Reason.TIMEOUT)


async def test_a_handshake_that_never_ends_is_the_targets_fault(
    listen: Listen, look_at: LookAt
) -> None:
    outcome = await look_at("http", url=(await listen(silence)).url(scheme="https"), timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)


async def test_a_reset_handshake_is_a_reset(listen: Listen, look_at: LookAt) -> None:
    async def slam(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.abort()

    outcome = await look_at("http", url=(await listen(slam)).url(scheme="https"))

    assert (outcome.ok, outcome.reason) == (False, Reason.RESET)


def _is_a_tls_failure(outcome: Outcome, word: str) -> None:
    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.TLS, Blame.TARGET)
    assert word in outcome.detail
