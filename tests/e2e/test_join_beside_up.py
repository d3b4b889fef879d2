"""A region for another machine beside `outscope up`: its one worker is the one that joins, and none
is started here.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import Running, outscope, until
from tests.e2e.target import REGIONS

pytestmark = pytest.mark.slow


def run(product: Running, *words: object) -> str:
    """What a command prints that is called where the product runs."""
    command = outscope(*words, "--data", product.data)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def workers(product: Running, region: str) -> list[str]:
    """Who was heard of in a region."""
    found = product.get("/v1/workers") or {"items": []}
    return [one["worker"] for one in found["items"] if one["region"] == region]


def test_a_region_that_is_added_has_the_worker_that_joined_and_no_other(
    product: Running, tmp_path: Path
) -> None:
    added = run(product, "region", "add", "xx-west", "--country", "IE")
    assert 'workers: "joined"' in added
    address = f"http://127.0.0.1:{product.port}"
    # only once the coordinator has taken the region up is anybody let in for it
    until("the region is there", lambda: "xx-west" in product.fitness())
    line = run(product, "worker", "invite", "--region", "xx-west", "--url", address).split()
    joining = [*outscope("worker", *line[1:]), "--state-dir", str(tmp_path / "state")]
    env = {name: value for name, value in os.environ.items() if name[:9] != "OUTSCOPE_"}
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [*joining, "--allow", "127.3.0.0/16"], env=env, stdout=log, stderr=log
        )
    try:
        until("its results come", lambda: product.results(region="xx-west"))
        name = json.loads((tmp_path / "state/key.json").read_text())["worker"]
        # who starts workers has seen both regions once it has started one for the second
        run(product, "region", "add", "xx-here", "--country", "IE", "--here")
        until("a worker is started here", lambda: "worker-xx-here-1" in product.children())
        until("it is heard", lambda: workers(product, "xx-here") == ["xx-here-1"])
        assert workers(product, "xx-west") == [name]
        assert {one["worker"] for one in product.results(region="xx-west")} == {name}
        assert "worker-xx-west-1" not in product.children()
        assert "Region xx-west is new" not in product.output
        told = {one["id"]: one["workers_from"] for one in product.get("/v1/regions")["items"]}
        assert told == {**dict.fromkeys((*REGIONS, "xx-here"), "here"), "xx-west": "joined"}
    finally:
        worker.kill()
        worker.wait()
    product.close()
    again = Running(product.data, product.port, "--allow", "127.3.0.0/16")
    try:
        again.started()
        until("all run again", lambda: again.output.count("Outscope is running") == 2)
        assert "worker-xx-west-1" not in again.children()
        assert "worker-xx-here-1" in again.children()
        assert "1 region of joined workers" in again.output
    finally:
        again.close()
    told_of = json.loads(run(product, "audit", "--json"))
    assert {"configuration applied", "region added"} <= {one["what"] for one in told_of}
