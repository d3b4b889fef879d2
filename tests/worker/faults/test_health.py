"""A worker says at its health address whether it is served."""

from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.worker import WorkerProcess

pytestmark = pytest.mark.slow


def status(port: int, path: str) -> int:
    """Of an answer; 0 while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_it_is_alive_at_once_and_ready_when_a_coordinator_serves_it(
    valkey: Broker, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    settings = {"OUTSCOPE_HEALTH": f"127.0.0.1:{port}"}
    with WorkerProcess(valkey.url, tmp_path / "worker", settings=settings):
        until(lambda: status(port, "/healthz") == 200, "that it is alive")
        assert status(port, "/readyz") == 503
        with Coordinator(valkey.url) as coordinator:
            coordinator.order([check("web", "tcp", host="127.0.0.1", port=1)], [(0, 1)])
            until(lambda: status(port, "/readyz") == 200, "that it is ready")


def test_an_address_that_it_cannot_have_stops_the_start(tmp_path: Path) -> None:
    settings = {"OUTSCOPE_HEALTH": "192.0.2.1:81"}
    worker = WorkerProcess("redis://127.0.0.1:1/0", tmp_path, settings=settings)
    worker.start(ready=False)
    try:
        assert worker.wait(40) == 2
        assert "OUTSCOPE_HEALTH (--health) is 192.0.2.1:81, where" in worker.log()
        assert "Traceback" not in worker.log()
    finally:
        worker.kill()
