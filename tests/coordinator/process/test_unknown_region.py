"""A worker whose region is not configured is named by the coordinator, and told, on a server with
the generated access list.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from coordinator.doctor import Finding, State
from coordinator.doctor.work import look_at_work
from coordinator.messaging.acl import broker_acl
from tests.coordinator.process.conftest import REGIONS, progress
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.reporter import Reporter
from tests.faults.worker import WorkerProcess
from worker.contract import clock

pytestmark = pytest.mark.slow

GONE = "eu-wst"
"""A region with a user at the broker that no configuration names."""
PASSWORDS = {region: f"pw-{region}" for region in (*REGIONS, GONE)}


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    found = Broker(free_port(), tmp_path / "guarded", acl=broker_acl(PASSWORDS, "pw-coordinator"))
    found.start()
    yield found
    found.kill()


def url(broker: Broker, user: str) -> str:
    return f"redis://{user}:pw-{user}@127.0.0.1:{broker.port}/0"


@pytest.fixture
def fleet(broker: Broker, tmp_path: Path, document: dict[str, Any]) -> Fleet:
    found = Fleet(broker, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    found.coordinator = CoordinatorProcess(
        url(broker, "coordinator"), found.database, tmp_path / "coordinator"
    )
    found.reporters = {region: Reporter(url(broker, region), region) for region in REGIONS}
    found.apply(document)
    return found


def unknown(fleet: Fleet) -> dict[str, Any]:
    return dict(fleet.told().get("unknown_regions", {}))


def doctor(fleet: Fleet) -> Finding:
    async def looked() -> list[Finding]:
        return [one async for one in look_at_work(fleet.database, clock.now())]

    return {one.check: one for one in asyncio.run(looked())}["unknown regions"]


def test_it_is_named_and_its_worker_told_and_ready_once_it_is_configured(
    fleet: Fleet, broker: Broker, tmp_path: Path, document: dict[str, Any]
) -> None:
    with (
        fleet.running(),
        WorkerProcess(url(broker, GONE), tmp_path / "worker", region=GONE) as worker,
    ):
        progress(fleet)
        until(lambda: "region_refused" in worker.log(), "the refusal", worker.log)
        assert f"region '{GONE}' is not configured at the coordinator" in worker.log()
        assert " ready region=" not in worker.log()
        assert not any(other in worker.log() for other in REGIONS), "names are told to nobody"
        until(lambda: unknown(fleet), "its name", fleet.coordinator.log)
        assert unknown(fleet)[GONE]["like"] == "eu-west"
        assert fleet.coordinator.log().count(f"unknown_region region={GONE}") == 1
        found = doctor(fleet)
        assert (found.state, f"{GONE} (is it eu-west?)" in found.said) == (State.WARNING, True)
        assert "--region" in found.todo
        region = {**document["regions"][0], "id": GONE, "name": "West again"}
        fleet.apply({**document, "regions": [*document["regions"], region]})
        until(lambda: " ready region=" in worker.log(), "ready", worker.log)
        until(lambda: not unknown(fleet), "no stranger any more", fleet.told)
        assert doctor(fleet).state is State.OK


def test_with_one_regions_credential_nobody_is_made_a_stranger_and_nobody_elses_worker_is_told(
    fleet: Fleet, broker: Broker
) -> None:
    """With that of a region that is gone: of its own region alone."""
    forged = Reporter(url(broker, GONE), GONE, name="eu-west-1")
    with (
        fleet.running(),
        Redis.from_url(url(broker, "eu-west")) as attacker,
        Redis(port=broker.port, username="coordinator", password="pw-coordinator") as link,
        forged,
    ):
        attacker.lpush("reports.eu-west", *["junk"] * 5)
        attacker.lpush("echo.eu-west.nobody", *["junk"] * 5)
        until(lambda: unknown(fleet), "its name", fleet.coordinator.log)
        progress(fleet)
        assert list(unknown(fleet)) == [GONE]
        keys = {bytes(key).decode() for key in link.scan_iter("probes.*")}
        assert keys <= {f"probes.{GONE}.eu-west-1", *(f"probes.{region}" for region in REGIONS)}


def test_reports_that_an_old_region_left_behind_name_nobody(fleet: Fleet, broker: Broker) -> None:
    with Redis.from_url(url(broker, GONE)) as left:
        left.lpush(f"reports.{GONE}", *["left"] * 50)
    with fleet.running():
        progress(fleet, 60)
        assert unknown(fleet) == {}
        assert "unknown_region" not in fleet.coordinator.log()
        assert doctor(fleet).state is State.OK
