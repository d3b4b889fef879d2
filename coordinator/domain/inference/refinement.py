"""Refinement: a hypothesis without the cells that are clearly well.

Hypotheses are components by regions with one failing share. Two disruptions that overlap, such as
one feature everywhere and another in one region, are most likely as one larger set that fails in
part. What tells them apart is that some of its cells never fail.
"""

from collections.abc import Iterator

import numpy as np

from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.window.axes import Flags, Floats, any_along

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
