"""Tallies: what the looks at each cell came to since a moment, and between which looks trouble
began and ended.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from coordinator.domain.model.horizon import LONGEST_AGO, NEVER
from coordinator.domain.window.axes import CellKey, Flags, Ints
from coordinator.domain.window.grid import CountGrid, Looks
from worker.contract.instant import Instant

LEAST_SHARE, MOST_SHARE, NORMAL_SHARE = 0.05, 0.97, 0.004
"""Failing shares between which the start is looked for, and the one while all is well."""


class Tally(NamedTuple):
    """One cell's trouble: it began in (last_good, first_bad] and, if good looks follow, ended by
    first_good.
    """

    last_good: Instant | None = None
    first_bad: Instant | None = None
    last_bad: Instant | None = None
    first_good: Instant | None = None


def tallies(
    grid: CountGrid, cells: Collection[CellKey], since: Instant, *, slow: bool
) -> Mapping[CellKey, Tally]:
    """The tally of each of these cells from `since` on; if slow, slow looks are the bad
    ones.
    """
    asked = (frozenset(cells), since, slow)
    found = grid.told.get(asked)
    if found is None:
        numbers = grid.axes.numbers(cells)
        found = dict(zip(numbers, _tallies(grid, list(numbers.values()), since, slow), strict=True))
        grid.told[asked] = found
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
    mine: Flags = (grid.looks.at >= since) & _at_cells(
        grid, list(grid.axes.numbers(cells).values())
    )
    return mine


def _at_cells(grid: CountGrid, numbers: Sequence[int]) -> Flags:
    """Which looks are at the cells of these numbers."""
    wanted = np.zeros(grid.newest.size, dtype=np.bool_)
    wanted[numbers] = True
    return np.asarray(wanted[grid.looks.cell], dtype=np.bool_)


def _tallies(
    grid: CountGrid, numbers: Sequence[int], since: Instant, slow: bool
) -> Iterator[Tally]:
    """The tally of each of these cells, by number, all of them at once.

    A place is a whole number that tells cell and time of a look: those of a cell lie together.
    """
    looks, bad = grid.looks, _bad(grid, slow=slow)
    places, base, room = _places(looks)
    begins = np.array(numbers, dtype=np.int64) * room
    ends = begins + room
    bads = np.flatnonzero(bad & (looks.at >= _onset(grid, numbers, since, slow=slow)))
    failures, goods = _fenced(places[bads]), _fenced(places[~bad])
    first, past = np.searchsorted(failures, begins), np.searchsorted(failures, ends)
    failed = past > first
    first_bad = np.where(failed, failures[first], ends)
    last_bad = np.where(failed, failures[past - 1], ends)
    last_good = goods[np.searchsorted(goods, first_bad) - 1]
    first_good = goods[np.searchsorted(goods, last_bad, "right")]
    offset = base - begins
    rows = zip(
        _known(last_good + offset, last_good >= begins),
        _known(first_bad + offset, failed),
        _known(last_bad + offset, failed),
        _known(first_good + offset, failed & (first_good < ends)),
        strict=True,
    )
    # as a Tally of rows, without a call in Python for each of hundreds of cells
    return map(tuple.__new__, repeat(Tally), rows)


def _places(looks: Looks) -> tuple[Ints, Instant, int]:
    """The place of each look, the time from which it is counted, and the room of a cell."""
    base, last = int(looks.at.min(initial=NEVER)), int(looks.at.max(initial=LONGEST_AGO))
    room = max(1, last - base + 1)
    return looks.cell * room + (looks.at - base), base, room


def _fenced(places: Ints) -> Ints:
    """With an entry before all and one after all, so that every search ends within."""
    return np.concatenate(([-1], places, [NEVER]))


def _known(moments: Ints, known: Flags) -> list[Instant | None]:
    """The moments that are known, None for the others."""
    return [
        moment if is_known else None
        for moment, is_known in zip(moments.tolist(), known.tolist(), strict=True)
    ]


def _onset(grid: CountGrid, numbers: Sequence[int], since: Instant, *, slow: bool) -> Instant:
    """The moment of the look with which it most likely began.

    Looked for from the bucket before `since` on, because trouble may begin at the end of a bucket.
    """
    looks, bad = grid.looks, _bad(grid, slow=slow)
    mine = _at_cells(grid, numbers) & (looks.at >= since - grid.axes.bucket_ms)
    order = in_time(grid)
    order = order[mine[order]]
    times, failed = looks.at[order], bad[order]
    if not failed.any() or times[-1] < since:
        return since
    return int(times[onset(failed)])


def in_time(grid: CountGrid) -> Ints:
    """The looks of a grid in order of time; of the same moment, those of the first cells come
    first. Sorted once for all who ask.
    """
    found = grid.told.get("in time")
    if found is None:
        found = grid.told["in time"] = np.argsort(grid.looks.at, kind="stable")
    order: Ints = found
    return order


def onset(bad: Flags) -> int:
    """The place, in order of time, of the look that splits quiet from trouble best, each start by
    the share that follows it (maximum likelihood). There must be a look.
    """
    after = np.cumsum(bad[::-1], dtype=np.int64)[::-1]
    looks = np.arange(len(bad), 0, -1)
    share = np.clip(after / looks, LEAST_SHARE, MOST_SHARE)
    nats = after * np.log(share / NORMAL_SHARE)
    nats = nats - (looks - after) * np.log((1 - NORMAL_SHARE) / (1 - share))
    return int(np.argmax(nats))
