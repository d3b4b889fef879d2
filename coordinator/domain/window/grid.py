"""The grid of a service: its looks that count, bucket by bucket, cell by cell, as arrays.

Shapes are (bucket, component, region). A bucket is one interval of the quickest check, or coarser
for a service whose slowest check is much slower.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import compress
from typing import Any

import numpy as np

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Axes, CellKey, Flags, Floats, Ints
from coordinator.domain.window.baseline import FAR, NATS_OF_LEVEL
from coordinator.domain.window.look import (
    AT_SHIFT,
    ATTEMPT_MASK,
    ATTEMPT_SHIFT,
    EPOCH,
    LATE_BIT,
    REASON_CODE,
    REASON_MASK,
    SLOW_BIT,
    VOTE_SHIFT,
    WORKER_MASK,
    WORKER_SHIFT,
    Vote,
)
from coordinator.domain.window.series import Series, codes_since
from coordinator.domain.window.vantage import Vantage
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

ROUND_MS = 5_000
"""Extra looks that begin within so long are one round."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks that count, one entry each, in order of cell and time: event time, cell (component
    * regions + region), what they saw, which of the region's workers made it, and for how much it
    counts.
    """

    at: Ints
    cell: Ints
    bad: Flags
    slow: Flags
    late: Flags
    reason: Ints
    worker: Ints
    weight: Floats

    def bucket(self, axes: Axes, begin: Instant) -> Ints:
        """The bucket of each."""
        return np.minimum((self.at - begin) // axes.bucket_ms, axes.buckets - 1)


@dataclass(frozen=True, slots=True)
class CountGrid:
    """Weighted counts of looks, and when each cell was last looked at."""

    axes: Axes
    begin: Instant
    good: Floats
    bad: Floats
    slow: Floats
    """Of the good looks, those that were slow."""
    longer: Floats
    """What the good looks say for all taking longer, in nats."""
    far: Floats
    """Of the good looks, those that took far longer."""
    newest: Ints
    """(component, region): event time of the newest look that counts."""
    rounds: Floats
    """(bucket, region): how many rounds of extra looks there were."""
    looks: Looks
    waiting: bool
    """Whether a failed look waits for proof that its worker was alive."""
    told: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was asked of it, so that all who ask at one step share an answer."""

    def newest_of(self, flags: Flags) -> dict[CellKey, Instant]:
        """The newest look of each cell that is set."""
        told, newest = flags.reshape(-1).tolist(), self.newest.reshape(-1).tolist()
        return dict(zip(compress(self.axes.every, told), compress(newest, told), strict=True))

    @property
    def filled(self) -> Floats:
        """How much of each bucket has been looked at yet, from 0 to 1, by the fullest bucket."""
        looks = (self.good + self.bad).sum(axis=(1, 2))
        return np.asarray(looks / max(1e-9, float(looks.max(initial=0.0))), dtype=np.float64)


