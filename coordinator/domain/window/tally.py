"""Tallies: what the looks at each cell came to since a moment, and between which looks trouble
began and ended.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import NamedTuple

import numpy as np

from coordinator.domain.window.axes import CellKey, Flags, Ints
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.look import REASONS
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

LEAST_SHARE, MOST_SHARE, NORMAL_SHARE = 0.05, 0.97, 0.004
"""Failing shares between which the start is looked for, and the one while all is well."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One cell's trouble: it began in (last_good, first_bad] and, if good looks follow, ended by
    first_good.

    `bad` of `looks` from the first to the last bad one were bad.
    """

    looks: int = 0
    bad: int = 0
    last_good: Instant | None = None
    first_bad: Instant | None = None
    last_bad: Instant | None = None
    first_good: Instant | None = None
    reasons: Mapping[Reason, int] = field(default_factory=dict, hash=False)


def tallies(
    grid: CountGrid, cells: Collection[CellKey], since: Instant, *, slow: bool
) -> dict[CellKey, Tally]:
    """The tally of each of these cells from `since` on; if slow, slow looks are the bad
    ones.
    """
    axes, looks = grid.axes, grid.looks
    order = np.lexsort((looks.at, looks.cell))
    cell, at = looks.cell[order], looks.at[order]
    bad = _bad(grid, slow=slow)[order]
    reason = looks.reason[order]
    numbers = axes.numbers(cells)
    onset = _onset(cell, at, bad, list(numbers.values()), since, axes.bucket_ms)
    found = {}
    for key, number in numbers.items():
        start, end = np.searchsorted(cell, [number, number + 1])
        part = slice(int(start), int(end))
        found[key] = _tally(at[part], bad[part], reason[part], onset)
    return found


class Times(NamedTuple):
    """When looks were bad, and when good; both in order."""

    bad: Sequence[Instant] = ()
    good: Sequence[Instant] = ()


def times_of(grid: CountGrid, cells: Collection[CellKey], since: Instant, *, slow: bool) -> Times:
    """When the looks at these cells from `since` on were bad and when good, of those that came in
    in time.
    """
    looks = grid.looks
    mine, bad = _mine(grid, cells, since) & ~looks.late, _bad(grid, slow=slow)
    return Times(np.sort(looks.at[mine & bad]).tolist(), np.sort(looks.at[mine & ~bad]).tolist())


def looks_since(
    grid: CountGrid, cells: Collection[CellKey], since: Instant, *, slow: bool
) -> tuple[int, int]:
    """How many looks at these cells from `since` on were good, and how many bad."""
    mine = _mine(grid, cells, since)
    bad = int((mine & _bad(grid, slow=slow)).sum())
    return int(mine.sum()) - bad, bad


def failed_since(grid: CountGrid, since: Instant) -> frozenset[CellKey]:
    """The cells with a look since then that failed or was slow."""
    looks = grid.looks
    cells = np.unique(looks.cell[_bad(grid, slow=True) & (looks.at >= since)]).tolist()
    return frozenset(grid.axes.key(cell) for cell in cells)


def _bad(grid: CountGrid, *, slow: bool) -> Flags:
    return grid.looks.bad | grid.looks.slow if slow else grid.looks.bad


def _mine(grid: CountGrid, cells: Collection[CellKey], since: Instant) -> Flags:
    """Which looks are at these cells, from `since` on."""
    mine: Flags = (grid.looks.at >= since) & np.isin(
        grid.looks.cell, list(grid.axes.numbers(cells).values())
    )
    return mine


def _onset(
    cell: Ints, at: Ints, bad: Flags, numbers: Sequence[int], since: Instant, bucket_ms: int
) -> Instant:
    """The look with which it most likely began: it splits quiet from trouble best (maximum
    likelihood).

    Looked for from the bucket before `since` on, because trouble may begin at the end of a bucket.
    """
    mine = np.isin(cell, numbers) & (at >= since - bucket_ms)
    order = np.argsort(at[mine], kind="stable")
    times, failed = at[mine][order], bad[mine][order]
    later = failed[times >= since]
    if not failed.any() or not len(later):
        return since
    share = min(max(float(later.mean()), LEAST_SHARE), MOST_SHARE)
    steps = np.where(failed, log(share / NORMAL_SHARE), log((1 - share) / (1 - NORMAL_SHARE)))
    ahead = np.cumsum(steps[::-1])[::-1]
    return int(times[int(np.argmax(ahead))])


def _tally(at: Ints, bad: Flags, reason: Ints, since: int) -> Tally:
    bads = np.flatnonzero(bad & (at >= since))
    good = np.flatnonzero(~bad)
    if not len(bads):
        return Tally(last_good=int(at[good[-1]]) if len(good) else None)
    first, last = int(bads[0]), int(bads[-1])
    earlier, later = good[at[good] < at[first]], good[at[good] > at[last]]
    reasons = Counter(REASONS[code] for code in reason[bads].tolist())
    return Tally(
        looks=int(((at >= at[first]) & (at <= at[last])).sum()),
        bad=len(bads),
        last_good=int(at[earlier[-1]]) if len(earlier) else None,
        first_bad=int(at[first]),
        last_bad=int(at[last]),
        first_good=int(at[later[0]]) if len(later) else None,
        reasons=reasons,
    )
