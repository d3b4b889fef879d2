"""A product that runs is examined, and backed up: restored elsewhere, everything up to that moment
is there.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from api.supervisor.claim import free_port
from tests.e2e.running import Running, outscope, until
from tests.e2e.target import REGIONS, Target

pytestmark = pytest.mark.slow


def ran(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        outscope(*arguments), capture_output=True, text=True, timeout=120, check=False
    )


def test_the_doctor_sees_a_product_that_runs(product: Running) -> None:
    until("all regions are fit", lambda: product.fitness() == dict.fromkeys(REGIONS, "fit"))
    until(
        "the coordinator has told of its link",
        lambda: ran("doctor", "--data", product.data).returncode == 0,
        60,
    )
    done = ran("doctor", "--data", product.data, "--json")
    told = {
        check["check"]: (check["state"], check["said"])
        for check in json.loads(done.stdout)["checks"]
    }
    for check in (
        "broker",
        "store",
        "migrations",
        "damage",
        "orphans",
        "applied",
        "coordinator",
        "workers",
        "refused",
    ):
        assert told[check][0] == "ok", told[check]
    assert f"(process {product.process.pid})" in told["broker"][1]
    assert told["workers"][1] == ", ".join(f"{region} 1" for region in REGIONS)


@pytest.fixture(scope="module")
def disrupted(product: Running, target: Target) -> Running:
    """The product while an incident is open."""
    until("the shop is well", lambda: product.scopes() == {"shop": "none"})
    target.fail("/web")
    until("an incident is open", lambda: product.get("/v1/incidents")["items"])
    return product


@pytest.fixture(scope="module")
def backup(disrupted: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that was taken while results came in."""
    folder = tmp_path_factory.mktemp("backup")
    before = max(result["received_at"] for result in disrupted.results())
    done = ran("backup", "--data", disrupted.data, "--out", folder)
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout
    until(
        "results came in since", lambda: max(r["received_at"] for r in disrupted.results()) > before
    )
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    return path


class Api:
    """The API on a store, as a process."""

    def __init__(self, database: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        ready = database.with_name("ready")
        env = {**os.environ, "OUTSCOPE_READY_FILE": str(ready)}
        command = outscope("api", "--database", f"sqlite://{database}", "--port", port)
        self.process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        until("the API is ready", ready.exists)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def restored(backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API on a store that was restored from the backup."""
    data = tmp_path_factory.mktemp("restored") / "data"
    done = ran("restore", backup, "--data", data)
    assert done.returncode == 0, done.stderr
    api = Api(data / "outscope.db")
    yield api
    api.close()


def exported(url: str) -> list[str]:
    done = ran("export", "--url", url)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def incidents(url: str) -> list[dict[str, Any]]:
    with urlopen(f"{url}/v1/incidents", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["items"]
        return found


def test_every_result_up_to_the_backup_is_there_and_none_else(
    disrupted: Running, restored: Api
) -> None:
    live, back = exported(f"http://127.0.0.1:{disrupted.port}"), exported(restored.url)
    assert len(live) > len(back) > 20
    assert back == live[: len(back)]


def test_verdicts_and_incidents_are_there(disrupted: Running, restored: Api) -> None:
    live = disrupted.get("/v1/incidents")["items"]
    back = incidents(restored.url)
    assert [(one["id"], one["opened_at"]) for one in back] == [
        (one["id"], one["opened_at"]) for one in live
    ]
    explained = ran("explain", "shop", "--url", restored.url)
    assert (explained.returncode, "web" in explained.stdout.lower()) == (0, True), explained.stderr


def test_the_running_product_is_not_overwritten(disrupted: Running, backup: Path) -> None:
    for more in ((), ("--force",)):
        done = ran("restore", backup, "--data", disrupted.data, *more)
        assert done.returncode == 1
        assert f"already running on the data folder {disrupted.data}" in done.stderr
    path = disrupted.data / "outscope.db"
    other = ran(
        "restore",
        backup,
        "--database",
        f"sqlite://{path}",
        "--data",
        disrupted.data.parent / "x",
        "--force",
    )
    assert (other.returncode, "is in use" in other.stderr) == (1, True), other.stderr
    seen = max(result["received_at"] for result in disrupted.results())
    until("results come in", lambda: max(r["received_at"] for r in disrupted.results()) > seen)


def test_a_backup_can_be_checked_alone(backup: Path, tmp_path: Path) -> None:
    good = ran("restore", backup, "--verify")
    assert (good.returncode, "is whole" in good.stdout) == (0, True)
    broken = tmp_path / "broken"
    broken.write_bytes(backup.read_bytes()[:-10])
    bad = ran("restore", broken, "--verify")
    assert (bad.returncode, "damaged" in bad.stderr) == (1, True)
    missing = ran("restore", tmp_path / "none", "--verify")
    assert (missing.returncode, "No such file" in missing.stderr) == (1, True)


def test_a_restored_product_goes_on_with_the_open_incident(
    disrupted: Running, backup: Path, tmp_path: Path
) -> None:
    done = ran("restore", backup, "--data", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    again = Running(tmp_path / "data", free_port(), "--allow", "127.3.0.0/16")
    try:
        again.started()
        until("it sees what is down", lambda: again.scopes() == {"shop": "component"})
        (incident,) = again.get("/v1/incidents")["items"]
        assert incident["id"] == disrupted.get("/v1/incidents")["items"][0]["id"]
    finally:
        again.close()
