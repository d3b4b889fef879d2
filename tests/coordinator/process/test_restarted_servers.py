"""A coordinator outlives restarts of its broker and of its database."""

import time
from pathlib import Path
from typing import Any

import pytest

from coordinator.domain.schedule.presence import GRACE_S, SILENT_AFTER_S
from tests.coordinator.process.conftest import REGIONS, progress
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet

pytestmark = pytest.mark.slow

SILENT_S = GRACE_S + SILENT_AFTER_S + 1
"""After so long a region of which nothing is heard is silent."""


def test_after_a_restart_of_the_broker_everything_arrives(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        fleet.broker.kill()
        time.sleep(4)
        fleet.broker.start()
        began = time.monotonic()
        progress(fleet, 6)
        assert time.monotonic() - began < 20
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        assert fleet.incidents() == []
    assert fleet.receipted() <= {result.id for result in fleet.stored()}


def test_on_postgresql_it_outlives_a_restart_of_the_database(
    valkey: Broker,
    tmp_path: Path,
    document: dict[str, Any],
    postgres_url: str,
    postgres_server: Any,
) -> None:
    fleet = Fleet(valkey, postgres_url, tmp_path, REGIONS)
    fleet.apply(document)
    with fleet.running():
        progress(fleet)
        postgres_server.stop()
        time.sleep(4)
        postgres_server.start()
        progress(fleet)
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        fleet.coordinator.kill()
        fleet.coordinator.start()
        progress(fleet, 6)
        assert fleet.coordinator.stop() == 0
    assert fleet.receipted() <= {result.id for result in fleet.stored()}


@pytest.mark.parametrize("how", ["stopped", "hung"])
def test_a_database_that_is_away_costs_no_look_and_is_told(
    how: str,
    valkey: Broker,
    tmp_path: Path,
    document: dict[str, Any],
    postgres_url: str,
    postgres_server: Any,
) -> None:
    fleet = Fleet(valkey, postgres_url, tmp_path, REGIONS)
    fleet.apply(document)
    away, back = {
        "stopped": (postgres_server.stop, postgres_server.start),
        "hung": (postgres_server.pause, postgres_server.go_on),
    }[how]
    with fleet.running():
        progress(fleet)
        began_s = time.monotonic()
        away()
        try:
            word = "waits what=" if how == "hung" else "cannot_write what="
            until(lambda: word in fleet.coordinator.log(), "a word in the log")
            until(lambda: time.monotonic() - began_s > SILENT_S, "silence", within_s=SILENT_S + 1)
            ordered = fleet.ordered()
            until(lambda: fleet.ordered() >= ordered + 24, "orders", fleet.coordinator.log)
        finally:
            back()
        progress(fleet)
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        assert [gap for gap in fleet.gaps() if gap["reason"] == "no_worker"] == []
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
