"""Our judge before a play, with the extra looks that it asks for."""

from collections.abc import Iterable, Iterator
from typing import Any

from coordinator.domain.engine import Engine
from coordinator.domain.model.incident import IncidentEvent
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Verdict
from coordinator.evaluation.simulator import Ask
from worker.contract.instant import Instant
from worker.contract.result import Result


class Confirming:
    """What `perform` shows a play to; it counts the looks."""

    def __init__(self, topology: Topology, rules: Rules) -> None:
        self._engine = Engine(topology, rules)
        self.asked = 0
        self.heard = 0

    def observe(self, results: Iterable[Result]) -> None:
        """More results, those of extra looks among them."""
        found = list(results)
        self.heard += len(found)
        self._engine.observe(found)

    def advance(self, now: Instant) -> Iterator[dict[str, Any]]:
        """What the judge says by now."""
        for event in self._engine.advance(now):
            if isinstance(event, Verdict | IncidentEvent):
                yield event.to_record()

    def asks(self) -> Iterator[Ask]:
        """The extra looks wanted now."""
        for ask in self._engine.asks():
            self.asked += 1
            yield Ask(*ask)
