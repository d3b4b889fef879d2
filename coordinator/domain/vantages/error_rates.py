"""Error rates: how often each worker fails at whatever it looks at, told by all that is not judged.

A worker, its host, its provider or its path may lose a part of everything, references included. To
judge one service, each worker's rate is estimated from its looks at references and at all other
services (a control that the service has no part in), each independent witness counted once: what
fails elsewhere, too, is not the worker's, and one witness alone says only so much.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

import numpy as np

from coordinator.domain.vantages.elsewhere import Slots
from coordinator.domain.vantages.spells import LOSSES
from coordinator.domain.window.axes import Flags, Floats, Ints
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.look import (
    AT_SHIFT,
    EPOCH,
    VOTE_SHIFT,
    WORKER_MASK,
    WORKER_SHIFT,
    Vote,
)
from coordinator.domain.window.series import Series, codes_since
from worker.contract.instant import Instant

USUAL_SHARE = 0.01
"""The share of its looks that a worker that is well fails at, where others do not."""
WITNESS_NATS = 4.5
"""One witness alone says no more for a worker's being sick, in all: it may fail itself."""
SERIES_AT_MOST = 256
"""Checks of a region that are asked."""

Expected = Callable[[Sequence[Slots]], Floats]
"""Some slots of the checks of some series -> (slot, region): the share of looks that others saw
fail about then.
"""


class Span(NamedTuple):
    """So many buckets from `begin` on; the last one goes on."""

    begin: Instant
    bucket_ms: int
    buckets: int


class Asked(NamedTuple):
    """What may witness for the workers of one region, by its place, and what shares a fate."""

    region: int
    all_series: Sequence[Series]
    groups: Mapping[Series, str]


class Witnessed(NamedTuple):
    """The looks of workers at what may witness: one entry each."""

    at: Ints
    worker: Ints
    series: Ints
    """Which of all series that were asked, region after region."""
    bad: Flags


def looks_of(all_series: Sequence[Series], since: Instant, width: int) -> Witnessed:
    """All looks at these from `since` on that say something of their worker, of the first `width`
    workers.
    """
    parts = codes_since(all_series, since)
    codes = np.frombuffer(b"".join(parts), dtype=np.int64)
    place = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    vote = codes >> VOTE_SHIFT & 3
    reference = np.array([series.reference for series in all_series], dtype=bool)
    worker = codes >> WORKER_SHIFT & WORKER_MASK
    tells = ((vote != Vote.ABSTAINS) | reference[place]) & (worker < width)
    return Witnessed(
        (codes[tells] >> AT_SHIFT) + EPOCH, worker[tells], place[tells], vote[tells] != Vote.GOOD
    )


