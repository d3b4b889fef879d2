"""A worker lives with the rights of its own region and no others."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess

pytestmark = pytest.mark.slow

COMMON = "resetchannels -@all +ping +hello +auth +select +info +client|setname +client|setinfo"
TAKE = "(+brpop ~probes.eu-west ~probes.eu-west.* ~echo.eu-west.*)"
GIVE = "(+lpush %W~reports.eu-west %W~echo.eu-west.*)"
ACL = (
    "user default on nopass ~* &* +@all",
    f"user eu-west on >s3cret resetkeys {COMMON} {TAKE} {GIVE}",
)


def test_a_regions_rights_are_enough_and_its_password_never_reaches_the_log(
    free_port: Callable[[], int], tmp_path: Path, target: Target
) -> None:
    broker = Broker(free_port(), tmp_path / "valkey", ACL)
    broker.start()
    url = f"redis://eu-west:s3cret@127.0.0.1:{broker.port}/0"
    worker = WorkerProcess(url, tmp_path / "worker")
    try:
        with worker, Coordinator(broker.url) as coordinator:
            ids = coordinator.order([check("web", "http", url=f"{target.url}/1")], [(0, 1)])
            until(lambda: ids <= set(coordinator.looks_by_id), "a result", worker.log)
            until(lambda: worker.waiting() == 0, "the receipt", worker.log)
            time.sleep(4)  # longer than the echo's pause
            broker.kill()
            until(lambda: "broker_away" in worker.log(), "a word about the broker")
            broker.start()
            assert worker.stop() == 0
        assert "s3cret" not in worker.log()
        assert "NOPERM" not in worker.log()
        assert "stuck" not in worker.log()
        region = Redis(port=broker.port, username="eu-west", password="s3cret")
        for forbidden in (
            ("LPUSH", "reports.us-east", "x"),
            ("BRPOP", "probes.us-east", 1),
            ("BRPOP", "reports.eu-west", 1),
        ):
            with pytest.raises(NoPermissionError):
                region.execute_command(*forbidden)
        region.close()
    finally:
        broker.kill()


def test_a_wrong_password_is_told_without_being_repeated(
    free_port: Callable[[], int], tmp_path: Path
) -> None:
    broker = Broker(free_port(), tmp_path / "valkey", ACL)
    broker.start()
    worker = WorkerProcess(f"redis://eu-west:wr0ng@127.0.0.1:{broker.port}/0", tmp_path / "worker")
    try:
        worker.start(ready=False)
        until(lambda: "broker_unreachable" in worker.log(), "a word about it", worker.log)
        assert "invalid username-password" in worker.log()
        assert "wr0ng" not in worker.log()
    finally:
        worker.kill()
        broker.kill()
