"""The control: by what else they look at, how much of everything workers lose while one service is
judged.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.vantages.elsewhere import Elsewhere, Slots
from coordinator.domain.vantages.error_rates import SERIES_AT_MOST, Asked, Span, witness_nats
from coordinator.domain.vantages.sickness import Sickness
from coordinator.domain.vantages.spells import LOSSES
from coordinator.domain.vantages.witnesses import witnesses
from coordinator.domain.window.axes import Floats
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

ROOM = 500_000
"""So many numbers are worked out at once."""


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
        failing = np.flatnonzero(grid.bad.any(axis=(0, 1))).tolist()
        asked = {column: self._asked(service, axes.regions[column]) for column in failing}
        columns = [column for column, found in asked.items() if found.all_series]
        if not columns:
            return None
        width = int(looks.worker.max(initial=0)) + 1
        span = Span(grid.begin, axes.bucket_ms, axes.buckets)
        witnessed = self._witnessed([asked[column] for column in columns], span, width, now)
        return Sickness(grid, normal, np.array(columns), witnessed, self._blip_nats)

    def witnessed(
        self, service: str, regions: Sequence[str], span: Span, width: int, now: Instant
    ) -> Floats:
        """(loss, bucket, region, worker): what all that is not this service says of the workers of
        these regions.
        """
        return self._witnessed(
            [self._asked(service, region) for region in regions], span, width, now
        )

    def _witnessed(self, asked: Sequence[Asked], span: Span, width: int, now: Instant) -> Floats:
        """Of so many regions at once as there is room for."""

        def expected(asked: Sequence[Slots]) -> Floats:
            return self._elsewhere.expected(asked, now)

        each = len(LOSSES) * span.buckets * width * max(len(one.all_series) for one in asked)
        step = max(1, ROOM // max(1, each))
        parts = [
            witness_nats(asked[first : first + step], span, width, expected)
            for first in range(0, len(asked), step)
        ]
        return np.concatenate(parts, axis=2)

    def _asked(self, service: str, region: str) -> Asked:
        """What may witness for the workers of a region while a service is judged, references first,
        and what shares a fate.
        """
        everything = self._by_region[region]
        groups = witnesses(everything)
        judged = {groups[one] for one in everything if one.check.service == service}
        found = [one for one in everything if groups[one] not in judged]
        found.sort(key=lambda one: not one.reference)
        return Asked(self._elsewhere.place(region), found[:SERIES_AT_MOST], groups)
