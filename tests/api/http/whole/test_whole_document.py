"""The whole OpenAPI document against the API as a process: whatever it allows and what it does not.

schemathesis wants another hypothesis than our tests, so it is run in an environment of its own. One
of its checks is left out because OpenAPI cannot say what it asks about: that a cursor belongs to
the list that gave it out, and that a span begins before it ends. Event streams have no end, and are
tried by themselves; readiness says 503 where no coordinator runs, which is what it is for.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coordinator.store import Store
from tests.api import seeds
from tests.api.process import ApiProcess
from worker.contract.clock import now

ROOT = Path(__file__).parents[4]
PINNED = ROOT / "requirements" / "contract.txt"
HOOKS = "hooks"
LEFT_OUT = "positive_data_acceptance"
ENDLESS = "/v1/events"
CONFIGURATION = """
[[operations]]
include-path = "/v1/readyz"
checks.not_a_server_error.enabled = false
"""


@pytest.fixture(scope="module")
def schemathesis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program."""
    folder = tmp_path_factory.mktemp("schemathesis") / "venv"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    install = ["pip", "install", "--require-hashes", "--python", str(folder / "bin" / "python")]
    for command in (
        ["venv", "--python", sys.executable, str(folder)],
        [*install, "-r", str(PINNED)],
    ):
        done = subprocess.run([*uv, *command], capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr
    return folder / "bin" / "schemathesis"


@pytest.fixture
def process(
    api_database: str, free_port: Callable[[], int], tmp_path: Path, judged_store: Store
) -> Iterator[ApiProcess]:
    """The API on a store in which something has happened."""
    started = ApiProcess(api_database, free_port(), tmp_path / "api.log")
    yield started
    started.stop()


@pytest.fixture
async def judged_store(configured: Store) -> Store:
    """The store with workers, a verdict, results, an incident and a gap."""
    at = now()
    await seeds.judged(configured, at)
    return configured


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_nothing_is_found(
    schemathesis: Path, process: ApiProcess, tmp_path: Path, seed: int
) -> None:
    url = f"http://127.0.0.1:{process.port}"
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    options = ["--max-examples", "4", "--seed", str(seed), "--request-timeout", "60", "--no-color"]
    left_out = ["--exclude-path", ENDLESS, "--exclude-checks", LEFT_OUT]
    done = subprocess.run(
        [schemathesis, "run", f"{url}/v1/openapi.json", "--url", url, *options, *left_out],
        cwd=tmp_path,
        env={
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "PYTHONPATH": str(Path(__file__).parent),
            "SCHEMATHESIS_HOOKS": HOOKS,
        },
        capture_output=True,
        text=True,
        timeout=900,
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert "Traceback" not in (tmp_path / "api.log").read_text()
