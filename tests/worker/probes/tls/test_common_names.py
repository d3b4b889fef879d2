"""A certificate that names its host in its common name alone is refused, as browsers refuse it,
unless a check accepts it: in every kind that encrypts.
"""

import asyncio
import datetime
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.worker.probes.conftest import Listen, LookAt, read_request
from worker.contract.outcome import Blame, Reason
from worker.probes.run import Vantage

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
HOST = "localhost"
KINDS: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    "tls": ("tls", lambda port: {"host": HOST, "port": port}),
    "https": ("http", lambda port: {"url": f"https://{HOST}:{port}/"}),
    "flow": ("flow", lambda port: {"steps": [{"name": "one", "url": f"https://{HOST}:{port}/"}]}),
    "grpc": ("grpc", lambda port: {"host": HOST, "port": port}),
    "wss": ("websocket", lambda port: {"url": f"wss://{HOST}:{port}/"}),
    "tcp": ("tcp", lambda port: {"host": HOST, "port": port, "tls": True}),
    "starttls": ("tcp", lambda port: {"host": HOST, "port": port, "starttls": "pop3"}),
    "DoT": (
        "dns",
        lambda port: {"server": HOST, "port": port, "name": "a.test", "transport": "tls"},
    ),
    "DoH": (
        "dns",
        lambda port: {"server": HOST, "port": port, "name": "a.test", "transport": "https"},
    ),
    "llm": (
        "llm",
        lambda port: {
            "api": "openai_compatible",
            "url": f"https://{HOST}:{port}/v1",
            "model": "m",
        },
    ),
    "vendor_status": (
        "vendor_status",
        lambda port: {"provider": "statuspage", "url": f"https://{HOST}:{port}"},
    ),
}
NO_OPTION = {"llm", "vendor_status"}
"""They look at the vendors' own servers."""


def nameless(folder: Path, *extensions: x509.ExtensionType) -> tuple[ssl.SSLContext, str]:
    """A server's context whose certificate has a common name, and the file of its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority = trustme.CA()
    issuer_key = serialization.load_pem_private_key(authority.private_key_pem.bytes(), None)
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type]
    chain, ca_file = folder / "chain.pem", folder / "ca.pem"
    chain.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, str(ca_file)


async def serve(listen: Listen, kind: str, context: ssl.SSLContext) -> int:
    async def answer(reader: Reader, writer: Writer) -> None:
        if kind == "starttls":
            writer.write(b"+OK\r\n")
            await reader.readline()
            writer.write(b"+OK\r\n")
            await writer.start_tls(context)
            return
        if kind in ("https", "flow"):
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell")
            await writer.drain()

    if kind == "grpc":
        context.set_alpn_protocols(["h2"])
    tls = None if kind == "starttls" else context
    return int((await listen(answer, ssl=tls)).port)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_common_name_is_no_name(
    listen: Listen,
    look_at: LookAt,
    vantages: Callable[..., Vantage],
    tmp_path: Path,
    kind: str,
) -> None:
    context, ca_file = nameless(tmp_path)
    port, vantage = await serve(listen, kind, context), vantages(ca_file=ca_file)
    name, aim = KINDS[kind]

    refused = await look_at(name, vantage=vantage, **aim(port))

    assert refused.reason is Reason.TLS or kind == "vendor_status", refused
    assert refused.blame in (Blame.TARGET, Blame.PATH)
    assert refused.status_code is None
    said = "Hostname mismatch" if kind == "DoT" else "no name at all"
    assert said in refused.detail
    if kind in NO_OPTION:
        return
    params = aim(port)
    (params["steps"][0] if kind == "flow" else params)["common_name"] = True
    accepted = await look_at(name, vantage=vantage, timeout_ms=1500, **params)
    assert accepted.reason is not Reason.TLS, accepted
    assert accepted.ok or kind not in ("tls", "https", "flow", "tcp", "starttls"), accepted


async def test_a_name_of_another_sort_is_none_either(
    listen: Listen, look_at: LookAt, vantages: Callable[..., Vantage], tmp_path: Path
) -> None:
    mail = x509.SubjectAlternativeName([x509.RFC822Name("me@example.org")])
    context, ca_file = nameless(tmp_path, mail)
    vantage = vantages(ca_file=ca_file)
    for kind in ("tls", "https"):
        port = await serve(listen, kind, context)
        name, aim = KINDS[kind]

        outcome = await look_at(name, vantage=vantage, **aim(port))

        assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET), outcome


async def test_an_option_for_tls_is_for_tls_alone(look_at: LookAt) -> None:
    for params, words in (
        ({"transport": "tcp"}, "common_name is for transport: tls and https"),
        ({}, "common_name is for transport: tls and https"),
    ):
        with pytest.raises(ValueError, match=words):
            await look_at("dns", server="127.0.0.1", name="a.test", common_name=True, **params)
