"""The engine: results in, verdicts and incidents out, on the results' own clock.

It holds the window of recent looks and the open incidents, calls the pure rules on them, and does nothing else.
Live ingest, rebuild after a restart and `outscope replay` all run this one class, so they agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from coordinator.domain.fitness import Fitness, FitnessChange
from coordinator.domain.incident import Incident, IncidentEvent
from coordinator.domain.rules import Rules
from coordinator.domain.topology import Topology
from coordinator.domain.verdict import Verdict
from worker.contract.instant import Instant
from worker.contract.result import Result

Event: TypeAlias = Verdict | FitnessChange | IncidentEvent
"""What the engine says: a verdict that changed, a fitness that changed, a line of an incident's timeline."""


class Engine:
    """The judge with its memory. Deterministic: the same results and instants give the same events."""

    def __init__(self, topology: Topology, rules: Rules) -> None:
        raise NotImplementedError

    def observe(self, results: Iterable[Result]) -> None:
        """Take results in. Order and repeats do not matter; unknown checks or regions are ignored."""
        raise NotImplementedError

    def advance(self, now: Instant) -> Sequence[Event]:
        """Judge at every grid step up to `now` that was not judged yet; the events, in order of time."""
        raise NotImplementedError

    def restore(self, results: Iterable[Result], incidents: Iterable[Incident], now: Instant) -> None:
        """Rebuild the state from stored results (oldest first) and stored open incidents, silently."""
        raise NotImplementedError

    def reconfigure(self, topology: Topology, rules: Rules) -> None:
        """Go on under another configuration; what was removed is forgotten, open incidents of it are closed."""
        raise NotImplementedError

    def verdicts(self) -> Mapping[str, Verdict]:
        """The current verdict of each service (references left out), with cells and evidence."""
        raise NotImplementedError

    def regions(self) -> Mapping[str, tuple[Fitness, str]]:
        """The current fitness of each region, and why."""
        raise NotImplementedError

    def workers(self) -> Mapping[tuple[str, str], tuple[Fitness, str]]:
        """The current fitness of each (region, worker) heard, and why."""
        raise NotImplementedError
