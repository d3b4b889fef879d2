"""The database's server dies and its replica takes over; the broker's server becomes a replica."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.coordinator.process.conftest import REGIONS, progress
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.postgres import Postgres, binaries

pytestmark = pytest.mark.slow


@pytest.fixture
def servers() -> Iterator[tuple[Postgres, Postgres, str]]:
    """A server with a database, a replica of it, and the URL that names both."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folders = [Path(tempfile.mkdtemp(prefix="outscope-pair-")) for _ in range(2)]
    first = Postgres(programs, folders[0])
    first.create()
    url = first.database("outscope")
    second = first.replica(folders[1])
    both = url.replace(f":{first.port}/", f":{first.port},127.0.0.1:{second.port}/")
    yield first, second, both
    second.stop()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def test_when_the_database_fails_over_nothing_that_was_receipted_is_lost(
    valkey: Broker,
    tmp_path: Path,
    document: dict[str, Any],
    servers: tuple[Postgres, Postgres, str],
) -> None:
    first, second, url = servers
    fleet = Fleet(valkey, url, tmp_path, REGIONS)
    fleet.apply(document)
    with fleet.running():
        progress(fleet)
        first.stop()
        until(lambda: "cannot_" in fleet.coordinator.log(), "a word", fleet.coordinator.log)
        ordered = fleet.ordered()
        until(lambda: fleet.ordered() > ordered + 6, "orders go on", fleet.coordinator.log)
        second.promote()
        progress(fleet)
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        assert fleet.incidents() == []
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert "Traceback" not in fleet.coordinator.log()


def test_a_broker_that_became_a_replica_is_waited_out(fleet: Fleet) -> None:
    """As with managed servers: it refuses what is written, and then another has its address."""
    with fleet.running():
        progress(fleet)
        with fleet.broker.client() as client:
            client.execute_command("REPLICAOF", "127.0.0.1", "1")
            until(
                lambda: "ReadOnlyError" in fleet.coordinator.log(),
                "a word in the log",
                fleet.coordinator.log,
            )
            client.execute_command("REPLICAOF", "NO", "ONE")
        progress(fleet)
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        assert fleet.incidents() == []
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
