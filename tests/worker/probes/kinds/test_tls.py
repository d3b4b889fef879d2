"""The tls kind against real handshakes."""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.worker.probes.conftest import Listen, Listener, LookAt, silence
from tests.worker.probes.openssl import openssl_server, stapled
from worker.contract.outcome import Blame, Reason
from worker.probes.run import Vantage

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

    outcome = await look_at(
        "tls", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=server.port, min_days=14
    )

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
    server = await listen(
        silence, ssl=certified(*names, not_after=ends, not_before=ends - timedelta(days=120))
    )

    outcome = await look_at(
        "tls", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=server.port
    )

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.TLS, Blame.TARGET)
    assert word in outcome.detail
    assert outcome.trace


async def test_an_unknown_authority_is_not_believed(
    listen: Listen, look_at: LookAt, certified: Certified
) -> None:
    server = await listen(silence, ssl=certified("127.0.0.1"))

    outcome = await look_at("tls", host="127.0.0.1", port=server.port)

    assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET)
    assert outcome.detail.startswith("the certificate is not valid: ")


async def test_a_handshake_that_never_ends_is_the_targets_fault(
    listen: Listen, look_at: LookAt
) -> None:
    server = await listen(silence)

    outcome = await look_at("tls", host="127.0.0.1", port=server.port, timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert server.connections == 1


async def test_every_certificate_that_the_server_sends_is_told(
    listen: Listen, look_at: LookAt, vantages: Vantages, authority: trustme.CA, ca_file: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.create_child_ca().issue_cert("127.0.0.1", common_name="leaf").configure_cert(context)

    outcome = await look_at(
        "tls",
        vantage=vantages(ca_file=ca_file),
        host="127.0.0.1",
        port=(await listen(silence, ssl=context)).port,
    )

    assert outcome.ok, outcome
    leaf, intermediate = outcome.extra["chain"]
    assert leaf["subject"] == "leaf"
    assert leaf["issuer"] == intermediate["subject"]
    assert leaf["expires_at"] == outcome.extra["certificate_expires_at"]


async def test_an_incomplete_chain_is_told_as_one(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    authority: trustme.CA,
    ca_file: str,
    tmp_path: Path,
) -> None:
    leaf, context = (
        authority.create_child_ca().issue_cert("127.0.0.1"),
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
    )
    alone = tmp_path / "alone.pem"
    alone.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
    context.load_cert_chain(alone)

    outcome = await look_at(
        "tls",
        vantage=vantages(ca_file=ca_file),
        host="127.0.0.1",
        port=(await listen(silence, ssl=context)).port,
    )

    assert (outcome.ok, outcome.reason) == (False, Reason.TLS)
    assert "the chain is incomplete" in outcome.detail
    assert "no intermediate certificate" in outcome.detail
    assert len(outcome.extra["chain"]) == 1


async def test_an_expired_certificate_is_described(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    ends = datetime.now(UTC) - timedelta(days=2.5)
    server = await listen(silence, ssl=certified("127.0.0.1", not_after=ends))

    outcome = await look_at(
        "tls", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=server.port
    )

    assert f"has expired on {ends.date()}" in outcome.detail
    assert outcome.extra["certificate_days"] == pytest.approx(-2.5, abs=0.02)


async def test_a_certificate_for_others_says_for_whom(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    names = [f"{letter}.test" for letter in "abcdefg"]
    server = await listen(silence, ssl=certified(*names))

    outcome = await look_at(
        "tls",
        vantage=vantages(ca_file=ca_file),
        host="127.0.0.1",
        port=server.port,
        server_name="x.test",
    )

    assert (
        outcome.detail
        == "the certificate is not valid: it is not for x.test, but for a.test, b.test, c.test,"
        " d.test, e.test and 2 more"
    )


async def test_an_intermediate_that_ends_sooner_than_the_certificate_counts(
    listen: Listen, look_at: LookAt, vantages: Vantages, authority: trustme.CA, ca_file: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = datetime.now(UTC) + timedelta(days=3.5)
    authority.create_child_ca().issue_cert("127.0.0.1", not_after=ends).configure_cert(context)
    server = await listen(silence, ssl=context)

    for min_days, well in ((3, True), (4, False)):
        look = look_at(
            "tls",
            vantage=vantages(ca_file=ca_file),
            host="127.0.0.1",
            port=server.port,
            min_days=min_days,
        )
        assert (await look).ok is well


async def test_an_old_version_of_tls_is_told(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    context, vantage = certified("127.0.0.1"), vantages(ca_file=ca_file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = await listen(silence, ssl=context)

    assert (await look_at("tls", vantage=vantage, host="127.0.0.1", port=server.port)).ok
    outcome = await look_at(
        "tls", vantage=vantage, host="127.0.0.1", port=server.port, min_version="1.3"
    )

    assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET)
    assert "speaks TLS 1.2" in outcome.detail
    assert outcome.extra["protocol"] == "TLSv1.2"


@pytest.mark.slow
async def test_a_version_that_is_not_safe_is_told(
    look_at: LookAt, authority: trustme.CA, tmp_path: Path
) -> None:
    old = ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    with openssl_server(tmp_path, authority.issue_cert("127.0.0.1"), *old) as port:
        outcome = await look_at("tls", host="127.0.0.1", port=port)

    assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET)
    assert "no version of TLS that is still safe" in outcome.detail


async def test_what_is_no_tls_is_told(listen: Listen, look_at: LookAt) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test ESMTP\r\n")
        await writer.drain()

    outcome = await look_at("tls", host="127.0.0.1", port=(await listen(greet)).port)

    assert (outcome.reason, outcome.detail) == (
        Reason.TLS,
        "the TLS handshake failed: what the target answers is not TLS",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("staple", "asked", "status", "words"),
    [
        ("good", "required", "good", None),
        ("good", "ignored", None, None),
        ("none", "when_sent", "missing", None),
        ("none", "required", "missing", "staples no OCSP status"),
        ("revoked", "when_sent", "revoked", "has revoked it"),
        ("old", "when_sent", "invalid", "is not valid"),
        ("revoked", "ignored", None, None),
    ],
)
async def test_the_stapled_status_is_read(
    look_at: LookAt,
    vantages: Vantages,
    authority: trustme.CA,
    ca_file: str,
    tmp_path: Path,
    staple: str,
    asked: str,
    status: str | None,
    words: str | None,
) -> None:
    signer = authority.create_child_ca()
    leaf = signer.issue_cert("outscope.test")
    age = timedelta(days=30 if staple == "old" else 0)
    sent = None if staple == "none" else stapled(signer, leaf, revoked=staple == "revoked", age=age)
    with openssl_server(tmp_path, leaf, staple=sent) as port:
        outcome = await look_at(
            "tls",
            vantage=vantages(ca_file=ca_file),
            host="127.0.0.1",
            port=port,
            server_name="outscope.test",
            staple=asked,
        )

    assert outcome.extra.get("ocsp") == status, outcome
    assert outcome.ok is (words is None), outcome
    assert words is None or words in outcome.detail
    assert words is None or (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET)


@pytest.mark.slow
async def test_reading_the_stapled_status_leaves_no_connection_open(
    look_at: LookAt, vantages: Vantages, authority: trustme.CA, ca_file: str, tmp_path: Path
) -> None:
    signer, vantage = authority.create_child_ca(), vantages(ca_file=ca_file)
    leaf = signer.issue_cert("127.0.0.1")
    with openssl_server(tmp_path, leaf, staple=stapled(signer, leaf, revoked=False)) as port:
        opened = []
        for _ in range(3):
            look = look_at("tls", vantage=vantage, host="127.0.0.1", port=port, staple="required")
            assert (await look).ok
            opened.append(len(os.listdir("/proc/self/fd")))

    assert opened[0] == opened[-1]
