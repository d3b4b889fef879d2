"""The simulated internet itself: what any worker would report of any look, at any time."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Final

from coordinator.domain.topology import Check, Region, Role
from coordinator.simulator.dice import WHOLE, Dice
from coordinator.simulator.lane import Lane, Odds
from coordinator.simulator.latency import STEP_MS, base_ms, factors, hour_factor, spread_of
from coordinator.simulator.noise import Noise, cell_bursts, path_bursts, region_blips
from coordinator.simulator.placement import Placement
from coordinator.simulator.shape import Shape
from coordinator.simulator.trouble import Trouble
from worker.contract.instant import Instant
from worker.contract.result import Result

_BESIDE_MS: Final = 3
"""Between the beginnings of two workers that take the same look."""
_TRANSIT_MS: Final = (20, 150)


@dataclass(frozen=True, slots=True)
class Bursts:
    """The bursts of one cell, in order of their beginning."""

    starts: tuple[Instant, ...]
    troubles: tuple[Trouble, ...]
    longest_ms: int

    @staticmethod
    def of(troubles: Iterable[Trouble]) -> "Bursts":
        """In order."""
        found = tuple(sorted(troubles, key=lambda trouble: trouble.since))
        longest_ms = max((trouble.until - trouble.since for trouble in found), default=0)
        return Bursts(tuple(trouble.since for trouble in found), found, longest_ms)

    def during(self, since: Instant, until: Instant) -> tuple[Trouble, ...]:
        """Those that may touch [since, until)."""
        starts = self.starts
        return self.troubles[bisect_left(starts, since - self.longest_ms) : bisect_left(starts, until)]


@dataclass(frozen=True, slots=True)
class Cell:
    """One check in one region, with a lane for each worker."""

    check: Check
    region: Region
    phase_ms: int
    lanes: tuple[Lane, ...]
    bursts: Bursts
    key: int

    def due(self, since: Instant, until: Instant) -> list[tuple[int, Instant]]:
        """The slots whose look is due in [since, until), with that moment."""
        interval = self.check.interval_ms
        slots = range(-((self.phase_ms - since) // interval), -((self.phase_ms - until) // interval))
        return [(slot, slot * interval + self.phase_ms) for slot in slots]

    def chosen(self, slot: int) -> int:
        """Which worker takes the look of a slot when only one does: by chance, and the same for ever."""
        stirred = (slot * _STIR + self.key) & (WHOLE - 1)
        return (((stirred ^ stirred >> 48) * _STIR & (WHOLE - 1)) >> 64) * len(self.lanes) >> 32


_STIR: Final = Random("whose turn it is").getrandbits(96) | 1


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
        self._cells = list(_Builder(shape, placement, noise, seed, since, until, troubles).cells())
        self._lanes: Mapping[tuple[str, str, str], tuple[Cell, Lane]] = {
            (lane.check.id, lane.region, lane.worker): (cell, lane) for cell in self._cells for lane in cell.lanes
        }

    def look(self, check: str, region: str, worker: str, at: Instant, attempt: int = 0) -> Result | None:
        """What this worker reports of this check when it looks at `at`; None when nothing of it is ever heard.

        KeyError for a check, region or worker that does not exist.
        """
        cell, lane = self._lanes[check, region, worker]
        troubles = (*_touching(lane.troubles, at, at + 1), *cell.bursts.during(at, at + 1))
        return lane.look(cell.check.slot(at), at, attempt, self._hour(cell, at), troubles)

    def between(self, since: Instant, until: Instant) -> list[Result]:
        """The results of all looks due in [since, until), in no order; some were received long after."""
        made: list[Result] = []
        for begin, end in _steps(since, until):
            for cell in self._cells:
                self._add(made, cell, begin, end)
        return made

    def _add(self, made: list[Result], cell: Cell, since: Instant, until: Instant) -> None:
        due, bursts, hour = cell.due(since, until), cell.bursts.during(since, until), self._hour(cell, since)
        turns = [due] * len(cell.lanes) if self.shape.looks == "each" else _turns(cell, due)
        for lane, slots in zip(cell.lanes, turns, strict=True):
            troubles = _touching(lane.troubles, since, until) if lane.troubles else ()
            made += lane.looks(slots, hour, (*troubles, *bursts))

    def _hour(self, cell: Cell, at: Instant) -> float:
        return hour_factor(self._noise, cell.region.longitude, at)


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


@dataclass(frozen=True)
class _Builder:
    shape: Shape
    placement: Placement
    noise: Noise
    seed: int
    since: Instant
    until: Instant
    troubles: Sequence[Trouble]

    def cells(self) -> Iterator[Cell]:
        """Every cell, each from randomness of its own: one more region changes no other."""
        dice = Dice(self.seed)
        troubles = sorted(self.troubles, key=lambda trouble: trouble.workers is None)
        for region in self.shape.topology.regions:
            transit_ms = self._random("transit", region.id).randint(*_TRANSIT_MS)
            blips = region_blips(self.noise, self._random("blips", region.id), self.since, self.until)
            for service in self.shape.topology.services:
                random = self._random("paths", region.id, service.id)
                judged = service.role is Role.SERVICE
                paths = path_bursts(self.noise, random, self.since, self.until) if judged else []
                for check in self.shape.topology.checks_of(service.id):
                    yield self._cell(check, region, transit_ms, [*blips, *paths], dice, troubles)

    def _cell(
        self,
        check: Check,
        region: Region,
        transit_ms: int,
        shared: list[Trouble],
        dice: Dice,
        troubles: Sequence[Trouble],
    ) -> Cell:
        random = self._random("cell", region.id, check.id)
        site = self.placement.site(check, region)
        base, spread = base_ms(site, random), spread_of(self.noise, random)
        noise = self.noise
        odds = Odds.of(noise.failing.draw(random), noise.lost, noise.late, noise.repeated, tail=noise.tail.draw(random))
        lanes = tuple(
            Lane(
                check,
                region.id,
                worker,
                _BESIDE_MS * place,
                base,
                factors(spread),
                transit_ms,
                site,
                odds,
                tuple(trouble for trouble in troubles if trouble.concerns(check.id, region.id, worker)),
                dice,
            )
            for place, worker in enumerate(self.shape.workers_of(region.id))
        )
        bursts = Bursts.of([*shared, *cell_bursts(noise, random, self.since, self.until)])
        return Cell(check, region, phase_ms(check, region), lanes, bursts, random.getrandbits(96))

    def _random(self, *of: str) -> Random:
        return Random(" ".join((str(self.seed), *of)))


def phase_ms(check: Check, region: Region) -> int:
    """How far into each slot a look is due: spread evenly by a hash, exactly as the coordinator spreads its looks."""
    digest = blake2b(f"{check.id}\n{region.id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % check.interval_ms
