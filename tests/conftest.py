"""Fixtures that every test may use: free ports and a real broker."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import trustme
from hypothesis import HealthCheck, settings

from api.supervisor import claim
from coordinator.store import open_store
from tests.faults.broker import Broker
from tests.faults.postgres import Postgres, binaries
from tests.faults.rabbitmq import RabbitMQ, program

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# other tests take the processor meanwhile: slow is no fault of an example
settings.load_profile("busy")


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a TCP port of the loopback that nobody listens on, each time it is called."""
    return claim.free_port


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
def rabbitmq_server() -> Iterator[RabbitMQ]:
    """A RabbitMQ server process for all tests, each of which makes its own virtual host."""
    if program() is None:
        pytest.skip("RabbitMQ is not installed (Debian: apt install rabbitmq-server)")
    folder = Path(tempfile.mkdtemp(prefix="outscope-rabbitmq-"))
    authority = trustme.CA()
    pair = authority.issue_cert("localhost")
    files = {name: folder / f"{name}.pem" for name in ("cacertfile", "certfile", "keyfile")}
    authority.cert_pem.write_to_path(str(files["cacertfile"]))
    pair.cert_chain_pems[0].write_to_path(str(files["certfile"]))
    pair.private_key_pem.write_to_path(str(files["keyfile"]))
    server = RabbitMQ(folder, files)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def rabbitmq_url(rabbitmq_server: RabbitMQ) -> str:
    """An empty virtual host of this test's own: the coordinator's URL there."""
    return rabbitmq_server.vhost(f"test-{uuid4().hex}")


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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that every migration was applied to, to be copied: applying them takes a
    hundred times as long.
    """
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    asyncio.run(_migrate(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Postgres) -> str:
    """The name of such a database on the server."""
    name = f"migrated_{uuid4().hex}"
    asyncio.run(_migrate(postgres_server.database(name)))
    return name


async def _migrate(url: str) -> None:
    async with open_store(url):
        pass


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of this test's own, with tables and nothing in them: the test runs once on SQLite
    and once on PostgreSQL.
    """
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres_server")
        template = request.getfixturevalue("migrated_postgres")
        return server.database(f"test_{uuid4().hex}", template)
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "store.db")
    return f"sqlite://{tmp_path}/store.db"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that start real processes behind those that compute: what waits for time to
    pass finds the processors free then, and many of them wait beside each other.

    Where `--reruns` is given, what starts no process is not tried again: it fails for a reason.
    """
    for item in items:
        if not _starts_something(item):
            item.add_marker(pytest.mark.flaky(reruns=0))
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting: list[list[pytest.Item]] = []
    computing: list[list[pytest.Item]] = []
    for tests in files.values():
        (waiting if _waits(tests) else computing).append(tests)
    waiting.reverse()  # those of the last folders take longest, and one that is last is waited for
    items[:] = [item for tests in (*computing, *waiting) for item in tests]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show why a test was tried again, though it passed then: it may be no fault of the machine."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"tried again: {report.nodeid}", "_")
        terminalreporter.line(report.longreprtext)


def _waits(tests: list[pytest.Item]) -> bool:
    """Whether most tests of a file start real servers, processes or a browser."""
    return 2 * sum(map(_starts_something, tests)) > len(tests)


def _starts_something(item: pytest.Item) -> bool:
    return any(map(item.get_closest_marker, ("slow", "browser")))
