"""A machine joins a product that `outscope up` runs, by nothing but the address of its page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running import Running, outscope, until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_a_worker_joins_what_outscope_up_runs_by_https_alone(
    product: Running, tmp_path: Path
) -> None:
    plain = {name: value for name, value in os.environ.items() if name[:9] != "OUTSCOPE_"}
    url = f"http://127.0.0.1:{product.port}"

    def run(*words: object) -> str:
        command = outscope(*words, "--data", product.data)
        done = subprocess.run(
            command, env=plain, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("region", "add", "xx-west", "--country", "IE")
    line = run("worker", "invite", "--region", "xx-west", "--url", url)
    (token,) = re.findall(r"osj_\S+", line)
    command = [sys.executable, "-m", "worker", "join", url, "--token", token, "--via", "https"]
    command += ["--state-dir", str(tmp_path / "state"), "--allow", "127.3.0.0/16"]
    env = {**plain, "PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        until("a result of it", lambda: product.results(region="xx-west"))
    finally:
        worker.terminate()
        assert worker.wait(30) == 0, (tmp_path / "log").read_text()
