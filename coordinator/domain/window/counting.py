"""The failing share: how many of all looks at some cells fail, with an interval.

All looks count since it began, the good ones, too, and those at cells that never failed. What is
left out is left out for what it is, never for having failed or not:

- looks under way: a good one is heard at once, one that times out only then. Where looks time out,
  those begun less than a timeout ago count only if all of them failed, or few are left without;
- a cell's good looks before its first or after its last bad one, where they are so many that at
  this share it cannot be chance: there it began later, or is over already;
- looks before the share itself changed for good: then only those since count. What is all well
  since is its end, and not a share.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from coordinator.domain.window.axes import CellKey, Flags, Floats, Ints
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.look import REASON_CODE, REASONS
from coordinator.domain.window.pace import Pace
from coordinator.domain.window.share import Counted, FailingShare
from coordinator.domain.window.tally import LEAST_SHARE, MOST_SHARE, NORMAL_SHARE, in_time, onset
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

APART_NATS = 4.6
"""Good looks of a cell that are this unlikely (1 in 100) at the share of the rest are not of it."""
CHANGE_NATS = 10.0
"""The share changed when two shares explain the looks this much better than one: any of hundreds of
looks may be the first of the new one.
"""
CHANGES = 3
"""So many changes within a window are told apart."""
SHORT = 1 << 16
FEWEST = 8
"""So few looks tell no new share."""


def share_of(
    grid: CountGrid, cells: Collection[CellKey], since: Instant, pace: Pace, *, slow: bool
) -> Counted:
    """What the looks at these cells came to since it began, looked for from `since` on; if slow,
    slow looks are the bad ones, too. Counted once for all who ask of the same grid.
    """
    asked = ("share", frozenset(cells), since, slow)
    found = grid.told.get(asked)
    if found is None:
        found = grid.told[asked] = _share_of(grid, cells, since, pace, slow=slow)
    counted: Counted = found
    return counted


def _share_of(
    grid: CountGrid, cells: Collection[CellKey], since: Instant, pace: Pace, *, slow: bool
) -> Counted:
    wanted = np.zeros(pace.timeout_ms.shape, dtype=np.bool_)
    wanted.reshape(-1)[list(grid.axes.numbers(cells).values())] = True
    began = _since_it_began(_seen(grid, wanted.reshape(-1), since, slow=slow), since)
    heard = _heard(began, int(pace.timeout_ms[wanted].max(initial=0)))
    seen, changed = _since_it_changed(_of_ailing_times(heard), heard, pace.patience_ms(wanted))
    cell, bad = seen.cell, seen.bad
    size, codes = wanted.size, len(REASONS)
    share = FailingShare(
        bad=int(bad.sum()),
        looks=len(bad),
        since=int(seen.at[0]) if len(bad) else since,
        until=int(seen.at[-1]) if len(bad) else since,
        older=since <= grid.begin and not changed,
    )
    places = cell[bad] * codes + seen.reason[bad]
    return Counted(
        share,
        np.bincount(cell[~bad], minlength=size),
        np.bincount(cell[bad], minlength=size),
        np.bincount(places, minlength=size * codes).reshape(size, codes),
    )


class _Seen(NamedTuple):
    """Looks in order of time; of one moment in an order that does not depend on how they came."""

    at: Ints
    cell: Ints
    bad: Flags
    reason: Ints

    def where(self, which: Flags | Ints | slice) -> "_Seen":
        return _Seen(self.at[which], self.cell[which], self.bad[which], self.reason[which])


def _seen(grid: CountGrid, wanted: Flags, since: Instant, *, slow: bool) -> _Seen:
    """The looks at these cells from the bucket before `since` on: trouble may begin at its end."""
    looks = grid.looks
    mine = wanted[looks.cell] & (looks.at >= since - grid.axes.bucket_ms)
    order = in_time(grid)
    order = order[mine[order]]
    bad = looks.bad[order] | looks.slow[order] if slow else looks.bad[order]
    found = _Seen(looks.at[order], looks.cell[order], bad, looks.reason[order])
    tied = (found.at[1:] == found.at[:-1]) & (found.cell[1:] == found.cell[:-1])
    if not tied.any():  # they are in order of time and cell already
        return found
    return found.where(np.lexsort((found.reason, found.bad, found.cell, found.at)))


def _since_it_began(seen: _Seen, since: Instant) -> _Seen:
    """From the look on with which it most likely began."""
    if not seen.bad[seen.at >= since].any():
        return seen.where(seen.at >= since)
    return seen.where(slice(onset(seen.bad), None))


def _heard(seen: _Seen, timeout_ms: int) -> _Seen:
    """Without those begun so lately that one which times out cannot be heard yet, if enough are
    left.
    """
    timed_out = seen.at[seen.reason == REASON_CODE[Reason.TIMEOUT]]
    if not len(timed_out):
        return seen
    known = seen.at <= max(int(timed_out[-1]), int(seen.at[-1]) - timeout_ms)
    return seen if seen.bad[~known].all() or known.sum() < FEWEST else seen.where(known)


def _of_ailing_times(seen: _Seen) -> _Seen:
    """Without the good looks by which a cell began later than the rest, or is over already."""
    if not seen.bad.any():
        return seen
    # they are in order of time; a short number is sorted by its digits, in a fifth of the time
    short = seen.cell.astype(np.uint16) if seen.cell.max() < SHORT else seen.cell
    order = np.argsort(short, kind="stable")
    bad, cell = seen.bad[order], seen.cell[order]
    begins = np.flatnonzero(np.diff(cell, prepend=-1))
    sizes = np.diff(begins, append=len(cell))
    place = np.arange(len(cell))
    first = np.minimum.reduceat(np.where(bad, place, len(cell)), begins)
    last = np.maximum.reduceat(np.where(bad, place, -1), begins)
    before, after = first - begins, begins + sizes - 1 - last
    ever, kept = last >= 0, np.ones(len(cell), dtype=np.bool_)
    for _ in range(2):
        nats = float(_good_nats(np.clip(bad[kept].mean(), LEAST_SHARE, MOST_SHARE)))
        late, over = ever & (before * nats > APART_NATS), ever & (after * nats > APART_NATS)
        kept = ~np.repeat(late, sizes) | (place >= np.repeat(first, sizes))
        kept &= ~np.repeat(over, sizes) | (place <= np.repeat(last, sizes))
    ailing = np.zeros(len(cell), dtype=np.bool_)
    ailing[order] = kept
    return seen.where(ailing)


def _since_it_changed(seen: _Seen, every: _Seen, patience_ms: int) -> tuple[_Seen, bool]:
    """The looks since the share changed last, and whether it did: long enough ago for each cell to
    show it. What is all well since, by `every` look there was, is its end.
    """
    changed = False
    for _ in range(CHANGES):
        place, nats = _split(seen.bad)
        if nats < CHANGE_NATS:
            break
        if every.bad[every.at >= seen.at[place]].mean() < LEAST_SHARE / 2:
            seen = seen.where(slice(None, place))
        elif seen.at[place] > seen.at[-1] - patience_ms:
            break
        else:
            seen, changed = seen.where(slice(place, None)), True
    return seen, changed


def _split(bad: Flags) -> tuple[int, float]:
    """Where two shares, one until there and one after, explain the looks best, and how much better
    than one.
    """
    count = len(bad)
    if count < 2 * FEWEST:
        return count, 0.0
    places = np.arange(FEWEST, count - FEWEST + 1)
    total, before = float(bad.sum()), np.cumsum(bad)[places - 1].astype(np.float64)
    parts = _nats(before, places) + _nats(total - before, count - places)
    best = int(np.argmax(parts))
    whole = _nats(np.array([total]), np.array([count]))
    return int(places[best]), float(parts[best] - whole[0])


def _nats(bad: Floats, looks: Ints) -> Floats:
    """The log-likelihood of so many bad looks at their own share."""
    share = np.clip(bad / looks, 1e-9, 1 - 1e-9)
    told: Floats = bad * np.log(share) + (looks - bad) * np.log(1 - share)
    return told


def _good_nats(share: Floats) -> Floats:
    """How much a good look speaks for all being well, against this share."""
    told: Floats = np.log((1 - NORMAL_SHARE) / (1 - share))
    return told
