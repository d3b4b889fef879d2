"""The duty cycle of an incident that comes and goes: how much of the time it fails, and how often.

The looks at its cells are laid out in narrow bins. In which of them it failed is the likeliest path
of a chain that is either on or off (Viterbi 1967), where a turn is rare, so that neither one look
that fails by chance nor a short pause of a partial failure is a turn.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log
from statistics import median
from typing import NamedTuple

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.tally import LEAST_SHARE, MOST_SHARE, Times
from worker.contract.instant import Instant

BINS = 6
"""In an interval."""
TURN_NATS = 10.0
"""A turn in a given bin is this unlikely."""
OFF_SHARE = 0.01
"""Share of looks that fails in a pause."""
LONGER = 2.0
"""What has failed for so many times its longest time before comes and goes no more."""


class OnTime(NamedTuple):
    """A time in which it failed: the first bad look, and the first good one after the last; none
    while it goes on.
    """

    since: Instant
    until: Instant | None = None


class Duty(NamedTuple):
    """Of whole cycles, the share of the time in which it fails, and the usual time from one
    beginning to the next.
    """

    share: float
    period_ms: int


def on_times(times: Times, interval_ms: int) -> list[OnTime]:
    """The times in which these looks tell that it failed, oldest first. `interval_ms` is that of
    the looks.
    """
    if not times.bad:
        return []
    begin = min([*times.bad[:1], *times.good[:1]])
    width = max(1, interval_ms // BINS)
    count = (max([*times.bad[-1:], *times.good[-1:]]) - begin) // width + 1
    bad = np.bincount((np.asarray(times.bad) - begin) // width, minlength=count)
    good = np.bincount((np.asarray(times.good, dtype=np.int64) - begin) // width, minlength=count)
    failing = bad > 0
    share = float(bad[failing].sum() / (bad + good)[failing].sum())
    share = min(max(share, LEAST_SHARE), MOST_SHARE)
    nats = bad * log(share / OFF_SHARE) + good * log((1 - share) / (1 - OFF_SHARE))
    found = []
    for first, last in _runs(_likeliest(nats.tolist())):
        since, until = begin + first * width, begin + (last + 1) * width
        mine = [at for at in times.bad if since <= at < until]
        after = next((at for at in times.good if at > mine[-1]), None) if mine else None
        if mine:
            found.append(OnTime(mine[0], after if last + 1 < count else None))
    return found


def _likeliest(nats: Sequence[float]) -> list[bool]:
    """Whether it is on, bin by bin, on the likeliest path. `nats` speak for it."""
    on, off = -TURN_NATS, 0.0
    came_on, came_off = list[bool](), list[bool]()
    for step in nats:
        came_on.append(on >= off - TURN_NATS)
        came_off.append(on - TURN_NATS > off)
        on, off = max(on, off - TURN_NATS) + step, max(off, on - TURN_NATS)
    state, path = on > off, list[bool]()
    for stays_on, turns_off in zip(reversed(came_on), reversed(came_off), strict=True):
        path.append(state)
        state = stays_on if state else turns_off
    return path[::-1]


def _runs(path: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last bin of each time that is on."""
    edges = np.flatnonzero(np.diff(np.array([False, *path, False], dtype=np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def merged(before: Sequence[OnTime], found: Sequence[OnTime], begin: Instant) -> tuple[OnTime, ...]:
    """What was known before of times older than the looks that are still there, from `begin` on,
    and what those tell.
    """
    older = [one for one in before if one.since < begin]
    if older and found and (older[-1].until is None or older[-1].until >= found[0].since):
        found = [found[0]._replace(since=older.pop().since), *found[1:]]
    ended = [one if one.until is not None else one._replace(until=begin) for one in older]
    return (*ended, *found)


def duty_of(known: Sequence[OnTime], now: Instant, rules: Rules) -> Duty | None:
    """How it comes and goes; None unless it came so many times lately that it is intermittent."""
    lately = [one for one in known if one.since > now - rules.intermittent_within_ms]
    if len(lately) < max(2, rules.intermittent_times):
        return None
    starts = [one.since for one in lately]
    on_ms = sum((one.until or now) - one.since for one in lately[:-1])
    whole = starts[-1] - starts[0]
    periods = [later - earlier for earlier, later in pairwise(starts)]
    return Duty(on_ms / whole, round(median(periods)))


def is_turning(known: Sequence[OnTime], now: Instant) -> bool:
    """Whether it may soon be well again: it has not failed for much longer than ever before."""
    *before, last = known
    longest = max(((one.until or now) - one.since for one in before), default=0)
    return last.until is not None or now - last.since <= LONGER * longest


def as_told(duty: Duty) -> str:
    """`It comes and goes: it fails about 40 % of the time, every 2 min.`"""
    seconds = round(duty.period_ms / 1000)
    often = f"{round(seconds / 60)} min" if seconds >= 90 else f"{5 * round(seconds / 5)} s"
    share = 10 * round(10 * duty.share) or 5
    return f"It comes and goes: it fails about {share} % of the time, every {often}."
