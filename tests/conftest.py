"""Fixtures that every test may use: free ports and a real broker."""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.faults.broker import Broker
from tests.faults.postgres import Postgres, binaries

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# other tests take the processor meanwhile: slow is no fault of an example
settings.load_profile("busy")


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a TCP port of the loopback that nobody listens on, each time it is called."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture
def valkey(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    """A Valkey server process of this test's own, empty, on a free port; `valkey.url` leads to
    it.
    """
    broker = Broker(free_port(), tmp_path / "valkey")
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server process for all tests, each of which makes its own database."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="outscope-postgres-"))
    server = Postgres(programs, folder)
    server.create()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> str:
    """An empty PostgreSQL database of this test's own."""
    return postgres_server.database(f"test_{uuid4().hex}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of this test's own: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite://{tmp_path}/store.db"
