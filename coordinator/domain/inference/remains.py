"""Remains: what is left of the evidence of an incident, by what is known of our own workers now.

Failures are set aside, or explained away, when their workers are found to be sick. That nothing is
heard any more takes nothing away: what failed before still did.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from coordinator.domain.inference.posterior import evidence
from coordinator.domain.vantages.sickness import Sickness
from coordinator.domain.window.axes import CellKey, Floats
from coordinator.domain.window.grid import CountGrid
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of the evidence of some cells, region by region."""

    steps: Mapping[str, Floats] = field(hash=False)
    """Of each region (mode, bucket): how much likelier its looks are than while all is well."""
    ailments: Mapping[str, str] = field(hash=False)
    """What ailed the workers of a region meanwhile, where anything did."""

    def nats(self, regions: Collection[str]) -> float:
        """How much speaks for a disruption of these regions, in its best stretch of time and with
        its best failing share.
        """
        total = np.sum([self.steps[region] for region in regions if region in self.steps], axis=0)
        most = run = np.zeros(len(total) if np.ndim(total) else 0)
        for step in np.transpose(total) if np.ndim(total) else ():
            run = np.maximum(0.0, run + step)
            most = np.maximum(most, run)
        return float(most.max(initial=0.0))


def remaining(
    grid: CountGrid,
    normal: Floats,
    sick: Sickness | None,
    cells: Collection[CellKey],
    since: Instant,
) -> Mapping[str, Floats]:
    """The steps of `Remains` for these cells, from the bucket of `since` on; whoever votes now."""
    axes, every = grid.axes, np.ones(normal.shape, dtype=np.bool_)
    wanted = np.zeros(normal.shape, dtype=np.bool_)
    wanted.reshape(-1)[list(axes.numbers(cells).values())] = True
    first = max(0, (since - grid.begin) // axes.bucket_ms)
    nats = (evidence(grid, normal, every, 0.0 if sick is None else sick.lost) * wanted).sum(axis=2)
    if sick is not None:
        nats = nats - np.maximum(0.0, sick.foreseen())
    return {
        name: nats[:, first:, place]
        for place, name in enumerate(axes.regions)
        if wanted[:, place].any()
    }
