"""How a coordinator starts, waits for its configuration, and stops when told."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.coordinator.process.conftest import REGIONS, progress
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("standby", ["refuse", "wait"])
def test_on_sqlite_a_second_coordinator_is_refused_and_the_first_goes_on(
    fleet: Fleet, tmp_path: Path, standby: str
) -> None:
    with fleet.running():
        second = CoordinatorProcess(
            fleet.broker.url, fleet.database, tmp_path / "second", OUTSCOPE_STANDBY=standby
        )
        second.start(ready=False)
        assert second.wait(25) == 3
        assert f"another coordinator (process {fleet.coordinator.pid} " in second.log()
        assert "Traceback" not in second.log()
        progress(fleet, 6)


def test_it_stops_when_told_and_the_next_one_starts_at_once(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet, 6)
        began = time.monotonic()
        assert fleet.coordinator.stop() == 0
        fleet.coordinator.start()
        assert time.monotonic() - began < 12
        assert "takes_over" not in fleet.coordinator.log()
        assert "Traceback" not in fleet.coordinator.log()


def test_it_waits_for_the_first_configuration(
    valkey: Broker, tmp_path: Path, document: dict[str, Any]
) -> None:
    fleet = Fleet(valkey, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    with fleet.running(ready=False):
        until(lambda: "waiting for a configuration" in fleet.coordinator.log())
        fleet.apply(document)
        progress(fleet, 6)


def test_told_to_stop_while_it_waits_for_a_configuration_it_stops(
    valkey: Broker, tmp_path: Path
) -> None:
    process = CoordinatorProcess(valkey.url, f"sqlite://{tmp_path}/store.db", tmp_path / "process")
    process.start(ready=False)
    until(lambda: "waiting for a configuration" in process.log())
    assert process.stop() == 0


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"OUTSCOPE_BROKER": "http://user:secret@x"}, "OUTSCOPE_BROKER is not a broker URL"),
        ({"OUTSCOPE_BROKER": ""}, "OUTSCOPE_BROKER is missing"),
        ({"OUTSCOPE_DATABASE": ""}, "OUTSCOPE_DATABASE is missing"),
        ({"OUTSCOPE_DATABASE": "mysql://user:secret@x/y"}, "sqlite:///path"),
        ({"OUTSCOPE_DATABASE_FILE": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    process = CoordinatorProcess(
        "redis://127.0.0.1:1/0", f"sqlite://{tmp_path}/x.db", tmp_path / "process"
    )
    process._environment |= environment
    process.start(ready=False)
    assert process.wait(20) == 2
    assert sentence in process.log()
    assert "secret" not in process.log()
    assert "Traceback" not in process.log()
