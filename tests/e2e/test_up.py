"""`outscope up`: one command starts all, one Ctrl-C stops all, and the next start goes on where it
was.
"""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from api.supervisor.claim import free_port
from tests.e2e.running import Running, alive, outscope, until
from tests.e2e.target import REGIONS

pytestmark = pytest.mark.slow


def refused(*arguments: object) -> str:
    """What a start says that must be refused."""
    done = subprocess.run(
        outscope("up", *arguments), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "ready" not in done.stdout
    return done.stderr


def test_each_process_says_where_it_is(product: Running) -> None:
    lines = product.output.splitlines()
    for name in ("broker", "coordinator", "api", *(f"worker {region}-1" for region in REGIONS)):
        assert (
            sum(line.startswith(f"{name} ") and " ready after " in line for line in lines) == 1
        ), product.output
    assert f"Outscope is running: http://127.0.0.1:{product.port}" in product.output
    assert set(product.children()) == {
        "broker",
        "coordinator",
        "api",
        *(f"worker-{region}-1" for region in REGIONS),
    }


def test_all_is_well_and_every_region_is_fit(product: Running) -> None:
    until("the shop is well", lambda: product.scopes() == {"shop": "none"})
    until("all regions are fit", lambda: product.fitness() == dict.fromkeys(REGIONS, "fit"))
    looked_at = {result["ip"] for result in product.results(service="shop", ok="true")}
    assert looked_at == {"127.3.0.1"}


def test_workers_obey_what_the_coordinator_signs_and_nobody_else(product: Running) -> None:
    until("all regions are fit", lambda: product.fitness() == dict.fromkeys(REGIONS, "fit"))
    assert (product.data / "signing.key").stat().st_mode & 0o777 == 0o600
    for region in REGIONS:
        log = (product.data / "logs" / f"worker-{region}-1.log").read_text()
        assert "no_coordinator_key" not in log
        assert "message_forged" not in log


def test_a_second_instance_on_the_same_folder_is_refused(product: Running) -> None:
    said = refused("--data", product.data, "--port", free_port())
    assert (
        f"already running on the data folder {product.data} (process {product.process.pid})" in said
    )
    assert "--data" in said


def test_a_taken_port_is_refused_before_anything_is_made(product: Running, tmp_path: Path) -> None:
    said = refused("--data", tmp_path / "other", "--port", product.port)
    assert f"port {product.port}" in said
    assert f"--port {product.port + 1}" in said
    assert not (tmp_path / "other" / "outscope.db").exists()


def test_a_configuration_with_a_mistake_starts_nothing(fast_config: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(fast_config.read_text().replace('"interval"', '"intervall"'))
    said = refused("--data", tmp_path / "data", "--port", free_port(), "--config", wrong)
    assert "is not a known key; did you mean `interval`?" in said
    assert "Nothing was started" in said


def test_secrets_are_for_the_owner_of_the_folder_only(product: Running) -> None:
    assert product.data.stat().st_mode & 0o077 == 0
    for command in (
        Path(f"/proc/{pid}/cmdline").read_text() for pid in product.children().values()
    ):
        assert "redis://" not in command


@pytest.fixture
def stopped(product: Running, fast_config: Path) -> tuple[Running, set[str]]:
    """The product after Ctrl-C, and the results that it had."""
    seen = product.result_ids()
    children = product.children()
    assert product.interrupt() == 0, product.output
    assert product.output.endswith("Stopping\nStopped\n")
    assert not [name for name, pid in children.items() if alive(pid)]
    for log in (product.data / "logs").glob("*.log"):
        assert not [
            line
            for line in log.read_text().splitlines()
            if " ERROR " in line or "Traceback" in line
        ], log
    return product, seen


def test_a_second_start_goes_on_with_what_is_stored(stopped: tuple[Running, set[str]]) -> None:
    before, seen = stopped
    again = Running(before.data, before.port, "--allow", "127.3.0.0/16")
    try:
        again.started()
        assert seen
        assert seen <= again.result_ids()
        newest = max(result["received_at"] for result in again.results())
        until("new results", lambda: max(r["received_at"] for r in again.results()) > newest)
        until("the shop is well", lambda: again.scopes() == {"shop": "none"})
        assert again.get("/v1/incidents")["items"] == []
        killed_with_its_children(again)
    finally:
        again.close()


def killed_with_its_children(running: Running) -> None:
    """A supervisor that is killed leaves no process behind, and its folder is free again."""
    children = running.children()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    until("all children are gone", lambda: not any(alive(pid) for pid in children.values()))
