"""A worker whose clock is five minutes off makes its looks all the same, when they are due, and
says that its clock is wrong.
"""

from pathlib import Path

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now

pytestmark = pytest.mark.slow

INTERVAL_MS = 30_000


@pytest.mark.parametrize(("ahead_s", "side"), [(302, "ahead of"), (-302, "behind")])
def test_a_worker_with_a_wrong_clock_looks_and_its_results_tell_the_coordinators_time(
    valkey: Broker,
    coordinator: Coordinator,
    target: Target,
    tmp_path: Path,
    ahead_s: int,
    side: str,
) -> None:
    spec = check("web", "http", interval_ms=INTERVAL_MS, url=f"{target.url}/1")
    with WorkerProcess(
        valkey.url, tmp_path / "worker", module=("tests.faults.wrong_clock", str(ahead_s))
    ) as worker:
        # when the second one comes, the receipt of the first has been read
        until(lambda: len(coordinator.heartbeats) >= 2, 20, "two heartbeats", worker.log)
        coordinator.order([spec], [(0, slot) for slot in range(3)], expires_s=10)
        early = coordinator.order([spec], [(0, 7)], scheduled_at=now() + 1_500, expires_s=10)
        until(lambda: len(coordinator.looks_by_id) == 4, 15, "all looks", worker.log)
        rows = coordinator.looks_by_id
        assert all(row[5] and row[6] == "ok" for row in rows.values()), rows
        assert all(abs(row[4] - now()) < 20_000 for row in rows.values()), "started_at"
        (planned,) = (rows[name] for name in early)
        assert 0 <= planned[4] - planned[3] < 1_000
        until(lambda: complaint(coordinator), 15, "the complaint", worker.log)
    assert f"the clock is 302 s {side}" in complaint(coordinator)
    vitals = coordinator.heartbeats[-1].vitals
    assert vitals is not None
    assert abs(vitals.clock_ahead_ms - ahead_s * 1000) < 1_000


def complaint(coordinator: Coordinator) -> str:
    """What the worker last said of itself."""
    vitals = coordinator.heartbeats[-1].vitals
    return vitals.self_test if vitals is not None else ""
