"""Who we say we are, and whom we believe: client certificates and authorities."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.worker.probes.conftest import Certified, LookAt, Vantages, Web
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.http import HttpParams


class Folder:
    """The worker's folder of certificates."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clients = trustme.CA()

    def client(self, password: str | None = None) -> None:
        """Put a client's certificate and key there: client.pem, or client.crt and client.key."""
        issued = self.clients.issue_cert("worker@example.org")
        key = issued.private_key_pem.bytes()
        chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        if password is not None:
            loaded = load_pem_private_key(key, None)
            lock = BestAvailableEncryption(password.encode())
            key = loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
        (self.path / "client.crt").write_bytes(chain)
        (self.path / "client.key").write_bytes(key)
        (self.path / "client.pem").write_bytes(key + chain)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "certificates"
    path.mkdir()
    return Folder(path)


@pytest.fixture
def demanding(certified: Certified, folder: Folder) -> ssl.SSLContext:
    """A server's context that lets nobody in without a certificate of the folder's authority."""
    context = certified("127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    folder.clients.configure_trust(context)
    return context


@pytest.fixture
def door(demanding: ssl.SSLContext) -> Iterator[int]:
    """The port of a server on a thread that says why it lets nobody in; asyncio's hangs up without
    a word.
    """

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.dup() as raw:
                with (
                    suppress(OSError),
                    demanding.wrap_socket(connection, server_side=True) as encrypted,
                ):
                    encrypted.recv(65536)
                    encrypted.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                with suppress(OSError):
                    raw.shutdown(socket.SHUT_WR)
                    # closing with words unheard would reset, and lose our own
                    while raw.recv(65536):
                        pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize(
    ("password", "client"),
    [
        (None, {"certificate": "client.pem"}),
        (None, {"certificate": "client.crt", "key": "client.key"}),
        (
            "open",
            {
                "certificate": "client.crt",
                "key": "client.key",
                "password": "${env:OUTSCOPE_SECRET_KEY}",
            },
        ),
    ],
)
async def test_a_client_certificate_opens_the_door(
    web: Web,
    look_at: LookAt,
    vantages: Vantages,
    ca_file: str,
    folder: Folder,
    demanding: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    password: str | None,
    client: dict[str, str],
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "open")
    folder.client(password)
    url = (await web(ssl=demanding)).url(scheme="https")

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file, certificates_dir=folder.path),
        url=url,
        client=client,
    )

    assert outcome.ok, outcome


async def test_without_the_right_client_certificate_it_is_about_us(
    look_at: LookAt, vantages: Vantages, ca_file: str, folder: Folder, door: int
) -> None:
    vantage, url = (
        vantages(ca_file=ca_file, certificates_dir=folder.path),
        f"https://127.0.0.1:{door}/",
    )
    folder.clients = trustme.CA()
    folder.client()

    for client in (None, {"certificate": "client.pem"}):
        outcome = await look_at("http", vantage=vantage, url=url, client=client)

        assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER), outcome
        assert "client certificate" in outcome.detail


async def test_another_origin_does_not_get_the_client_certificate(
    web: Web, look_at: LookAt, vantages: Vantages, ca_file: str, folder: Folder, door: int
) -> None:
    folder.client()
    start = await web(status=302, headers={"Location": f"https://127.0.0.1:{door}/"})

    mine = {"certificate": "client.pem"}

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file, certificates_dir=folder.path),
        url=start.url(),
        client=mine,
    )

    assert outcome.reason is Reason.UNAUTHORIZED
    assert (
        await look_at(
            "http",
            vantage=vantages(ca_file=ca_file, certificates_dir=folder.path),
            url=f"https://127.0.0.1:{door}/",
            client=mine,
        )
    ).ok


async def test_a_key_that_does_not_open_is_our_fault(
    web: Web, look_at: LookAt, vantages: Vantages, folder: Folder, demanding: ssl.SSLContext
) -> None:
    folder.client("open")
    url, vantage = (
        (await web(ssl=demanding)).url(scheme="https"),
        vantages(certificates_dir=folder.path),
    )
    client = {"certificate": "client.crt", "key": "client.key"}

    outcome = await look_at("http", vantage=vantage, url=url, verify=False, client=client)

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert "client certificate of this worker" in outcome.detail


@pytest.mark.parametrize("given", [{"ca": "none.pem"}, {"client": {"certificate": "none.pem"}}])
async def test_a_file_that_this_worker_lacks_is_our_fault_and_is_named(
    look_at: LookAt, vantages: Vantages, folder: Folder, given: dict[str, Any]
) -> None:
    for reuse in (False, True):
        outcome = await look_at(
            "http",
            vantage=vantages(certificates_dir=folder.path),
            url="https://127.0.0.1:45678/",
            reuse=reuse,
            **given,
        )

        assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
        assert (
            outcome.detail
            == "there is no file none.pem below OUTSCOPE_CERTIFICATES_DIR on this worker"
        )


@pytest.mark.parametrize("as_file", [False, True])
async def test_a_check_believes_the_authority_that_it_names_and_no_other(
    web: Web,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    authority: trustme.CA,
    ca_file: str,
    folder: Folder,
    as_file: bool,
) -> None:
    url = (await web(ssl=certified("127.0.0.1"))).url(scheme="https")

    def named(of: trustme.CA) -> str:
        (folder.path / "ca.pem").write_bytes(of.cert_pem.bytes())
        return "ca.pem" if as_file else of.cert_pem.bytes().decode()

    believed = await look_at(
        "http", vantage=vantages(certificates_dir=folder.path), url=url, ca=named(authority)
    )
    doubted = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file, certificates_dir=folder.path),
        url=url,
        ca=named(trustme.CA()),
    )

    assert believed.ok, believed
    assert (doubted.reason, doubted.blame) == (Reason.TLS, Blame.TARGET)


@pytest.mark.parametrize(
    "given",
    [
        {"ca": "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----"},
        {"ca": "/etc/ssl/ca.pem"},
        {"ca": "../ca.pem"},
        {"client": {"certificate": "/etc/shadow"}},
        {"client": {"certificate": "a.pem", "key": "a/../../b"}},
    ],
)
def test_files_outside_of_the_folder_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ca|client"):
        HttpParams.model_validate({"url": "https://example.org/", **given})
