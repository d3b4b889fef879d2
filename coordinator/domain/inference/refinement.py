"""Refinement: a hypothesis without the cells that are clearly well.

Hypotheses are components by regions with one failing share. Two disruptions that overlap, such as
one feature everywhere and another in one region, are most likely as one larger set that fails in
part. What tells them apart is that some of its cells never fail.

And remains: what is left of the evidence of an incident, by what is known of our own workers now.
Failures are set aside, or explained away, when their workers are found to be sick. That nothing is
heard any more takes nothing away: what failed before still did.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.inference.posterior import evidence
from coordinator.domain.vantages.sickness import Sickness
from coordinator.domain.window.axes import CellKey, Flags, Floats, any_along
from coordinator.domain.window.grid import CountGrid
from worker.contract.instant import Instant

WELL_NATS = -7.0
"""Evidence against a cell's failing as the rest does, from which on it is called well."""


def refined(hypothesis: Hypothesis, nats: Floats, lately: Floats, votes: Flags) -> Hypothesis:
    """The largest part of the hypothesis, components by regions, in which no cell is clearly well.

    `nats` is the evidence of each cell, (component, region), since it began, for the failing share
    of the whole, and `lately` that of the last few buckets: what began to fail later than the rest
    is not well.
    """
    components, regions = list(hypothesis.components), list(hypothesis.regions)
    ailing = np.asarray(
        ~((nats < WELL_NATS) & (lately < 0) & votes)[np.ix_(components, regions)], dtype=np.bool_
    )
    if ailing.all():
        return hypothesis
    rows, columns = max(_parts(ailing), key=lambda part: int(part[0].sum()) * int(part[1].sum()))
    if not rows.any() or not columns.any():
        return hypothesis
    return hypothesis._replace(
        components=tuple(c for c, kept in zip(components, rows.tolist(), strict=True) if kept),
        regions=tuple(r for r, kept in zip(regions, columns.tolist(), strict=True) if kept),
        group=hypothesis.group if columns.all() else "",
    )


def _parts(ailing: Flags) -> Iterator[tuple[Flags, Flags]]:
    """Components by regions without a well cell: whole components, whole regions, and each one's
    own.
    """
    count, size = ailing.shape
    yield ~any_along(~ailing, 1), np.ones(size, dtype=np.bool_)
    yield np.ones(count, dtype=np.bool_), ~any_along(~ailing, 0)
    for row in range(count):
        yield np.asarray(np.arange(count) == row, dtype=np.bool_), ailing[row]
    for column in range(size):
        yield ailing[:, column], np.asarray(np.arange(size) == column, dtype=np.bool_)


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
