"""A Redis server whose only port speaks TLS, with an authority of its own and the access list that
the product generates, set up as the documentation says.
"""

import shutil
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path

import trustme

from coordinator.messaging.acl import broker_acl
from tests.faults.broker import Broker

LIMITS = {
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "maxmemory-clients": "64mb",
    "proto-max-bulk-len": "16mb",
    "client-query-buffer-limit": "16mb",
    "tcp-keepalive": "30",
}
"""What docs/how-to/run-in-regions.md asks for, on a smaller machine."""


def server() -> str | None:
    """A server that was built with TLS, which the embedded one is not; None when there is none."""
    return shutil.which("redis-server")


class TlsBroker(Broker):
    """`url(user)` is what a process gets, `ca` the certificate of the authority."""

    def __init__(
        self, port: int, folder: Path, passwords: Mapping[str, str], coordinator: str
    ) -> None:
        folder.mkdir()
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
        certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
        options = LIMITS | {
            "tls-port": str(port),
            "tls-auth-clients": "no",
            "tls-cert-file": f"{folder}/cert.pem",
            "tls-key-file": f"{folder}/key.pem",
            "tls-ca-cert-file": f"{folder}/ca.pem",
        }
        super().__init__(
            0,
            folder,
            acl=broker_acl(passwords, coordinator),
            program=server(),
            options=tuple(part for name, value in options.items() for part in (f"--{name}", value)),
        )
        self._tls_port = port
        self._passwords = {**passwords, "coordinator": coordinator}

    def url_of(self, user: str) -> str:
        """The URL of a user, with password and authority."""
        who = f"{user}:{self._passwords[user]}"
        return f"rediss://{who}@127.0.0.1:{self._tls_port}/0?ssl_ca_certs={self.ca}"

    def _answers(self) -> bool:
        believed = ssl.create_default_context(cafile=str(self.ca))
        try:
            with (
                socket.create_connection(("127.0.0.1", self._tls_port), timeout=1) as plain,
                believed.wrap_socket(plain, server_hostname="127.0.0.1") as link,
            ):
                link.sendall(b"PING\r\n")
                return link.recv(64).startswith(b"-NOAUTH")
        except OSError:
            return False
