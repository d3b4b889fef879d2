"""Steadiness: whether what goes on goes on as it is told, so that its looks say nothing new.

An incident may last for hours, in which nearly every look is as expected. While each is, all is
weighed only once a bucket. What is not expected is a look that fails where nothing is claimed, more
good looks in a row, at a component or a region, than chance gives at the share that fails (a run
test, Wald and Wolfowitz 1940), and about twice as many bad ones as before: then something else
began, an end did, or it got worse.
"""

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

from coordinator.domain.incidents.open_incident import AnnouncedClaim, OpenIncident
from coordinator.domain.window.axes import Axes, CellKey
from worker.contract.instant import Instant

STEADY_BUCKETS = 2
"""For so many buckets nothing new must have been told."""
SURPRISE_NATS = 5.0
"""Good looks in a row that are this unlikely (1 in 150) at the share that fails are a surprise."""
LEAST_SHARE = 0.05
"""What fails more rarely is taken to fail so often."""
ALWAYS = 0.95
"""Where so many fail, every good look is a surprise."""


class Expected(NamedTuple):
    """What looks at a cell of a claim say, in nats."""

    slow: bool
    """Whether a slow look is a bad one there."""
    over: float
    """A good one, for its being over."""
    worse_good: float
    worse_bad: float
    """A good and a bad one, for twice as many failing as before."""


class Steadiness:
    """Hears the looks of a service while an incident is open."""

    __slots__ = (
        "_axes",
        "_cells",
        "_columns",
        "_rests_from",
        "_rows",
        "_said",
        "_surprised",
        "_worse",
    )

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._said: object = None
        self._rests_from: Instant = 0
        self._cells: list[Expected | None] = []
        """By its number, what is expected of each cell where something is claimed. Empty while
        nothing can be steady.
        """
        self._rows: list[float] = []
        self._columns: list[float] = []
        """What good looks said since the last bad one, by component and by region."""
        self._worse = 0.0
        """What all looks say for its being worse (CUSUM, Page 1954)."""
        self._surprised = False
        """Whether anything failed where nothing is claimed, or it got worse."""

    def hear(self, row: int, column: int, *, bad: bool, slow: bool) -> None:
        """One more look."""
        if not self._cells:
            return
        cell = self._cells[row * len(self._columns) + column]
        if cell is None:
            self._surprised |= bad or slow
        elif bad or (slow and cell.slow):
            self._rows[row] = self._columns[column] = 0.0
            self._worse = max(0.0, self._worse + cell.worse_bad)
            self._surprised |= self._worse > SURPRISE_NATS
        else:
            self._rows[row] += cell.over
            self._columns[column] += cell.over
            self._worse = max(0.0, self._worse + cell.worse_good)

    def rests(self, now: Instant) -> bool:
        """Whether all that was heard is as it was told, and has been for a while."""
        if not self._cells or self._surprised or now < self._rests_from:
            return False
        return max(*self._rows, *self._columns) <= SURPRISE_NATS

    def note(
        self,
        now: Instant,
        announced: Sequence[AnnouncedClaim],
        incidents: Sequence[OpenIncident],
        *,
        news: bool,
    ) -> None:
        """What was just told, and whether any of it was `news`; it is steady only where incidents
        reach what is claimed and nothing else.
        """
        said = [(one.claim.says(), one.claim.slow, one.severity) for one in announced]
        bucket_ms = self._axes.bucket_ms
        if news or said != self._said:
            self._said, self._rests_from = said, now + STEADY_BUCKETS * bucket_ms
        elif self._surprised:
            self._rests_from = max(self._rests_from, now + bucket_ms)
            self._worse = 0.0
        self._surprised = False
        reached = frozenset[CellKey]().union(*(opened.reach for opened in incidents))
        claimed = frozenset[CellKey]().union(*(one.claim.cells for one in announced))
        if incidents and reached == claimed and all(one.claim.located for one in announced):
            self._expect(announced)
        else:
            self._cells = []

    def _expect(self, announced: Iterable[AnnouncedClaim]) -> None:
        components, regions = len(self._axes.components), len(self._axes.regions)
        if not self._cells:
            self._rows, self._columns = [0.0] * components, [0.0] * regions
            self._worse = 0.0
        self._cells = [None] * (components * regions)
        for one in announced:
            expected = _expected(one.counted.share.estimate, slow=one.claim.slow)
            for number in self._axes.numbers(one.claim.cells).values():
                self._cells[number] = expected


def _expected(share: float, *, slow: bool) -> Expected:
    if share >= ALWAYS:
        return Expected(slow, 2 * SURPRISE_NATS, 0.0, 0.0)
    share = max(LEAST_SHARE, share)
    twice = min(2 * share, ALWAYS)
    return Expected(slow, -log(1 - share), log((1 - twice) / (1 - share)), log(twice / share))
