"""Workers of other versions beside a coordinator: one minor version apart they work as ever, beyond
that they are told so, and listed.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.apart import Apart
from tests.e2e.running import until
from tests.faults.broker import Broker
from worker.contract.installed import own_version

pytestmark = pytest.mark.slow


def as_version(folder: Path, version: str) -> str:
    """A path to import from that says which version is installed."""
    told = folder / version / f"outscope-{version}.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: outscope\nVersion: {version}\n")
    return os.pathsep.join([str(told.parent), os.environ.get("PYTHONPATH", "")])


def test_a_worker_that_is_too_far_is_told_and_listed(
    valkey: Broker, fast_config: Path, tmp_path: Path, apart: Callable[..., Apart]
) -> None:
    major, minor = map(int, own_version().split(".")[:2])
    near, far = f"{major}.{minor + 1}.0", f"{major}.{minor + 2}.0"
    product = apart(OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/apart.db", OUTSCOPE_BROKER=valkey.url)
    product.run("apply", fast_config)
    product.coordinate()
    before = dict(product.env)
    for region, version in (("eu-west", near), ("us-east", far)):
        words = product.invite(region)
        product.env["PYTHONPATH"] = as_version(tmp_path, version)
        state = ("--state-dir", tmp_path / region, "--allow", "127.3.0.0/16")
        product.start(region, "worker", *words, *state, bare=True)
        product.env = dict(before)
    for region in ("eu-west", "us-east"):
        until(f"results of {region}", lambda: product.results(region=region))  # noqa: B023
    said = product.log("us-east")
    until("it is told", lambda: "more than one minor version apart" in said.read_text())
    assert f"version {major}.{minor + 2} of this worker" in said.read_text()
    assert "minor version" not in product.log("eu-west").read_text()

    def listed() -> dict[str, str]:
        told = json.loads(product.run("worker", "list", "--json"))
        return {one["version"]: one["state"] for one in told}

    wanted = {near: "working", far: "other version"}
    until("both are listed", lambda: listed() == wanted)
    assert "renew the coordinator" in product.run("worker", "list")
    assert said.read_text().count("coordinator_says") == 1
