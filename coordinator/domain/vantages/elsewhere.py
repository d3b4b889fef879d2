"""Elsewhere: what each region saw of a check about a slot, remembered for all who ask."""

from collections.abc import Mapping

from coordinator.domain.vantages.diagnosis import failing_about
from coordinator.domain.vantages.independence import EACH_ITS_OWN
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

REMEMBERED = 20_000
"""Answers that are remembered."""


class Elsewhere:
    """Asks all series of a check, and remembers the answers of slots that are over. A look that
    comes in late corrects them.
    """

    def __init__(self, all_series: Mapping[str, Mapping[str, Series]]) -> None:
        self._all_series = all_series
        self._over: dict[tuple[str, int], Mapping[str, float]] = {}
        self._going_on: dict[tuple[str, int], Mapping[str, float]] = {}
        self._asked_at: Instant | None = None
        self.independence = EACH_ITS_OWN

    def about(self, series: Series, slot: int, now: Instant) -> Mapping[str, float]:
        """For each region that looked at this check in this slot or its neighbours, the share of
        failures of its best worker.
        """
        key = (series.check.id, slot)
        if now != self._asked_at:
            self._asked_at, self._going_on = now, {}
        seen = self._over.get(key, self._going_on.get(key))
        if seen is None:
            seen = failing_about(self._all_series[series.check.id].values(), slot)
            self._remember(key, seen, series, now)
        return seen

    def others(self, series: Series, slot: int, now: Instant) -> Mapping[str, float]:
        """The same of the other vantage points, each once."""
        return self.independence.others(series.region, self.about(series, slot, now))

    def correct(self, series: Series, at: Instant) -> None:
        """Forget the answers that a late look of this moment may change."""
        slot = at // series.check.interval_ms
        for near in (slot - 1, slot, slot + 1):
            self._over.pop((series.check.id, near), None)

    def _remember(
        self, key: tuple[str, int], seen: Mapping[str, float], series: Series, now: Instant
    ) -> None:
        """Of a slot that is over for good, else for as long as it is `now`."""
        if (key[1] + 2) * series.check.interval_ms + series.late_ms >= now:
            self._going_on[key] = seen
            return
        if len(self._over) >= REMEMBERED:
            self._over.clear()
        self._over[key] = seen
