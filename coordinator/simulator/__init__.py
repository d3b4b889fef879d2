"""A seeded internet with known truth: what workers would report of it, at any time, without any clock.

The judge never imports it, and of the judge it knows only the topology.
"""

from coordinator.simulator.noise import DOUBLED, NORMAL, SILENT, Noise
from coordinator.simulator.performance import Ask, Watcher, perform
from coordinator.simulator.play import Play
from coordinator.simulator.scenario import SCENARIOS, Scenario, UnknownScenarioError, scenario
from coordinator.simulator.shape import Shape
from coordinator.simulator.truth import Family, Truth

__all__ = [
    "DOUBLED",
    "NORMAL",
    "SCENARIOS",
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
