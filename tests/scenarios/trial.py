"""Runs results through the engine as the coordinator would, and keeps what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from coordinator.domain.engine import Engine, Event
from coordinator.domain.model.fitness import FitnessChange
from coordinator.domain.model.incident import IncidentEvent
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Verdict
from tests.scenarios.internet import START
from worker.contract.result import Result

FAST = Rules(
    silent_after_ms=6_000,
    resolve_after_ms=6_000,
    resolve_after_slots=3,
    narrow_after_ms=4_000,
    burst_ms=1_500,
)
"""The rules for a clock of 2 s intervals."""


def at(seconds: float) -> int:
    """The moment so many seconds after the start of the simulation."""
    return START + round(seconds * 1000)


def seconds(instant: int) -> float:
    return (instant - START) / 1000


@dataclass
class Trial:
    """What the engine said of some results."""

    engine: Engine
    events: list[Event] = field(default_factory=list)

    def verdicts(self, service: str = "claude") -> list[Verdict]:
        return [
            event
            for event in self.events
            if isinstance(event, Verdict) and event.service == service
        ]

    def scopes(self, service: str = "claude") -> list[str]:
        return [str(verdict.scope) for verdict in self.verdicts(service)]

    def incidents(self, service: str | None = None) -> list[IncidentEvent]:
        return [
            event
            for event in self.events
            if isinstance(event, IncidentEvent) and service in (None, event.incident.service)
        ]

    def fitness(self, region: str) -> list[str]:
        return [
            str(event.fitness)
            for event in self.events
            if isinstance(event, FitnessChange) and event.worker is None and event.region == region
        ]

    def claim(
        self, when: int, service: str = "claude"
    ) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """What the last verdict until that moment said."""
        said = [verdict for verdict in self.verdicts(service) if verdict.at <= when]
        return (
            (str(said[-1].scope), said[-1].regions, said[-1].components) if said else ("", (), ())
        )


def try_results(
    topology: Topology,
    found: Sequence[Result],
    rules: Rules = FAST,
    until: int | None = None,
    batch_ms: int = 1_000,
) -> Trial:
    """Feed the results in batches, each before time advances over it, up to `until`."""
    trial = Trial(Engine(topology, rules))
    end = (
        until
        if until is not None
        else max((result.received_at for result in found), default=START) + 1_000
    )
    feed(trial, found, end, batch_ms)
    return trial


def feed(trial: Trial, found: Iterable[Result], end: int, batch_ms: int = 1_000) -> None:
    """Go on with more results."""
    batches: dict[int, list[Result]] = {}
    for result in found:
        if result.received_at <= end:
            moment = min(end, -(-result.received_at // batch_ms) * batch_ms)
            batches.setdefault(moment, []).append(result)
    for moment in sorted(batches):
        trial.engine.observe(batches[moment])
        trial.events += trial.engine.advance(moment)
    trial.events += trial.engine.advance(end)
