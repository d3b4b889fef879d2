"""The control: by what else they look at, how much of everything workers lose while one service is
judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median_low

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.vantages.diagnosis import failing_about
from coordinator.domain.vantages.error_rates import (
    SERIES_AT_MOST,
    allowed_nats,
    judged_nats,
    looks_of,
    witness_nats,
)
from coordinator.domain.vantages.spells import Spells, spells
from coordinator.domain.vantages.witnesses import witnesses
from coordinator.domain.window.axes import Floats, Ints
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

REMEMBERED = 20_000
"""What other regions saw of a check about a slot is remembered for so many of them."""


@dataclass(frozen=True, slots=True)
class Sickness:
    """What workers lose of everything, as far as it bears on one service."""

    lost: Floats
    """(bucket, component, region): the share of everything that the workers lose whose looks failed
    there.
    """
    foreseen: Floats
    """(bucket, region): how much likelier, in nats, the service's looks are for what its workers
    may lose than for what they are expected to lose.
    """


class Control:
    """Knows every look of every region, and asks those at anything but what is judged."""

    def __init__(
        self,
        all_series: Mapping[str, Mapping[str, Series]],
        by_region: Mapping[str, Sequence[Series]],
        rules: Rules,
    ) -> None:
        self._blip_nats = rules.blip_nats
        self._all_series, self._by_region = all_series, by_region
        self._seen: dict[tuple[str, int], Mapping[str, float]] = {}

    def sickness(
        self, service: str, grid: CountGrid, normal: Floats, now: Instant
    ) -> Sickness | None:
        """What the workers of this service's regions lose; None where nothing of it fails."""
        looks, axes = grid.looks, grid.axes
        columns = np.unique(looks.cell[looks.bad] % max(1, len(axes.regions)))
        if not len(columns):
            return None
        width = int(looks.worker.max(initial=0)) + 1
        witnessed = np.stack(
            [self._witnessed(service, axes.regions[c], grid, width, now) for c in columns.tolist()],
            axis=2,
        )
        judged = judged_nats(grid, normal, width)[:, :, columns]
        lost, foreseen = _of_regions(witnessed, judged, self._blip_nats)
        whole = np.zeros((axes.buckets, len(axes.regions), width))
        whole[:, columns] = lost
        told = np.zeros((axes.buckets, len(axes.regions)))
        told[:, columns] = foreseen
        return Sickness(_mean_lost(grid, whole), told - allowed_nats(grid, normal, whole))

    def _witnessed(
        self, service: str, region: str, grid: CountGrid, width: int, now: Instant
    ) -> Floats:
        """(loss, bucket, worker): what all that is not judged says of the workers of a region."""
        axes = grid.axes
        everything = self._by_region[region]
        groups = witnesses(everything)
        judged = {groups[one] for one in everything if one.check.service == service}
        asked = [one for one in everything if groups[one] not in judged]
        asked.sort(key=lambda one: not one.reference)
        del asked[SERIES_AT_MOST:]
        looks = looks_of(asked, grid.begin, width)
        bucket = np.minimum((looks.at - grid.begin) // axes.bucket_ms, axes.buckets - 1)
        return witness_nats(
            looks,
            asked,
            groups,
            bucket,
            (axes.buckets, width),
            lambda one, at: self._expected(one, at, now),
        )

    def _expected(self, series: Series, at: Instant, now: Instant) -> float:
        """The share of looks at the same that other regions saw fail about then."""
        interval = series.check.interval_ms
        slot = at // interval
        key = (series.check.id, slot)
        seen = self._seen.get(key)
        if seen is None:
            seen = failing_about(self._all_series[series.check.id].values(), slot)
            if (slot + 2) * interval + series.late_ms < now:
                self._remember(key, seen)
        shares = [share for region, share in seen.items() if region != series.region]
        return median_low(shares) if shares else 0.0

    def _remember(self, key: tuple[str, int], seen: Mapping[str, float]) -> None:
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen[key] = seen


def _of_regions(witnessed: Floats, judged: Floats, blip_nats: float) -> tuple[Floats, Floats]:
    """What each worker (bucket, region, worker) loses, and what is foreseen of each region.

    A worker may be sick alone, or all of a region together, as by their host or network.
    """
    losses, buckets, regions, workers = witnessed.shape
    flat = (losses, buckets, regions * workers)
    alone = _told(spells(witnessed.reshape(flat), judged.reshape(flat), blip_nats), workers)
    together = _told(spells(witnessed.sum(axis=3), judged.sum(axis=3), blip_nats), 1)
    lost = np.maximum(alone.lost, together.lost)
    return lost, _either(alone.foreseen.sum(axis=2), together.foreseen[:, :, 0])


def _either(one: Floats, other: Floats) -> Floats:
    """What is foreseen bucket by bucket (axis 0) when either may be so, as likely as the other."""
    both = np.logaddexp(np.cumsum(one, axis=0), np.cumsum(other, axis=0)) - log(2)
    steps: Floats = np.diff(both, axis=0, prepend=0.0)
    return steps


def _told(found: Spells, workers: int) -> Spells:
    buckets = found.lost.shape[0]
    return Spells(*(part.reshape(buckets, -1, workers) for part in found))


def _mean_lost(grid: CountGrid, lost: Floats) -> Floats:
    """(bucket, component, region): what workers lose, the mean over the looks that failed there."""
    looks, axes = grid.looks, grid.axes
    bad = np.flatnonzero(looks.bad)
    cell, bucket = looks.cell[bad], looks.bucket(axes, grid.begin)[bad]
    shares = lost[bucket, cell % len(axes.regions), looks.worker[bad]]
    place: Ints = bucket * (len(axes.components) * len(axes.regions)) + cell
    total = np.bincount(place, shares * looks.weight[bad], grid.bad.size)
    mean: Floats = total.reshape(grid.bad.shape) / np.maximum(grid.bad, 1e-9)
    return mean
