"""What a server's side of a handshake tells of client certificates."""

import ssl
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.contract.outcome import Blame, Reason
from worker.probes.network.alerts import asks_for_certificate, wants_certificate

Certified = Callable[..., ssl.SSLContext]


def said(server: ssl.SSLContext) -> bytes:
    """What a server says until it waits for the client's second flight, over TLS 1.2."""
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(ssl.MemoryBIO(), to_server)
    for side in (here, there):
        with pytest.raises(ssl.SSLWantReadError):
            side.do_handshake()
    return to_client.read()


@pytest.mark.parametrize(
    ("mode", "asks"),
    [(ssl.CERT_NONE, False), (ssl.CERT_OPTIONAL, True), (ssl.CERT_REQUIRED, True)],
)
def test_a_request_for_a_certificate_is_seen(
    certified: Certified, mode: ssl.VerifyMode, asks: bool
) -> None:
    server = certified("x.example")
    server.verify_mode = mode
    heard = said(server)

    assert asks_for_certificate(heard) is asks
    assert asks_for_certificate(b"".join(in_records_of(heard, 7))) is asks
    assert not asks_for_certificate(b"\x17" + heard)


def in_records_of(heard: bytes, size: int) -> list[bytes]:
    """The same messages in smaller records."""
    messages, at = b"", 0
    while at < len(heard):
        end = at + 5 + int.from_bytes(heard[at + 3 : at + 5])
        messages, at = messages + heard[at + 5 : end], end
    parts = [messages[begin : begin + size] for begin in range(0, len(messages), size)]
    return [b"\x16\x03\x03" + len(part).to_bytes(2) + part for part in parts]


@given(st.binary(max_size=80))
@example(b"\x16\x03\x03\x00\x00" * 9)
def test_any_bytes_ask_for_a_certificate_or_do_not(heard: bytes) -> None:
    for data in (heard, b"\x16\x03\x03\x00\x40" + heard):
        assert asks_for_certificate(data) in (True, False)


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", True),
        ("SSLV3_ALERT_BAD_CERTIFICATE", True),
        ("error:0A000413:SSL routines::ssl/tls alert unsupported certificate", True),
        ("TLSV1_ALERT_UNKNOWN_CA", True),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", True),
        ("TLSV1_ALERT_ACCESS_DENIED", True),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", False),
        ("TLSV1_ALERT_PROTOCOL_VERSION", False),
        ("TLSV1_UNRECOGNIZED_NAME", False),
        ("CERTIFICATE_VERIFY_FAILED", False),
        ("", False),
    ],
)
def test_alerts_about_our_certificate_are_told_from_others(words: str, ours: bool) -> None:
    fault = wants_certificate(words)

    assert (fault is not None) is ours
    assert fault is None or fault[:2] == (Reason.UNAUTHORIZED, Blame.PROBER)


def test_after_our_handshake_a_failure_of_it_is_about_our_certificate() -> None:
    failed = "ssl/tls alert handshake failure"

    assert wants_certificate(failed) is None
    assert wants_certificate(failed, after_handshake=True) is not None
    assert wants_certificate("TLSV1_ALERT_INTERNAL_ERROR", after_handshake=True) is None
