"""Which trials make the proof, in an order in which any first part of them is a fair sample."""

from collections.abc import Iterator
from typing import NamedTuple

from coordinator.evaluation.names import OUTSCOPE
from coordinator.evaluation.simulator import (
    DOUBLED,
    NORMAL,
    SCENARIOS,
    SICK,
    Family,
    Noise,
    Shape,
)
from tests.verdicts.plan import HOUR_MS, QUIET_OTHERS, TRIAL_MS, TRIALS
from tests.verdicts.run import Job

FLEETS = {
    "8x2": Shape(8, 2),
    "8x2 shared": Shape(8, 2, looks="shared"),
    "5x1": Shape(5, 1),
}
"""Regions by workers; `shared` as a live fleet looks by itself."""
REGIMES = {"normal": NORMAL, "sick": SICK, "doubled": DOUBLED}
FAULTS, PLAYS = "faults", "plays"
QUIET_MS = 6 * HOUR_MS
_SERVICES = 1 + len(QUIET_OTHERS)
DAYS_A_TRIAL = _SERVICES * QUIET_MS / (24 * HOUR_MS)
"""Target-days of one quiet trial."""
OWN_FAULTS = tuple(name for name, one in SCENARIOS.items() if one.family is Family.OURS)
FAULT_NAMES = tuple(dict.fromkeys((*TRIALS, *OWN_FAULTS)))
PLAY_NAMES = tuple(name for name, one in SCENARIOS.items() if one.family is Family.DISRUPTION)
FIRST_SEED = 2_000_000


class Group(NamedTuple):
    """Trials of one kind: what they are, on which fleet, how many are promised."""

    part: str
    fleet: str
    wanted: int


GROUPS = (
    Group(FAULTS, "8x2", 5_000),
    Group(FAULTS, "8x2 shared", 2_500),
    Group(FAULTS, "5x1", 2_500),
    Group(PLAYS, "8x2", 500),
    Group(PLAYS, "8x2 shared", 250),
    Group(PLAYS, "5x1", 250),
    *(
        Group(regime, fleet, -int(-days // DAYS_A_TRIAL))
        for regime, fleet, days in (
            ("normal", "8x2", 2_200),
            ("normal", "5x1", 1_000),
            ("sick", "8x2", 1_000),
            ("sick", "5x1", 1_000),
            ("doubled", "8x2", 1_000),
            ("doubled", "5x1", 1_000),
        )
    ),
)


class Trial(NamedTuple):
    """One of a group. Its seed follows from its place."""

    group: Group
    number: int

    @property
    def id(self) -> str:
        """The name by which its outcome is kept."""
        return f"{self.group.part} {self.group.fleet} {self.number}"

    @property
    def seed(self) -> int:
        """Of no two trials the same."""
        return first_seed(self.group) + self.number

    def job(self) -> Job:
        """What is played."""
        part, shape = self.group.part, FLEETS[self.group.fleet]
        if part in REGIMES:
            return _quiet(self.seed, shape, REGIMES[part])
        names = FAULT_NAMES if part == FAULTS else PLAY_NAMES
        at_most_ms = TRIAL_MS if part == FAULTS else None
        name = names[self.number % len(names)]
        return Job(name, self.seed, (OUTSCOPE,), shape, at_most_ms=at_most_ms)


def first_seed(group: Group) -> int:
    """The seed of a group's first trial."""
    return FIRST_SEED + 100_000 * GROUPS.index(group)


def all_trials() -> Iterator[Trial]:
    """Every trial, each group spread evenly over all of it."""
    every = [Trial(group, number) for group in GROUPS for number in range(group.wanted)]
    yield from sorted(every, key=lambda trial: (trial.number + 0.5) / trial.group.wanted)


def _quiet(seed: int, shape: Shape, noise: Noise) -> Job:
    """Nine services in one replay, so that an hour of it is nine target-hours."""
    many = Shape(shape.regions, shape.workers, components=4, others=QUIET_OTHERS, looks=shape.looks)
    return Job("quiet-day", seed, (OUTSCOPE,), many, noise, lasts_ms=QUIET_MS)
