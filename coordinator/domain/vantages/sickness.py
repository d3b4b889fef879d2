"""Sickness: what workers lose of everything while one service is judged, and how much of what is
seen of the service that explains.
"""

from collections.abc import Collection
from dataclasses import fields, replace
from math import log

import numpy as np

from coordinator.domain.vantages.error_rates import allowed_nats, judged_nats
from coordinator.domain.vantages.spells import spells
from coordinator.domain.window.axes import CellKey, Floats, Ints
from coordinator.domain.window.grid import CountGrid, Looks


class Sickness:
    """What workers lose of everything, as far as it bears on one service.

    `columns` are the regions in question, `witnessed` is (loss, bucket, column, worker): what all
    that is not judged says of their workers. `normal` is what fails anyway of each cell.
    """

    lost: Floats
    """(bucket, component, region): the share of everything that the workers lose whose looks failed
    there.
    """

    def __init__(
        self,
        grid: CountGrid,
        normal: Floats,
        columns: Ints,
        witnessed: Floats,
        blip_nats: float,
    ) -> None:
        self._grid, self._normal, self._blip_nats = grid, normal, blip_nats
        self._columns, self._witnessed = columns, witnessed
        lost, foreseen = self._of_regions(grid)
        self._shares = self._spread(lost)
        """(bucket, region, worker): the share of everything that each worker loses."""
        self._told = self._spread(foreseen)
        self.lost = _mean_lost(grid, self._shares)

    def foreseen(self, explained: Collection[CellKey] = ()) -> Floats:
        """(bucket, region): how much likelier, in nats, the looks at the service are for what its
        workers may lose than for what they are expected to lose; without the looks at cells that
        are `explained` otherwise, which neither speak for a loss nor need one.
        """
        rest = _without(self._grid, explained) if explained else self._grid
        told = self._spread(self._of_regions(rest)[1]) if explained else self._told
        return told - allowed_nats(rest, self._normal, self._shares)

    def _of_regions(self, grid: CountGrid) -> tuple[Floats, Floats]:
        """What each worker (bucket, region, worker) loses, and what is foreseen of each region.

        A worker may be sick alone, or all of a region together, as by their host or network.
        """
        losses, buckets, regions, workers = self._witnessed.shape
        judged = judged_nats(grid, self._normal, workers)[:, :, self._columns]
        flat = (losses, buckets, regions * workers)
        alone = spells(self._witnessed.reshape(flat), judged.reshape(flat), self._blip_nats)
        together = spells(self._witnessed.sum(axis=3), judged.sum(axis=3), self._blip_nats)
        lost, foreseen = (
            part.reshape(buckets, regions, workers) for part in (alone.lost, alone.foreseen)
        )
        whole = np.maximum(lost, together.lost[:, :, None])
        return whole, _either(foreseen.sum(axis=2), together.foreseen)

    def _spread(self, told: Floats) -> Floats:
        """The same of all regions, of which those not in question get nothing."""
        whole = np.zeros((told.shape[0], len(self._grid.axes.regions), *told.shape[2:]))
        whole[:, self._columns] = told
        return whole


def _without(grid: CountGrid, cells: Collection[CellKey]) -> CountGrid:
    """The grid without the looks at these cells; its counts stay."""
    numbers = list(grid.axes.numbers(cells).values())
    kept = ~np.isin(grid.looks.cell, numbers)
    looks = Looks(*(getattr(grid.looks, one.name)[kept] for one in fields(Looks)))
    return replace(grid, looks=looks, told={})


def _either(one: Floats, other: Floats) -> Floats:
    """What is foreseen bucket by bucket (axis 0) when either may be so, as likely as the other."""
    both = np.logaddexp(np.cumsum(one, axis=0), np.cumsum(other, axis=0)) - log(2)
    steps: Floats = np.diff(both, axis=0, prepend=0.0)
    return steps


def _mean_lost(grid: CountGrid, lost: Floats) -> Floats:
    """(bucket, component, region): what workers lose, the mean over the looks that failed there."""
    looks, axes = grid.looks, grid.axes
    bad = np.flatnonzero(looks.bad)
    cell, bucket = looks.cell[bad], looks.bucket(axes, grid.begin)[bad]
    shares = lost[bucket, cell % len(axes.regions), looks.worker[bad]]
    place: Ints = bucket * (len(axes.components) * len(axes.regions)) + cell
    total = np.bincount(place, shares * looks.weight[bad], grid.bad.size)
    mean: Floats = total.reshape(grid.bad.shape) / np.maximum(grid.bad, 1e-9)
    return mean
