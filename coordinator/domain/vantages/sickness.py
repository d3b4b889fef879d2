"""Sickness: what workers lose of everything while one service is judged, and how much of what is
seen of the service that explains.
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from math import log

import numpy as np

from coordinator.domain.vantages.error_rates import allowed_nats, judged_nats
from coordinator.domain.vantages.spells import LOSSES, spells
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
        self._columns = columns
        self._foreseen: dict[frozenset[CellKey], Floats] = {}
        _, buckets, self._regions, self._workers = witnessed.shape
        alone = witnessed.reshape(len(LOSSES), buckets, -1)
        self._spells = spells(np.concatenate((alone, witnessed.sum(axis=3)), axis=2))
        """Of each worker, which may be sick alone, then of all of a region together, as by their
        host or network.
        """
        each, together = self._apart(self._spells.lost)
        self._shares = self._spread(np.maximum(each, together[:, :, None]))
        """(bucket, region, worker): the share of everything that each worker loses."""
        self.lost = _mean_lost(grid, self._shares)

    def foreseen(self, explained: Iterable[CellKey] = ()) -> Floats:
        """(bucket, region): how much likelier, in nats, the looks at the service are for what its
        workers may lose than for what they are expected to lose; without the looks at cells that
        are `explained` otherwise, which neither speak for a loss nor need one.
        """
        cells = frozenset(explained)
        found = self._foreseen.get(cells)
        if found is None:
            rest = _without(self._grid, cells) if cells else self._grid
            found = self._foreseen[cells] = self._told(rest)
        return found

    def _told(self, grid: CountGrid) -> Floats:
        judged = judged_nats(grid, self._normal, self._workers)[:, :, self._columns]
        flat = judged.reshape(*judged.shape[:2], -1)
        every = np.concatenate((flat, judged.sum(axis=3)), axis=2)
        each, together = self._apart(self._spells.foreseen(every, self._blip_nats))
        either = self._spread(_either(each.sum(axis=2), together))
        return either - allowed_nats(grid, self._normal, self._shares)

    def _apart(self, told: Floats) -> tuple[Floats, Floats]:
        """What is told of each worker (bucket, region, worker), and of all of a region together."""
        count = self._regions * self._workers
        each = told[:, :count].reshape(-1, self._regions, self._workers)
        return each, told[:, count:]

    def _spread(self, told: Floats) -> Floats:
        """The same of all regions, of which those not in question get nothing."""
        whole = np.zeros((told.shape[0], len(self._grid.axes.regions), *told.shape[2:]))
        whole[:, self._columns] = told
        return whole


def _without(grid: CountGrid, cells: Iterable[CellKey]) -> CountGrid:
    """The grid without the looks at these cells; its counts stay."""
    others = np.ones(grid.newest.size, dtype=np.bool_)
    others[list(grid.axes.numbers(cells).values())] = False
    kept = np.flatnonzero(others[grid.looks.cell])
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
