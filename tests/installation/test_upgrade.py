"""docs/how-to/upgrade.md, followed from version 0.1.0, which is built from this history, to this
version and back.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.e2e.running import START_S, STOP_S, outscope, until
from tests.installation.environments import ROOT, bare_environment, uv

pytestmark = pytest.mark.slow

FIRST = "4cdf8236ddca8eb0fd0d95a2be6dff41ddbfeb09"
"""The commit that is version 0.1.0."""
RESULTS = "SELECT id FROM result"
CONFIGURATIONS = "SELECT version, document FROM configuration"
INCIDENT = """
INSERT INTO incident (id, service, severity, scope, peak, regions, components, reason, opened_at,
 started_by, ended_by, resolved_at, updated_at, intermittent, cause, parts)
SELECT 'kept', 'claude', 'degraded', 'regional', 'regional', '["here"]', '["claude/web"]',
 '{"reason": "timeout", "times": 3}', at, at, at + 60000, at + 60000, at + 60000, 0, '', '[]'
FROM (SELECT min(received_at) AS at FROM result)
"""
"""One that has ended, as version 0.1.0 keeps it."""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `outscope` of version 0.1.0 in a clean environment."""
    folder = tmp_path_factory.mktemp("older")
    packed = folder / "source.tar"
    asked = ["git", "archive", "--output", str(packed), FIRST]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"version 0.1.0 is not in this history ({done.stderr.strip()[:80]})")
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "source", filter="data")
    uv("build", "--wheel", "--out-dir", folder / "wheel", folder / "source")
    (wheel,) = (folder / "wheel").glob("*.whl")
    uv("venv", "--python", sys.executable, folder / "environment")
    pinned = folder / "source/requirements/dev.txt"
    wanted = f"outscope[all] @ {wheel.as_uri()}"
    uv("pip", "install", "--python", folder / "environment/bin/python", "-c", pinned, wanted)
    return folder / "environment/bin/outscope"


def environment(program: list[str]) -> dict[str, str]:
    """Nothing of the catalog is looked at over icmp: no look leaves this machine."""
    return bare_environment(OUTSCOPE_SCHEMES="icmp", PYTHONUNBUFFERED="1") | (
        {"PYTHONPATH": str(ROOT)} if "-m" in program else {}
    )


def ran(program: list[str], *words: object) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*program, *map(str, words)],
        env=environment(program),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def up(program: list[str], data: Path, port: int) -> Iterator[None]:
    """The whole product while it runs; it ends as Ctrl-C has it end."""
    log = data.with_name("up.out")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*program, "up", "--data", str(data), "--port", str(port)],
            env=environment(program),
            cwd="/",
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(
            "everything runs",
            lambda: process.poll() is not None or "Outscope is running" in log.read_text(),
            START_S,
        )
        assert process.poll() is None, log.read_text()
        yield
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_S) == 0, log.read_text()
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
            process.wait(STOP_S)


def rows(data: Path, query: str) -> set[tuple[object, ...]]:
    """What the database in a data folder answers."""
    with closing(sqlite3.connect(data / "outscope.db")) as database:
        return set(database.execute(query).fetchall())


def incidents(port: int) -> list[str]:
    """The ids of all incidents, as the API tells them."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/v1/incidents", timeout=5) as answer:
            return [one["id"] for one in json.load(answer)["items"]]
    except (URLError, OSError):
        return ["away"]


def test_what_the_first_version_kept_goes_on_and_there_is_a_way_back(
    older: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    data, port, backup = tmp_path / "data", free_port(), tmp_path / "kept.tar.zst"
    before, now = [str(older)], outscope()
    with up(before, data, port):
        until("results", lambda: rows(data, RESULTS))
    with closing(sqlite3.connect(data / "outscope.db")) as database, database:
        database.execute(INCIDENT)
    done = ran(before, "backup", "--data", data, "--out", backup)
    assert done.returncode == 0, done.stdout + done.stderr
    seen, configured = rows(data, RESULTS), rows(data, CONFIGURATIONS)
    with up(now, data, port):
        assert seen <= rows(data, RESULTS)
        assert configured == rows(data, CONFIGURATIONS)
        assert "kept" in incidents(port)
        until("new results", lambda: rows(data, RESULTS) - seen)
    refused = ran(before, "up", "--data", data, "--port", port)
    assert refused.returncode == 1
    assert "written by a newer Outscope (it has 0006_lease_tokens, " in refused.stderr
    assert "upgrade this process first" in refused.stderr
    done = ran(before, "restore", backup, "--data", data, "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(data, RESULTS) == seen
    assert list(data.glob("outscope.db.before-restore-*"))
    with up(before, data, port):
        until("new results", lambda: rows(data, RESULTS) - seen)
