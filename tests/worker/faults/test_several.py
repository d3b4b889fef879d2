"""Several borrowed regions by one command: a process for each, standing and falling alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.globalping import Globalping
from tests.faults.worker import WorkerProcess

SHOP = check("shop", "http", url="https://shop.example.com/")
PLACES = {"gp-jp": "JP", "gp-de": "DE", "gp-us": "US"}

pytestmark = pytest.mark.slow


@pytest.fixture
def api() -> Iterator[Globalping]:
    with Globalping() as server:
        yield server


@pytest.fixture
def coordinators(valkey: Broker) -> Iterator[dict[str, Coordinator]]:
    with ExitStack() as stack:
        yield {region: stack.enter_context(Coordinator(valkey.url, region)) for region in PLACES}


@pytest.fixture
def relay(valkey: Broker, tmp_path: Path, api: Globalping) -> Iterator[WorkerProcess]:
    told = {
        "OUTSCOPE_VIA": "globalping",
        "OUTSCOPE_GLOBALPING_URL": api.url,
        "OUTSCOPE_REGION": ",".join(PLACES),
        "OUTSCOPE_WORKER": "",
    }
    with WorkerProcess(valkey.url, tmp_path / "relay", settings=told) as started:
        yield started


def cities(coordinators: dict[str, Coordinator], slot: int) -> dict[str, str]:
    """Where each region was looked from."""
    found = {}
    for region, coordinator in coordinators.items():
        location = {"country": PLACES[region]}
        (wanted,) = coordinator.order([SHOP], [(0, slot)], location=location)
        seen = coordinator.looks_by_id
        until(lambda: wanted in seen, region)  # noqa: B023
        found[region] = seen[wanted][16]["probe"]["city"]
    return found


def children(process: WorkerProcess) -> list[int]:
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text().split()]


def test_each_region_is_looked_from_where_it_is_within_one_budget(
    relay: WorkerProcess, coordinators: dict[str, Coordinator], api: Globalping
) -> None:
    assert cities(coordinators, 1) == {"gp-jp": "Tokyo", "gp-de": "Frankfurt", "gp-us": "New York"}
    assert api.tests == 3
    told = [coordinator.heartbeats[-1] for coordinator in coordinators.values()]
    where = [report.whereabouts for report in told]
    assert len({one.host for one in where if one is not None}) == len(PLACES)
    assert {(one.boot_id, one.source, one.outside) for one in where if one} == {("", None, None)}
    assert {report.vitals.address for report in told if report.vitals} == {None}
    state = relay.folder / "state"
    assert {path.name for path in state.iterdir() if path.is_dir()} == {
        f"{region}.{region}-1" for region in PLACES
    }
    assert '"left": 247' in (state / "globalping.json").read_text()


def test_one_that_ends_is_started_again_and_all_end_together(
    relay: WorkerProcess, coordinators: dict[str, Coordinator]
) -> None:
    before = children(relay)
    assert len(before) == len(PLACES)
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(children(relay)) == 3 and before[0] not in children(relay))
    assert set(cities(coordinators, 1)) == set(PLACES)
    ready = relay.folder / "ready"
    told_at = ready.stat().st_mtime_ns
    relay.signal(signal.SIGHUP)
    until(lambda: ready.stat().st_mtime_ns > told_at, "all have reloaded")
    at_work = children(relay)
    assert relay.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in at_work)


def test_none_outlives_the_one_that_started_it(relay: WorkerProcess) -> None:
    at_work = children(relay)
    relay.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in at_work))


@pytest.mark.parametrize(
    ("regions", "via", "said"),
    [
        ("a,b", "", "a machine stands in one"),
        ("a,a", "globalping", "a region twice"),
        ("a,B!", "globalping", "'B!'"),
        ("a", "pigeon", "'pigeon'"),
    ],
)
def test_what_cannot_be_is_told(regions: str, via: str, said: str, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "OUTSCOPE_REGION": regions,
        "OUTSCOPE_VIA": via,
        "OUTSCOPE_BROKER": "redis://127.0.0.1:1/0",
        "OUTSCOPE_STATE_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "worker"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert said in done.stderr
