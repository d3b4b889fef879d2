"""The tls kind against real handshakes."""

import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt, silence
from worker.contract.outcome import Blame, Reason
from worker.probes.look import Vantage

Web = Callable[..., Awaitable[Listener]]
Certified = Callable[..., ssl.SSLContext]
Vantages = Callable[..., Vantage]


async def test_a_valid_certificate_is_well_and_described(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    ends = datetime.now(UTC) + timedelta(days=30.5)
    server = await listen(silence, ssl=certified("outscope.test", not_after=ends))

    outcome = await look_at(
        "tls",
        vantage=vantages(ca_file=ca_file),
        host="127.0.0.1",
        port=server.port,
        server_name="outscope.test",
        min_days=30,
    )

    assert outcome.ok, outcome
    assert outcome.extra["protocol"] == "TLSv1.3"
    assert "trustme" in outcome.extra["issuer"]
    assert 30.4 < outcome.extra["certificate_days"] <= 30.5
    assert outcome.tls_ms is not None
    assert outcome.connect_ms is not None
    assert outcome.total_ms == pytest.approx(outcome.connect_ms + outcome.tls_ms, abs=0.01)


async def test_a_certificate_that_ends_too_soon_is_a_failure(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    ends = datetime.now(UTC) + timedelta(days=5.25)
    server = await listen(silence, ssl=certified("127.0.0.1", not_after=ends))

    outcome = await look_at("tls", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=server.port, min_days=14)

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.TLS, Blame.TARGET)
    assert "sooner than 14" in outcome.detail
    assert outcome.extra["certificate_days"] < 5.3


@pytest.mark.parametrize(
    ("names", "age_days", "word"),
    [(("127.0.0.1",), 1, "expired"), (("example.org",), -90, "127.0.0.1")],
)
async def test_a_certificate_that_is_not_valid_is_a_failure(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    names: tuple[str, ...],
    age_days: int,
    word: str,
) -> None:
    ends = datetime.now(UTC) - timedelta(days=age_days)
    server = await listen(silence, ssl=certified(*names, not_after=ends, not_before=ends - timedelta(days=120)))

    outcome = await look_at("tls", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=server.port)

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.TLS, Blame.TARGET)
    assert word in outcome.detail
    assert outcome.trace


async def test_an_unknown_authority_is_not_believed(listen: Listen, look_at: LookAt, certified: Certified) -> None:
    server = await listen(silence, ssl=certified("127.0.0.1"))

    outcome = await look_at("tls", host="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET)
    assert outcome.detail.startswith("the certificate is not valid: ")


async def test_a_handshake_that_never_ends_is_the_targets_fault(listen: Listen, look_at: LookAt) -> None:
    server = await listen(silence)

    outcome = await look_at("tls", host="127.0.0.1", port=server.port, timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert server.connections == 1