def fill(
    axes: Axes,
    all_series: Sequence[Series],
    cells: Sequence[int],
    fleet: Mapping[str, Sequence[Vantage]],
    now: Instant,
    rules: Rules,
    *,
    late_alarms: bool,
) -> CountGrid:
    """The grid at `now`. `cells` are those of the series. Late looks count only where
    `late_alarms`.
    """
    begin = axes.begin(now)
    parts = codes_since(all_series, begin)
    sizes = np.array(list(map(len, parts)), dtype=np.int64)
    codes = np.frombuffer(b"".join(parts), dtype=np.int64)
    series = np.repeat(np.arange(len(all_series)), sizes)
    vote = codes >> VOTE_SHIFT & 3
    voting = vote != Vote.ABSTAINS
    codes, series, vote = codes[voting], series[voting], vote[voting]
    at = (codes >> AT_SHIFT) + EPOCH
    cell = np.asarray(cells)[series] if len(all_series) else np.zeros(0, dtype=np.int64)
    bad = vote == Vote.BAD
    if not late_alarms:
        timely = (codes >> LATE_BIT & 1) == 0
        codes, series, at, cell, bad = (
            codes[timely],
            series[timely],
            at[timely],
            cell[timely],
            bad[timely],
        )
    counts, waiting = _counting(axes, at, cell, codes >> WORKER_SHIFT & WORKER_MASK, bad, fleet)
    codes, series, at, cell, bad = (
        codes[counts],
        series[counts],
        at[counts],
        cell[counts],
        bad[counts],
    )
    slow = (codes >> SLOW_BIT & 1).astype(bool)
    weight = _weights(
        at,
        series,
        np.array([t.check.interval_ms for t in all_series], dtype=np.int64),
        begin,
        rules,
    )
    bucket = np.minimum((at - begin) // axes.bucket_ms, axes.buckets - 1)
    shape = (axes.buckets, len(axes.components), len(axes.regions))
    size = shape[1] * shape[2]
    place, nothing = bucket * size + cell, np.zeros(shape[0] * size)

    def count(wanted: Flags, each: Floats | float = 1.0) -> Floats:
        # what is not wanted adds nothing: that costs less than to leave it out
        told = weight * each * wanted
        counted = np.bincount(place, told, shape[0] * size) if wanted.any() else nothing
        return np.asarray(counted, dtype=np.float64).reshape(shape)

    extra = (codes >> ATTEMPT_SHIFT & ATTEMPT_MASK) > 0
    rounds = _rounds(bucket[extra], cell[extra] % max(shape[2], 1), at[extra], (shape[0], shape[2]))
    newest = np.full(size, LONGEST_AGO)
    np.maximum.at(newest, cell, at)
    late = (codes >> LATE_BIT & 1).astype(bool)
    worker = codes >> WORKER_SHIFT & WORKER_MASK
    level = np.where(bad, 0, codes & REASON_MASK)
    reason = np.where(bad, codes & REASON_MASK, slow * REASON_CODE[Reason.SLOW])
    looks = Looks(at, cell, bad, slow, late, reason, worker, weight)
    return CountGrid(
        axes,
        begin,
        count(~bad),
        count(bad),
        count(slow & ~bad),
        count(~bad, np.array(NATS_OF_LEVEL)[level]),
        count(level == FAR),
        newest.reshape(shape[1:]),
        rounds,
        _ordered(looks, begin),
        waiting,
    )


def _ordered(looks: Looks, begin: Instant) -> Looks:
    """The looks in order of cell and time; those of a cell with one check are so already."""
    room = int(looks.at.max(initial=begin)) - begin + 1
    places = looks.cell * room + (looks.at - begin)
    if bool((places[1:] >= places[:-1]).all()):
        return looks
    order = np.argsort(places, kind="stable")
    return Looks(*(getattr(looks, one.name)[order] for one in fields(looks)))


def _counting(
    axes: Axes,
    at: Ints,
    cell: Ints,
    worker: Ints,
    bad: Flags,
    fleet: Mapping[str, Sequence[Vantage]],
) -> tuple[Flags, bool]:
    """Which looks count: not those of a worker that was unfit then or is forgotten, and failures
    only when vouched for.

    And whether any failure still waits to be vouched for.
    """
    width = int(worker.max(initial=0)) + 1
    shape = (len(axes.regions), width)
    known, answered = np.zeros(shape, dtype=bool), np.full(shape, LONGEST_AGO)
    doubted = np.full(shape, -LONGEST_AGO)
    region = cell % len(axes.regions) if len(axes.regions) else cell
    aside = np.zeros(len(at), dtype=bool)
    for row, name in enumerate(axes.regions):
        for vantage in fleet.get(name, ()):
            if vantage.number >= width:
                continue
            known[row, vantage.number] = True
            answered[row, vantage.number] = vantage.answered_at
            if vantage.doubted_since is not None:
                doubted[row, vantage.number] = vantage.doubted_since
            for start, end in vantage.spans(-LONGEST_AGO):
                aside |= (region == row) & (worker == vantage.number) & (at >= start) & (at < end)
    counts = known[region, worker] & ~aside
    vouched = (answered[region, worker] >= at) & (at < doubted[region, worker])
    waits = counts & bad & ~vouched
    return counts & ~waits, bool(waits.any())


def _rounds(bucket: Ints, region: Ints, at: Ints, shape: tuple[int, int]) -> Floats:
    """How many rounds of extra looks each region had in each bucket: those of one moment are one
    round.
    """
    if not len(at):
        return np.zeros(shape)
    round_ = at // ROUND_MS
    room = int(round_.max() - round_.min()) + 1
    moments = np.unique((bucket * shape[1] + region) * room + (round_ - round_.min())) // room
    counted: Floats = (
        np.bincount(moments, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    )
    return counted


def _weights(at: Ints, series: Ints, interval_ms: Ints, begin: Instant, rules: Rules) -> Floats:
    """Several looks in one slot of a check in a region share their fate, and count for less than as
    many slots.
    """
    if not len(at):
        return np.zeros(0)
    interval = interval_ms[series]
    slot = at // interval - begin // interval
    key = series * (int(slot.max()) + 1) + slot
    together = np.bincount(key)[key]
    return 1 / (1 + rules.fate_share * (together - 1))
