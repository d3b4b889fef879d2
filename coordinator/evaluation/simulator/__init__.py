"""A seeded internet with known truth: what workers would report of it, at any time, without any
clock.

The judge never imports it, and of the judge it knows only the topology.
"""

from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.performance import Ask, Watcher, perform
from coordinator.evaluation.simulator.play import Play
from coordinator.evaluation.simulator.scenarios.registry import (
    SCENARIOS,
    UnknownScenarioError,
    scenario,
)
from coordinator.evaluation.simulator.scenarios.scenario import Scenario
from coordinator.evaluation.simulator.truth import Family, Truth
from coordinator.evaluation.simulator.world.noise import DOUBLED, NORMAL, SICK, SILENT, Noise

__all__ = [
    "DOUBLED",
    "NORMAL",
    "SCENARIOS",
    "SICK",
    "SILENT",
    "Ask",
    "Family",
    "Noise",
    "Play",
    "Scenario",
    "Shape",
    "Truth",
    "UnknownScenarioError",
    "Watcher",
    "perform",
    "scenario",
]
