"""What `pip install outscope[worker]` gives: a worker that starts, and nothing of the coordinator
or the API.
"""

import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a fresh environment with only the worker's requirements."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    command = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", f"{ROOT}[worker]"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=400, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return folder / "venv/bin"


def test_a_worker_alone_carries_no_database_no_places_and_no_web_framework(installed: Path) -> None:
    for module in (
        "tortoise",
        "asyncpg",
        "aiosqlite",
        "geoip2",
        "fastapi",
        "starlette",
        "uvicorn",
        "typer",
        "rich",
    ):
        done = subprocess.run(
            [installed / "python", "-c", f"import {module}"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert "ModuleNotFoundError" in done.stderr, module


def test_a_worker_alone_explains_itself_and_refuses_a_bad_start(installed: Path) -> None:
    told = subprocess.run(
        [installed / "outscope-worker", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    assert "OUTSCOPE_REGION" in told.stdout
    refused = subprocess.run(
        [installed / "outscope-worker"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={},
    )
    assert refused.returncode == 2
    assert "OUTSCOPE_REGION (--region) is missing" in refused.stderr


def test_a_worker_alone_starts_and_reports(installed: Path, valkey: Broker, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "OUTSCOPE_BROKER": valkey.url,
        "OUTSCOPE_STATE_DIR": str(tmp_path),
    }
    with Coordinator(valkey.url) as coordinator:
        process = subprocess.Popen(
            [installed / "outscope-worker", "--region", "eu-west"],
            env=environment,
            cwd="/",
            stderr=sys.stderr,
        )
        try:
            until(lambda: coordinator.heartbeats, "a heartbeat")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert {"http", "tcp", "tls", "dns"} <= set(coordinator.heartbeats[0].vitals.kinds)
    assert coordinator.heartbeats[0].vitals.version != "unknown"
