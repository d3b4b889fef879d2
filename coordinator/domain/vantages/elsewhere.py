"""Elsewhere: what each region saw of a check about a slot, remembered for all who ask."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coordinator.domain.vantages.diagnosis import failing_about
from coordinator.domain.vantages.independence import EACH_ITS_OWN, Independence
from coordinator.domain.window.axes import Floats
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

REMEMBERED = 20_000
"""Answers that are remembered."""


@dataclass(slots=True)
class Answer:
    """The share of failures that the best worker of each region saw, and what that makes of the
    others as each region sees them, once somebody asked.
    """

    seen: Mapping[str, float]
    expected: Floats | None = None
    independence: Independence = EACH_ITS_OWN
    """By which it was made."""


class Elsewhere:
    """Asks all series of a check, and remembers the answers of slots that are over. A look that
    comes in late corrects them.
    """

    def __init__(
        self, all_series: Mapping[str, Mapping[str, Series]], regions: Sequence[str]
    ) -> None:
        self._all_series = all_series
        self._regions = {region: place for place, region in enumerate(regions)}
        self._over: dict[tuple[str, int], Answer] = {}
        self._going_on: dict[tuple[str, int], Answer] = {}
        self._asked_at: Instant | None = None
        self.independence = EACH_ITS_OWN

    def place(self, region: str) -> int:
        """The place of a region in what is expected."""
        return self._regions[region]

    def about(self, series: Series, slot: int, now: Instant) -> Mapping[str, float]:
        """For each region that looked at this check in this slot or its neighbours, the share of
        failures of its best worker.
        """
        return self._answer(series, slot, now).seen

    def others(self, series: Series, slot: int, now: Instant) -> Mapping[str, float]:
        """The same of the other vantage points, each once."""
        return self.independence.others(series.region, self.about(series, slot, now))

    def expected(self, series: Series, slot: int, now: Instant) -> Floats:
        """For each region, in their order, the share of looks at the check of this series that
        other vantage points saw fail: their median, 0 where none looked.
        """
        answer = self._answer(series, slot, now)
        if answer.expected is None or answer.independence is not self.independence:
            answer.expected = self._medians(answer.seen)
            answer.independence = self.independence
        return answer.expected

    def _medians(self, seen: Mapping[str, float]) -> Floats:
        """The lower median of what the others saw, for each region."""
        points, least = self.independence, dict[str, float]()
        for region, share in seen.items():
            point = points.point(region)
            least[point] = min(share, least.get(point, share))
        shares = sorted(least.values())
        found = np.full(len(self._regions), shares[(len(shares) - 1) // 2] if shares else 0.0)
        middle = (len(shares) - 2) // 2
        for region, place in self._regions.items():
            own = least.get(points.point(region))
            if own is not None:
                without = middle if middle < bisect_left(shares, own) else middle + 1
                found[place] = shares[without] if len(shares) > 1 else 0.0
        return found

    def correct(self, series: Series, at: Instant) -> None:
        """Forget the answers that a late look of this moment may change."""
        slot = at // series.check.interval_ms
        for near in (slot - 1, slot, slot + 1):
            self._over.pop((series.check.id, near), None)

    def _answer(self, series: Series, slot: int, now: Instant) -> Answer:
        """Of a slot that is over for good, else for as long as it is `now`."""
        key = (series.check.id, slot)
        if now != self._asked_at:
            self._asked_at, self._going_on = now, {}
        answer = self._over.get(key) or self._going_on.get(key)
        if answer is None:
            answer = Answer(failing_about(self._all_series[series.check.id].values(), slot))
            if (slot + 2) * series.check.interval_ms + series.late_ms >= now:
                self._going_on[key] = answer
                return answer
            if len(self._over) >= REMEMBERED:
                self._over.clear()
            self._over[key] = answer
        return answer
