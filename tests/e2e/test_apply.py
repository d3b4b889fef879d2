"""A region is added to a running product with one command, and taken away with one."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import Running, alive, outscope, until
from tests.e2e.target import REGIONS, Target

pytestmark = pytest.mark.slow


def applied(product: Running, target: Target, path: Path, *regions: str) -> str:
    """Apply the configuration with these regions; what that says."""
    path.write_text(json.dumps(target.configuration(regions)))
    command = outscope("apply", path, "--data", product.data)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_region_that_is_applied_is_looked_from(
    product: Running, target: Target, tmp_path: Path
) -> None:
    path = tmp_path / "outscope.yaml"
    assert "+ region sa-east" in applied(product, target, path, *REGIONS, "sa-east")
    until("it is fit", lambda: product.fitness() == dict.fromkeys([*REGIONS, "sa-east"], "fit"))
    worker = product.children()["worker-sa-east-1"]
    assert "- region sa-east" in applied(product, target, path, *REGIONS)
    until("its worker is gone", lambda: not alive(worker))
    until("it is forgotten", lambda: set(product.fitness()) == set(REGIONS))
    until("the shop is well", lambda: product.scopes() == {"shop": "none"})
    assert product.get("/v1/incidents")["items"] == []
