"""The prefilter: whether the bad looks of a quiet service may amount to anything; cheap, and no for
most of them.

For each line (the service, a component, a region, a cell) and each moment that its bad looks may
have begun to be too many, the likeliest failing share is compared with the normal one (a
generalised likelihood ratio, Lorden 1971). What it lets through is weighed exactly. It knows no
sets of components or regions, so a few more looks may pass before it lets through what only a set
explains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

SLOW_NORMAL = 0.03
"""Share of slow looks while all is well."""
Line = tuple[int, int]
"""(component, region), -1 for all."""


@dataclass(slots=True)
class Prefilter:
    """The bad and slow looks of a service in its window, and how many looks a line has per
    millisecond.
    """

    window_ms: int
    per_ms: Mapping[Line, float]
    """Looks per millisecond by one worker a region, at the least."""
    bad: list[tuple[Instant, int, int]] = field(default_factory=list)
    slow: list[tuple[Instant, int, int]] = field(default_factory=list)
    normal: float = 0.004
    """The least share of looks that fails while all is well, of all cells."""
    fresh: bool = False
    """Whether any came since the last answer."""
    _told: tuple[Instant, float, bool] = (-1, 0.0, False)

    def note(self, at: Instant, component: int, region: int, *, slow: bool) -> None:
        """One more bad or slow look."""
        (self.slow if slow else self.bad).append((at, component, region))
        self.fresh = True

    def lets_through(self, now: Instant, rules: Rules) -> bool:
        """Whether anything may be wrong. At one step it is asked twice."""
        if self.fresh or self._told[:2] != (now, self.normal):
            self._told = now, self.normal, self._lets_through(now, rules)
        return self._told[2]

    def _lets_through(self, now: Instant, rules: Rules) -> bool:
        self.fresh = False
        for looks in (self.bad, self.slow):
            if len(looks) > 1 and any(one > other for one, other in pairwise(looks)):
                looks.sort()
            old = next(
                (place for place, look in enumerate(looks) if look[0] > now - self.window_ms),
                len(looks),
            )
            del looks[:old]
        normal = self.normal
        return any(
            _bad_nats(times, now, self.per_ms[line], normal) >= _price(line, rules)
            for line, times in _lines(self.bad).items()
        ) or any(
            _bad_nats(times, now, self.per_ms[line], SLOW_NORMAL) >= _price(line, rules)
            for line, times in _lines(self.slow).items()
        )


def _lines(looks: Sequence[tuple[Instant, int, int]]) -> Mapping[Line, Sequence[Instant]]:
    """The times of the looks on each line that has more than one."""
    lines: dict[Line, list[Instant]] = {}
    for at, component, region in looks:
        for line in ((-1, -1), (component, -1), (-1, region), (component, region)):
            lines.setdefault(line, []).append(at)
    return {line: times for line, times in lines.items() if len(times) > 1}


def _bad_nats(times: Sequence[Instant], now: Instant, per_ms: float, normal: float) -> float:
    best, total = 0.0, len(times)
    for place, since in enumerate(times):
        bad = total - place
        looks = max(bad, (now - since) * per_ms)
        share = bad / looks
        if share > normal:
            good = looks - bad
            rest = good * log((1 - share) / (1 - normal)) if good > 0 else 0.0
            best = max(best, bad * log(min(share, 0.97) / normal) + rest)
    return best


def _price(line: Line, rules: Rules) -> float:
    if line[1] == -1:
        return rules.service_nats
    return rules.region_nats if line[0] == -1 else rules.cell_nats


def rates_of(all_series: Sequence[Series], cells: Sequence[int], columns: int) -> dict[Line, float]:
    """Looks per millisecond on each line, by one worker a region."""
    rates: dict[Line, float] = {}
    for series, cell in zip(all_series, cells, strict=True):
        row, column = divmod(cell, columns)
        for line in ((-1, -1), (row, -1), (-1, column), (row, column)):
            rates[line] = rates.get(line, 0.0) + 1 / series.check.interval_ms
    return rates
