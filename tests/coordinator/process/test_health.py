"""The process says at its health address, and to the outside, whether it does its work."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.coordinator.process.conftest import progress
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.listener import Listener

pytestmark = pytest.mark.slow


def readyz(port: int) -> tuple[int, dict[str, object]]:
    """Status and document; status 0 while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def test_it_is_ready_while_it_works_and_says_what_is_wrong_when_it_cannot(
    fleet: Fleet, free_port: Callable[[], int]
) -> None:
    port = free_port()
    with Listener() as listener:
        fleet.coordinator._environment |= {
            "OUTSCOPE_HEALTH": f"127.0.0.1:{port}",
            "OUTSCOPE_HEARTBEAT_URL": f"{listener.url}/ping",
        }
        with fleet.running():
            progress(fleet)
            until(lambda: readyz(port) == (200, {"status": "ready", "role": "working"}))
            until(lambda: listener.asked == ["/ping"], "the sign of life")
            fleet.broker.kill()
            until(lambda: readyz(port)[0] == 503, "that it is not ready")
            assert "ingest" in str(readyz(port)[1]["wrong"])
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200  # a new start would bring no broker back
            fleet.broker.start()
            until(lambda: readyz(port)[0] == 200, "that it is ready again")


def test_a_standby_says_that_it_stands_by(fleet: Fleet, free_port: Callable[[], int]) -> None:
    port = free_port()
    with fleet.running():
        second = CoordinatorProcess(
            fleet.broker.url,
            fleet.database,
            fleet.folder / "second",
            OUTSCOPE_HEALTH=f"127.0.0.1:{port}",
        )
        second.start(ready=False)
        try:
            told = (200, {"status": "ready", "role": "standing by"})
            until(lambda: readyz(port) == told, "the standby", second.log)
            fleet.coordinator.signal(signal.SIGKILL)
            working = (200, {"status": "ready", "role": "working"})
            until(lambda: readyz(port) == working, "the new leader", second.log)
        finally:
            second.kill()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"OUTSCOPE_HEALTH": "8081"}, "OUTSCOPE_HEALTH is '8081'; write HOST:PORT"),
        ({"OUTSCOPE_HEARTBEAT_URL": "secret"}, "OUTSCOPE_HEARTBEAT_URL is no URL"),
        ({"OUTSCOPE_HEALTH": "192.0.2.1:81"}, "where this process cannot listen"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    process = CoordinatorProcess(
        "redis://127.0.0.1:1/0", f"sqlite://{tmp_path}/x.db", tmp_path / "process", **environment
    )
    process.start(ready=False)
    try:
        assert process.wait(40) == 2
        assert sentence in process.log()
        assert "Traceback" not in process.log()
        assert "secret" not in process.log()
    finally:
        process.kill()
