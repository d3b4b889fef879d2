"""The simulated internet itself: what any worker would report of any look, at any time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from coordinator.evaluation.simulator.fleet.placement import Placement
from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.world.builder import Builder
from coordinator.evaluation.simulator.world.cell import Cell
from coordinator.evaluation.simulator.world.lane import Lane
from coordinator.evaluation.simulator.world.latency import STEP_MS, hour_factor
from coordinator.evaluation.simulator.world.noise import Noise
from coordinator.evaluation.simulator.world.trouble import Trouble
from worker.contract.instant import Instant
from worker.contract.result import Result


class World:
    """Seeded and complete: it forgets nothing and needs no order. Times are in [since, until)."""

    def __init__(
        self,
        shape: Shape,
        placement: Placement,
        noise: Noise,
        seed: int,
        since: Instant,
        until: Instant,
        troubles: Sequence[Trouble] = (),
    ) -> None:
        self.shape: Final = shape
        self._noise = noise
        self._cells = list(Builder(shape, placement, noise, seed, since, until, troubles).cells())
        self._lanes: Mapping[tuple[str, str, str], tuple[Cell, Lane]] = {
            (lane.check.id, lane.region, lane.worker): (cell, lane)
            for cell in self._cells
            for lane in cell.lanes
        }

    def look(
        self, check: str, region: str, worker: str, at: Instant, attempt: int = 0
    ) -> Result | None:
        """What this worker reports of this check when it looks at `at`; None when nothing of it is
        ever heard.

        KeyError for a check, region or worker that does not exist.
        """
        cell, lane = self._lanes[check, region, worker]
        troubles = (*_touching(lane.troubles, at, at + 1), *cell.bursts.during(at, at + 1))
        return lane.look(cell.check.slot(at), at, attempt, self._hour(cell, at), troubles)

    def worker_for(self, check: str, region: str, at: Instant) -> str:
        """One worker of the region, by chance, but the same for the same moment."""
        cell, _ = self._lanes[check, region, self.shape.workers_of(region)[0]]
        return cell.lanes[cell.chosen(at)].worker

    def between(self, since: Instant, until: Instant) -> list[Result]:
        """The results of all looks due in [since, until), in no order; some were received long
        after.
        """
        made: list[Result] = []
        for begin, end in _steps(since, until):
            for cell in self._cells:
                self._add(made, cell, begin, end)
        return made

    def _add(self, made: list[Result], cell: Cell, since: Instant, until: Instant) -> None:
        due, bursts, hour = (
            cell.due(since, until),
            cell.bursts.during(since, until),
            self._hour(cell, since),
        )
        turns = [due] * len(cell.lanes) if self.shape.looks == "each" else _turns(cell, due)
        for lane, slots in zip(cell.lanes, turns, strict=True):
            troubles = _touching(lane.troubles, since, until) if lane.troubles else ()
            made += lane.looks(slots, hour, (*troubles, *bursts))

    def _hour(self, cell: Cell, at: Instant) -> float:
        return hour_factor(self._noise, cell.region.longitude or 0.0, at)


def _touching(troubles: Sequence[Trouble], since: Instant, until: Instant) -> tuple[Trouble, ...]:
    return tuple(trouble for trouble in troubles if trouble.since < until and trouble.until > since)


def _turns(cell: Cell, due: Sequence[tuple[int, Instant]]) -> list[list[tuple[int, Instant]]]:
    turns: list[list[tuple[int, Instant]]] = [[] for _ in cell.lanes]
    for slot, at in due:
        turns[cell.chosen(slot)].append((slot, at))
    return turns


def _steps(since: Instant, until: Instant) -> Iterator[tuple[Instant, Instant]]:
    """Within a step the hour of the day counts as one."""
    while since < until:
        end = min(until, since // STEP_MS * STEP_MS + STEP_MS)
        yield since, end
        since = end
