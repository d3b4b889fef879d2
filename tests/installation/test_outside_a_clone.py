"""The wheel as a person installs it with pipx, run in an empty folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.e2e.running import START_S, STOP_S, until
from tests.installation.environments import PINNED, Wheel, bare_environment, run, uv

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(wheel: Wheel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of somebody who has just run `pipx install 'outscope[all]'`."""
    folder = tmp_path_factory.mktemp("home")
    uv("venv", "--python", sys.executable, folder / "pipx")
    uv("pip", "install", "--python", folder / "pipx/bin/python", "pipx")
    command = [folder / "pipx/bin/pipx", "install", "--backend", "uv", "--python", sys.executable]
    asked = [*map(str, command), f"--pip-args=-c {PINNED}", wheel.wanted("all")]
    done = run(asked, **person(folder), UV_CACHE_DIR=uv_cache())
    assert done.returncode == 0, done.stderr
    return folder


def person(home: Path) -> dict[str, str]:
    """Where a person's programs and files are, beside the system's."""
    programs = (home / ".local/bin", Path(sys.executable).parent, "/usr/bin", "/bin")
    return {"HOME": str(home), "PATH": os.pathsep.join(map(str, programs))}


def uv_cache() -> str:
    asked = [sys.executable, "-m", "uv", "cache", "dir"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def page(port: int) -> str:
    """The page that a port answers with; empty while none does."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return str(answer.read().decode())
    except (URLError, OSError):
        return ""


def test_the_whole_product_runs_in_an_empty_folder_until_ctrl_c(
    home: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    empty = tmp_path / "empty"
    empty.mkdir()
    printed = tmp_path / "printed"
    # nothing of the catalog is looked at over icmp: no look leaves this machine
    settings = bare_environment(**person(home), OUTSCOPE_SCHEMES="icmp")
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [home / ".local/bin/outscope", "up", "--port", str(port)],
            cwd=empty,
            env=settings,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until(
            "everything runs",
            lambda: process.poll() is not None or "Outscope is running" in printed.read_text(),
            START_S,
        )
        assert "<title>Outscope</title>" in page(port), printed.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_S) == 0, printed.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert printed.read_text().endswith("Stopping\nStopped\n")
    assert page(port) == ""
    assert list(empty.iterdir()) == []
    assert (home / ".local/share/outscope/outscope.db").exists()
