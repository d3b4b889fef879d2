"""A scenario sets up a stage for any fleet, with any seed and any noise."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.play import Play
from coordinator.evaluation.simulator.scenarios.stage import Stage
from coordinator.evaluation.simulator.truth import Family
from coordinator.evaluation.simulator.world.dice import seed_of
from coordinator.evaluation.simulator.world.noise import NORMAL, Noise
from coordinator.evaluation.simulator.world.world import World

Script = Callable[[Stage], None]
Fleet = Callable[[Shape], Shape]
_FEWEST: Final = 3
"""Regions, for a scenario that does not bring a fleet of its own."""


def as_wished(shape: Shape) -> Shape:
    """The fleet that was asked for."""
    return shape


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of event. What is hit and when is drawn by the seed."""

    id: str
    title: str
    family: Family
    script: Script
    fleet: Fleet = as_wished
    """What the scenario makes of the fleet that was asked for."""

    def build(
        self,
        shape: Shape | None = None,
        seed: int = 0,
        noise: Noise = NORMAL,
        lasts_ms: int | None = None,
    ) -> Play:
        """The play of this scenario for a fleet of this shape; the same for the same arguments.

        It ends by itself, or `lasts_ms` after its beginning: a quiet day may be an hour, or a year.
        Raises ValueError for a fleet that is too small.
        """
        own, wished = seed_of(seed, self.id), shape or Shape()
        if self.fleet is as_wished and wished.regions < _FEWEST:
            raise ValueError(f"{self.id} needs {_FEWEST} regions, not {wished.regions}")
        stage = Stage(self.id, self.fleet(wished), seed, noise)
        self.script(stage)
        stage.ends = stage.begins + lasts_ms if lasts_ms else stage.ends
        return Play(
            self.id,
            self.family,
            stage.shape,
            seed,
            stage.begins,
            stage.warm_until,
            stage.end,
            tuple(stage.truths),
            World(
                stage.shape,
                stage.placement,
                stage.noise,
                own,
                stage.begins,
                stage.end,
                stage.troubles,
            ),
            tuple(stage.arrivals),
            stage.published_at,
        )


def shares(
    name: str,
    sentence: str,
    script: Callable[..., None],
    percents: tuple[int, ...],
    family: Family = Family.DISRUPTION,
) -> list[Scenario]:
    """One scenario for each failing share."""
    return [
        Scenario(
            f"{name}-{percent}",
            sentence.format(percent=percent),
            family,
            partial(script, share=percent / 100),
        )
        for percent in percents
    ]


def disruption(name: str, sentence: str, script: Script, fleet: Fleet = as_wished) -> Scenario:
    """Something of a target's fails."""
    return Scenario(name, sentence, Family.DISRUPTION, script, fleet)


def ours(name: str, sentence: str, script: Script) -> Scenario:
    """The fault is ours."""
    return Scenario(name, sentence, Family.OURS, script)


def quiet(name: str, sentence: str, script: Script, fleet: Fleet = as_wished) -> Scenario:
    """Nothing that is an incident."""
    return Scenario(name, sentence, Family.QUIET, script, fleet)
