"""The same product as separate processes, each told by flags where the broker and the database
are.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.running import Running, outscope, until
from tests.e2e.target import REGIONS
from tests.faults.broker import Broker

pytestmark = pytest.mark.slow


class Apart(Running):
    """A product whose processes were started one by one."""

    def __init__(self, port: int) -> None:
        self.port = port


@pytest.fixture
def apart(
    valkey: Broker, fast_config: Path, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[tuple[Apart, list[subprocess.Popen[bytes]]]]:
    """Coordinator, workers and API, started one by one on a broker of somebody else."""
    database, port = f"sqlite://{tmp_path / 'apart.db'}", free_port()
    subprocess.run(
        outscope("apply", fast_config, "--database", database), check=True, capture_output=True
    )
    env = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_DATA_HOME": str(tmp_path / "share"),
    }
    commands = [
        outscope("coordinator", "--broker", valkey.url, "--database", database),
        outscope("api", "--database", database, "--port", port),
        *(
            outscope("worker", "--region", r, "--broker", valkey.url, "--allow", "127.3.0.0/16")
            for r in REGIONS
        ),
    ]
    with (tmp_path / "log").open("wb") as log:
        processes = [
            subprocess.Popen(command, env=env, stdout=log, stderr=log) for command in commands
        ]
    try:
        yield Apart(port), processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_processes_that_were_started_one_by_one_are_the_same_product(
    apart: tuple[Apart, list[subprocess.Popen[bytes]]],
) -> None:
    product, processes = apart
    until("the shop is well", lambda: product.scopes() == {"shop": "none"})
    until("all regions are fit", lambda: product.fitness() == dict.fromkeys(REGIONS, "fit"))
    for process in processes:
        process.terminate()
    assert [process.wait(30) for process in processes] == [0] * len(processes)


def test_a_process_without_a_broker_says_which_setting_is_missing(tmp_path: Path) -> None:
    for command in (("coordinator", "--data", tmp_path), ("worker", "--region", "eu-west")):
        env = {
            name: value for name, value in os.environ.items() if not name.startswith("OUTSCOPE_")
        }
        done = subprocess.run(
            outscope(*command), env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 2
        assert "OUTSCOPE_BROKER" in done.stderr
