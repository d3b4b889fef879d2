"""STARTTLS against a real PostgreSQL, with and without TLS."""

import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from tests.faults.postgres import SERVER_USER, Postgres, binaries
from tests.worker.probes.conftest import LookAt
from worker.contract.outcome import Blame, Reason
from worker.probes.run import Vantage

programs = binaries()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(programs is None, reason="PostgreSQL is not installed"),
]


class Encrypted(Postgres):
    """A server that has a certificate for db.test."""

    def certify(self, authority: trustme.CA) -> None:
        leaf = authority.issue_cert("db.test")
        chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
        for name, content in (("server.crt", chain), ("server.key", leaf.private_key_pem.bytes())):
            path = self._data / name
            path.write_bytes(content)
            path.chmod(0o600)
            if os.getuid() == 0:
                user = pwd.getpwnam(SERVER_USER)
                os.chown(path, user.pw_uid, user.pw_gid)
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write("\nssl = on\n")


@pytest.fixture
def database() -> Iterator[Encrypted]:
    """A server that speaks in the clear at first."""
    assert programs is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Encrypted(programs, Path(folder))
        server.create()
        yield server
        with suppress(OSError):
            server.stop()


async def test_a_database_is_looked_at_through_its_own_protocol(
    look_at: LookAt,
    vantages: Callable[..., Vantage],
    authority: trustme.CA,
    ca_file: str,
    database: Encrypted,
) -> None:
    vantage = vantages(ca_file=ca_file)
    params = {
        "host": "127.0.0.1",
        "port": database.port,
        "starttls": "postgres",
        "server_name": "db.test",
    }

    plain = await look_at("tcp", vantage=vantage, **params)
    database.stop()
    database.certify(authority)
    database.start()
    encrypted = await look_at("tcp", vantage=vantage, **params)

    assert (plain.reason, plain.blame, plain.detail) == (
        Reason.TLS,
        Blame.TARGET,
        "the target does not offer TLS",
    )
    assert encrypted.ok, encrypted
    assert encrypted.extra["protocol"] == "TLSv1.3"