def witness_nats(asked: Sequence[Asked], span: Span, width: int, expected: Expected) -> Floats:
    """(loss, bucket, place in `asked`, worker): how much likelier the looks at all that was asked
    are with each of `LOSSES` than if the worker is well. Of each region, the first `width` workers
    are told.
    """
    every = [series for one in asked for series in one.all_series]
    looks = looks_of(every, span.begin, width)
    bucket = np.minimum((looks.at - span.begin) // span.bucket_ms, span.buckets - 1)
    group, most = _numbered(asked)
    size = len(asked) * most * span.buckets * width
    place = (group[looks.series] * span.buckets + bucket) * width + looks.worker
    failed = np.flatnonzero(looks.bad)
    usual = _usual(asked, every, looks.series[failed], looks.at[failed], expected)
    told = _by_loss(place, looks.bad, np.ones(len(place)), usual, size)
    shape = (len(LOSSES), len(asked), most, span.buckets, width)
    return _each_once(told.reshape(shape))


def _numbered(asked: Sequence[Asked]) -> tuple[Ints, int]:
    """The number of each series' witness, region after region; each region has as many numbers."""
    names = [sorted(set(map(one.groups.__getitem__, one.all_series))) for one in asked]
    most = max(map(len, names), default=0)
    numbers: list[int] = []
    for place, (one, found) in enumerate(zip(asked, names, strict=True)):
        number = {name: place * most + row for row, name in enumerate(found)}
        numbers += [number[one.groups[series]] for series in one.all_series]
    return np.array(numbers, dtype=np.int64), most


def _usual(
    asked: Sequence[Asked], every: Sequence[Series], which: Ints, at: Ints, expected: Expected
) -> Floats:
    """The share that fails anyway of each failed look: of these series, at these moments. Each
    slot of a check is asked for once.
    """
    if not len(which):
        return np.zeros(0)
    region = np.repeat([one.region for one in asked], [len(one.all_series) for one in asked])
    checks = {series.check.id: series for series in every}
    number = {name: place for place, name in enumerate(checks)}
    check = np.array([number[series.check.id] for series in every])[which]
    slot = at // np.array([series.check.interval_ms for series in every])[which]
    first = int(slot.min())
    room = int(slot.max()) - first + 1
    keys, places = np.unique(check * room + (slot - first), return_inverse=True)
    series, slots = list(checks.values()), keys % room + first
    begins = np.flatnonzero(np.diff(keys // room, prepend=-1)).tolist()
    told = expected(
        [
            (series[int(keys[begin]) // room], slots[begin:end].tolist())
            for begin, end in pairwise([*begins, len(keys)])
        ]
    )
    return np.asarray(np.maximum(USUAL_SHARE, told[places, region[which]]))


def judged_nats(grid: CountGrid, normal: Floats, width: int) -> Floats:
    """(loss, bucket, region, worker): how much likelier the looks at what is judged are with each
    of `LOSSES` than if the worker is well, and all else, too.
    """
    looks, axes = grid.looks, grid.axes
    shape = (axes.buckets, len(axes.regions), width)
    region = looks.cell % len(axes.regions)
    place = (looks.bucket(axes, grid.begin) * shape[1] + region) * width + looks.worker
    usual = normal.reshape(-1)[looks.cell[looks.bad]]
    told = _by_loss(place, looks.bad, looks.weight, usual, shape[0] * shape[1] * shape[2])
    return told.reshape(len(LOSSES), *shape)


def allowed_nats(grid: CountGrid, normal: Floats, lost: Floats) -> Floats:
    """(bucket, region): how much likelier the looks at what is judged are with what each worker is
    expected to lose, (bucket, region, worker), than if it is well.
    """
    looks, axes = grid.looks, grid.axes
    bucket, region = looks.bucket(axes, grid.begin), looks.cell % len(axes.regions)
    share, usual = lost[bucket, region, looks.worker], normal.reshape(-1)[looks.cell]
    steps = np.where(looks.bad, _failed_nats(usual, share), np.log1p(-share)) * looks.weight
    shape = (axes.buckets, len(axes.regions))
    place = bucket * shape[1] + region
    return np.bincount(place, steps, shape[0] * shape[1]).astype(np.float64).reshape(shape)


def _by_loss(place: Ints, bad: Flags, weight: Floats, usual: Floats, size: int) -> Floats:
    """(loss, place): how much likelier these looks are with each of `LOSSES`. `usual` is the share
    that fails anyway, of each bad one.
    """
    good, failed = np.bincount(place, weight * ~bad, size), np.flatnonzero(bad)
    where, much = place[failed], weight[failed]
    shares, which = np.unique(usual, return_inverse=True)
    return np.stack(
        [
            good * log(1 - loss)
            + np.bincount(where, _failed_nats(shares, loss)[which] * much, size)
            for loss in LOSSES
        ]
    )


def _failed_nats(usual: Floats, loss: Floats | float) -> Floats:
    """How much likelier a look fails that a worker with this loss makes."""
    nats: Floats = np.log((usual + loss * (1 - usual)) / usual)
    return nats


def _each_once(nats: Floats) -> Floats:
    """(loss, region, witness, bucket, worker) summed over witnesses, of which none says more than
    it may unless the others say as much: (loss, bucket, region, worker).
    """
    most = np.cumsum(nats, axis=3).max(axis=(0, 3)).clip(min=0.0)
    allowed = np.maximum(WITNESS_NATS, most.sum(axis=1, keepdims=True) - most)
    scale = allowed / np.maximum(most, allowed)
    summed = (nats * scale[None, :, :, None, :]).sum(axis=2)
    return np.asarray(summed.transpose(0, 2, 1, 3), dtype=np.float64)
