"""Two coordinators on one database: the second stands by, takes over, and can tell the time by the
database's clock only. Who was taken over from commits nothing.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.coordinator.process.conftest import REGIONS, progress
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet

pytestmark = pytest.mark.slow

AHEAD = "import time; at = time.time_ns; time.time_ns = lambda: at() + 60_000_000_000\n"
"""What a process runs first whose clock is a minute ahead."""


@pytest.fixture
def fleet(valkey: Broker, tmp_path: Path, document: dict[str, Any], postgres_url: str) -> Fleet:
    """On PostgreSQL, with the configuration applied; not yet running."""
    fleet = Fleet(valkey, postgres_url, tmp_path, REGIONS)
    fleet.apply(document)
    return fleet


@contextmanager
def standing_by(fleet: Fleet, **environment: str) -> Iterator[CoordinatorProcess]:
    """A second coordinator that waits."""
    folder = fleet.folder / "second"
    second = CoordinatorProcess(fleet.broker.url, fleet.database, folder, **environment)
    second.start(ready=False)
    try:
        until(lambda: "standing by" in second.log(), "the standby", second.log)
        yield second
    finally:
        second.kill()


def ready(process: CoordinatorProcess) -> bool:
    """Whether it coordinates."""
    return (process.folder / "ready").exists()


def holder(fleet: Fleet) -> str:
    """Who holds the lease."""
    found = fleet.ask(lambda store: store.leases.holder("coordinator"))
    return found[0] if found else ""


def test_a_standby_whose_clock_is_a_minute_ahead_does_not_seize_the_lease(fleet: Fleet) -> None:
    wrong = fleet.folder / "wrong"
    wrong.mkdir()
    (wrong / "sitecustomize.py").write_text(AHEAD)
    path = f"{wrong}:{Path(__file__).parents[3]}"
    with fleet.running(), standing_by(fleet, PYTHONPATH=path) as second:
        progress(fleet)
        time.sleep(15)  # longer than a term and a watch
        assert not ready(second)
        assert f"/{fleet.coordinator.pid}/" in holder(fleet)
        assert second.log().count("standing by") == 1
        progress(fleet, 6)
        assert second.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_when_the_leader_ends_the_standby_orders_within_seconds(fleet: Fleet, number: int) -> None:
    with fleet.running(), standing_by(fleet) as second:
        progress(fleet)
        fleet.coordinator.signal(number)
        fleet.coordinator.wait(10)
        until(lambda: ready(second), "the standby", second.log)
        assert f"/{second.pid}/" in holder(fleet)
        progress(fleet)
        assert second.stop() == 0
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert fleet.incidents() == []


def test_a_leader_that_was_paused_while_another_took_over_commits_nothing(fleet: Fleet) -> None:
    with fleet.running(), standing_by(fleet) as second:
        progress(fleet)
        fleet.coordinator.signal(signal.SIGSTOP)
        until(lambda: ready(second), "the standby", second.log)
        progress(fleet, 6)
        fleet.coordinator.signal(signal.SIGCONT)
        assert fleet.coordinator.wait(20) == 3
        assert f"/{second.pid}/" in holder(fleet)
        assert "Traceback" not in fleet.coordinator.log()
        assert f"/{second.pid}/" in fleet.told()["holder"]
        progress(fleet)
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
