"""A TLS server that can do what Python's cannot, such as staple an OCSP status: `openssl
s_server`.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp

from api.supervisor.claim import free_port


def stapled(
    authority: trustme.CA, leaf: trustme.LeafCert, *, revoked: bool, age: timedelta = timedelta()
) -> bytes:
    """What the authority says of the certificate, as OCSP puts it; `age` makes it an old word.

    A server does not send its root, so an authority whose word is believed stands in the chain or
    below the root.
    """
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    said = datetime.now(UTC) - timedelta(hours=1) - age
    response = ocsp.OCSPResponseBuilder().add_response(
        cert=x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()),
        issuer=issuer,
        algorithm=SHA1(),  # as responders do, and the only one that libcurl looks for
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=said,
        next_update=said + timedelta(days=1),
        revocation_time=said if revoked else None,
        revocation_reason=None,
    )
    signed = response.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)
    key = load_pem_private_key(authority.private_key_pem.bytes(), None)
    return signed.sign(key, SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


@contextmanager
def openssl_server(
    folder: Path, leaf: trustme.LeafCert, *options: str, staple: bytes | None = None
) -> Iterator[int]:
    """The port of a server with these options."""
    pem, status = folder / "server.pem", folder / "status.der"
    leaf.private_key_and_cert_chain_pem.write_to_path(pem)
    port = free_port()
    command = [
        "openssl",
        "s_server",
        "-accept",
        f"127.0.0.1:{port}",
        "-cert",
        str(pem),
        "-key",
        str(pem),
    ]
    command += ["-cert_chain", str(pem), *options]
    if staple is not None:
        status.write_bytes(staple)
        command += ["-status_file", str(status)]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.kill()
        server.communicate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError):
            create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.01)
    raise TimeoutError("openssl s_server did not start")
