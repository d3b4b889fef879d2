"""The configuration that fits a simulated internet."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from coordinator.configuration import load_configuration
from coordinator.evaluation.simulator import Shape
from coordinator.evaluation.simulator.fleet.configuration import document
from worker.probes.kinds import KINDS


@pytest.mark.parametrize(
    "shape", [Shape(), Shape(50, 1, 300_000, 40, (1,), 6), Shape(3, 1, 10_000)]
)
def test_it_is_valid_and_means_the_same_topology(tmp_path: Path, shape: Shape) -> None:
    path = tmp_path / "outscope.yaml"
    path.write_text(yaml.safe_dump(document(shape.topology)), encoding="utf-8")
    topology = load_configuration(
        path, {name: kind.params for name, kind in KINDS.items()}
    ).topology
    assert topology.regions == shape.topology.regions
    assert topology.services == shape.topology.services
    assert tuple(replace(check, params={}) for check in topology.checks) == shape.topology.checks
