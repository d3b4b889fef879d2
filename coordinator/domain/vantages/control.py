"""The control: by what else they look at, how much of everything workers lose while one service is
judged.
"""

from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import NamedTuple

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.vantages.elsewhere import Elsewhere
from coordinator.domain.vantages.error_rates import SERIES_AT_MOST, looks_of, witness_nats
from coordinator.domain.vantages.sickness import Sickness
from coordinator.domain.vantages.witnesses import witnesses
from coordinator.domain.window.axes import Floats
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant


class Span(NamedTuple):
    """So many buckets from `begin` on; the last one goes on."""

    begin: Instant
    bucket_ms: int
    buckets: int


class Control:
    """Knows every look of every region, and asks those at anything but what is judged."""

    def __init__(
        self, elsewhere: Elsewhere, by_region: Mapping[str, Sequence[Series]], rules: Rules
    ) -> None:
        self._blip_nats = rules.blip_nats
        self._elsewhere, self._by_region = elsewhere, by_region

    def sickness(
        self, service: str, grid: CountGrid, normal: Floats, now: Instant
    ) -> Sickness | None:
        """What the workers of this service's regions lose; None where nothing of it fails, or where
        nothing else is looked at: then nobody can tell.
        """
        looks, axes = grid.looks, grid.axes
        failing = np.unique(looks.cell[looks.bad] % max(1, len(axes.regions))).tolist()
        columns = [one for one in failing if self._asked(service, axes.regions[one])[0]]
        if not columns:
            return None
        width = int(looks.worker.max(initial=0)) + 1
        span = Span(grid.begin, axes.bucket_ms, axes.buckets)
        witnessed = [
            self.witnessed(service, axes.regions[column], span, width, now) for column in columns
        ]
        return Sickness(
            grid, normal, np.array(columns), np.stack(witnessed, axis=2), self._blip_nats
        )

    def witnessed(self, service: str, region: str, span: Span, width: int, now: Instant) -> Floats:
        """(loss, bucket, worker): what all that is not this service says of the workers of a
        region.
        """
        asked, groups = self._asked(service, region)
        looks = looks_of(asked, span.begin, width)
        bucket = np.minimum((looks.at - span.begin) // span.bucket_ms, span.buckets - 1)
        return witness_nats(
            looks,
            asked,
            groups,
            bucket,
            (span.buckets, width),
            lambda one, at: self._expected(one, at, now),
        )

    def _asked(self, service: str, region: str) -> tuple[list[Series], Mapping[Series, str]]:
        """What may witness for the workers of a region while a service is judged, references first,
        and what shares a fate.
        """
        everything = self._by_region[region]
        groups = witnesses(everything)
        judged = {groups[one] for one in everything if one.check.service == service}
        asked = [one for one in everything if groups[one] not in judged]
        asked.sort(key=lambda one: not one.reference)
        return asked[:SERIES_AT_MOST], groups

    def _expected(self, series: Series, at: Instant, now: Instant) -> float:
        """The share of looks at the same that other regions saw fail about then."""
        seen = self._elsewhere.others(series, at // series.check.interval_ms, now)
        return median_low(seen.values()) if seen else 0.0
