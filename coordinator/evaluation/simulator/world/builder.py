"""Builds the cells of a world, each from randomness of its own: one more region changes no
other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from coordinator.domain.model.topology import Check, Region, Role, Service
from coordinator.evaluation.simulator.fleet.placement import Placement
from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.world.cell import Bursts, Cell, phase_ms
from coordinator.evaluation.simulator.world.dice import BITS, Dice
from coordinator.evaluation.simulator.world.lane import Lane, Odds
from coordinator.evaluation.simulator.world.latency import base_ms, factors, spread_of
from coordinator.evaluation.simulator.world.noise import (
    Noise,
    cell_bursts,
    path_bursts,
    region_blips,
    sick_spells,
)
from coordinator.evaluation.simulator.world.trouble import Trouble
from worker.contract.instant import Instant

_BESIDE_MS: Final = 3
"""Between the beginnings of two workers that take the same look."""
_TRANSIT_MS: Final = (20, 150)


@dataclass(frozen=True)
class Builder:
    """What a world is made of. Times are in [since, until)."""

    shape: Shape
    placement: Placement
    noise: Noise
    seed: int
    since: Instant
    until: Instant
    troubles: Sequence[Trouble]

    def cells(self) -> Iterator[Cell]:
        """Every cell."""
        dice = Dice(self.seed)
        troubles = sorted(self.troubles, key=lambda trouble: trouble.workers is None)
        for region in self.shape.topology.regions:
            here = tuple(
                trouble
                for trouble in troubles
                if trouble.regions is None or region.id in trouble.regions
            )
            transit_ms = self._random("transit", region.id).randint(*_TRANSIT_MS)
            blips = region_blips(
                self.noise, self._random("blips", region.id), self.since, self.until
            )
            spells = self._spells(region)
            for service in self.shape.topology.services:
                shared = [*blips, *self._paths(region, service)]
                for check in self.shape.topology.checks_of(service.id):
                    yield self._cell(check, region, transit_ms, shared, dice, here, spells)

    def _paths(self, region: Region, service: Service) -> list[Trouble]:
        """References share no path: each is reached over its own."""
        if service.role is Role.REFERENCE:
            return []
        return path_bursts(
            self.noise, self._random("paths", region.id, service.id), self.since, self.until
        )

    def _spells(self, region: Region) -> dict[str, list[Trouble]]:
        return {
            worker: sick_spells(self.noise, self._random("spells", worker), self.since, self.until)
            for worker in self.shape.workers_of(region.id)
        }

    def _cell(
        self,
        check: Check,
        region: Region,
        transit_ms: int,
        shared: list[Trouble],
        dice: Dice,
        troubles: Sequence[Trouble],
        spells: Mapping[str, list[Trouble]],
    ) -> Cell:
        noise, random = self.noise, self._random("cell", region.id, check.id)
        site = self.placement.site(check, region)
        base, table = base_ms(site, random), factors(spread_of(noise, random))
        odds = Odds.of(
            noise.failing.draw(random),
            noise.lost,
            noise.late,
            noise.repeated,
            noise.tail.draw(random),
        )
        lanes = tuple(
            Lane(
                check,
                region.id,
                worker,
                _BESIDE_MS * place,
                base,
                table,
                transit_ms,
                site,
                odds,
                (*spells[worker], *_concerning(troubles, check.id, region.id, worker)),
                dice,
            )
            for place, worker in enumerate(self.shape.workers_of(region.id))
        )
        bursts = Bursts.of([*shared, *cell_bursts(noise, random, self.since, self.until)])
        return Cell(check, region, phase_ms(check, region), lanes, bursts, random.getrandbits(BITS))

    def _random(self, *of: str) -> Random:
        return Random(" ".join((str(self.seed), *of)))


def _concerning(
    troubles: Sequence[Trouble], check: str, region: str, worker: str
) -> tuple[Trouble, ...]:
    return tuple(trouble for trouble in troubles if trouble.concerns(check, region, worker))
