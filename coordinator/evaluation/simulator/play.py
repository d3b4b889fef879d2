"""A play: one scenario, set up for one fleet with one seed, together with what is true in it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from coordinator.domain.model.topology import Topology
from coordinator.evaluation.simulator.arrival import Arrival, arrived
from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.truth import Family, Truth
from coordinator.evaluation.simulator.world.world import World
from worker.contract.instant import Instant
from worker.contract.result import Result

_CHUNK_MS: Final = 600_000
_received: Final = attrgetter("received_at")


@dataclass(frozen=True)
class Play:
    """Looks are made in [since, until); nothing of the scenario happens before `warm_until`."""

    scenario: str
    family: Family
    shape: Shape
    seed: int
    since: Instant
    warm_until: Instant
    until: Instant
    truths: tuple[Truth, ...]
    world: World
    arrivals: tuple[Arrival, ...] = ()
    published_at: Instant | None = None
    """When the vendor says so, where that is known."""

    @property
    def topology(self) -> Topology:
        """What is looked at, from where."""
        return self.shape.topology

    def stream(self) -> Iterator[list[Result]]:
        """All results in the order in which the coordinator receives them, in batches of ten
        minutes.

        Memory is that of a batch, however long the play.
        """
        waiting: list[Result] = []
        for begin in range(self.since, self.until, _CHUNK_MS):
            end = min(self.until, begin + _CHUNK_MS)
            waiting += arrived(self.world.between(begin, end), self.arrivals)
            waiting.sort(key=_received)
            ready = bisect_left(waiting, end, key=_received)
            yield waiting[:ready]
            del waiting[:ready]
        yield waiting

    def look(
        self, check: str, region: str, worker: str, at: Instant, attempt: int = 0
    ) -> Result | None:
        """One look, when it comes to the coordinator at all; the first of its arrivals."""
        result = self.world.look(check, region, worker, at, attempt)
        found: Sequence[Result] = arrived([result], self.arrivals) if result else ()
        return min(found, key=_received, default=None)

    def worker_for(self, check: str, region: str, at: Instant) -> str:
        """The worker that takes a look which any of its region may take: one by chance, the same
        every time.
        """
        return self.world.worker_for(check, region, at)
