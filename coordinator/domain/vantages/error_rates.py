"""Error rates: how often each worker fails at whatever it looks at, told by all that is not judged.

A worker, its host, its provider or its path may lose a part of everything, references included. To
judge one service, each worker's rate is estimated from its looks at references and at all other
services (a control that the service has no part in), each independent witness counted once: what
fails elsewhere, too, is not the worker's, and one witness alone says only so much.
"""

from collections.abc import Callable, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np

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
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

USUAL_SHARE = 0.01
"""The share of its looks that a worker that is well fails at, where others do not."""
WITNESS_NATS = 4.5
"""One witness alone says no more for a worker's being sick, in all: it may fail itself."""
SERIES_AT_MOST = 256
"""Checks of a region that are asked."""

Expected = Callable[[Series, Instant], float]
"""(series, moment) -> the share of looks at that check that other regions saw fail about then."""


class Witnessed(NamedTuple):
    """The looks of a region's workers at what may witness: one entry each."""

    at: Ints
    worker: Ints
    series: Ints
    """Which of the series that were asked."""
    bad: Flags


def looks_of(all_series: Sequence[Series], since: Instant, width: int) -> Witnessed:
    """All looks at these from `since` on that say something of their worker, of the first `width`
    workers.
    """
    parts = [series.since(since) for series in all_series]
    codes = np.frombuffer(b"".join(part.tobytes() for part in parts), dtype=np.int64)
    place = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    vote = codes >> VOTE_SHIFT & 3
    reference = np.array([series.reference for series in all_series], dtype=bool)
    worker = codes >> WORKER_SHIFT & WORKER_MASK
    tells = ((vote != Vote.ABSTAINS) | reference[place]) & (worker < width)
    return Witnessed(
        (codes[tells] >> AT_SHIFT) + EPOCH, worker[tells], place[tells], vote[tells] != Vote.GOOD
    )


def witness_nats(
    looks: Witnessed,
    all_series: Sequence[Series],
    groups: Mapping[Series, str],
    bucket: Ints,
    shape: tuple[int, int],
    expected: Expected,
) -> Floats:
    """(loss, bucket, worker): how much likelier these looks are with each of `LOSSES` than if the
    worker is well.

    `shape` is how many buckets and workers there are, `bucket` that of each look.
    """
    buckets, workers = shape
    names = sorted({groups[series] for series in all_series})
    number = {name: place for place, name in enumerate(names)}
    group = np.array([number[groups[series]] for series in all_series], dtype=np.int64)[
        looks.series
    ]
    size = len(names) * buckets * workers
    place = (group * buckets + bucket) * workers + looks.worker
    failed = np.flatnonzero(looks.bad)
    usual = np.array(
        [
            max(USUAL_SHARE, expected(all_series[one], at))
            for one, at in zip(
                looks.series[failed].tolist(), looks.at[failed].tolist(), strict=True
            )
        ]
    )
    told = _by_loss(place, looks.bad, np.ones(len(place)), usual, size)
    return _each_once(told.reshape(len(LOSSES), len(names), buckets, workers))


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
    return np.stack(
        [
            good * log(1 - loss)
            + np.bincount(place[failed], _failed_nats(usual, loss) * weight[failed], size)
            for loss in LOSSES
        ]
    )


def _failed_nats(usual: Floats, loss: Floats | float) -> Floats:
    """How much likelier a look fails that a worker with this loss makes."""
    nats: Floats = np.log((usual + loss * (1 - usual)) / usual)
    return nats


def _each_once(nats: Floats) -> Floats:
    """(loss, witness, bucket, worker) summed over witnesses, of which none says more than it may
    unless the others say as much.
    """
    most = np.cumsum(nats, axis=2).max(axis=(0, 2)).clip(min=0.0)
    allowed = np.maximum(WITNESS_NATS, most.sum(axis=0) - most)
    scale = allowed / np.maximum(most, allowed)
    summed: Floats = (nats * scale[None, :, None, :]).sum(axis=1)
    return summed
