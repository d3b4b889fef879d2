"""The season: how long looks take at each hour of the day, learned hour by hour over days.

What takes 40 % longer by day than by night is normal. What is normal is moved along with the hours
(additive seasonality, Holt 1957, Winters 1960), so that it need not follow each day anew.
"""

from array import array
from collections.abc import Sequence
from math import isfinite
from typing import Final

from worker.contract.instant import Instant

HOURS = 24
HOUR_MS: Final = 3_600_000
DAY_MS: Final = HOURS * HOUR_MS
TURN_MS: Final = 600_000
"""What is normal is moved along so often."""
KNOWN_HOURS = 2 * HOURS
"""From so many hours on, each of them seen, they count."""
FEWEST = 10
"""An hour of fewer looks teaches nothing: while something is wrong, few are learned from."""
UP, DOWN = 0.75, 0.4
"""What one more day moves an hour by, of the difference. It goes up sooner than down, for what is
taken to be too short makes false alarms; and what was learned of a week of lies fades in days.
"""
UNIT, NOT_SEEN = 1 / 1024, -32_768
"""Logarithms are kept as whole numbers of this; the last one stands for none."""
MOST = 20.0
"""No logarithm of a time is beyond this."""


class Season:
    """The usual logarithm of the time at each hour of the day (UTC), and the day that goes on."""

    __slots__ = ("_count", "_hours", "_learned", "_total", "turns_at")

    def __init__(self) -> None:
        self.turns_at: Instant = 0
        """From when on what is normal is to be moved along."""
        self._hours: array[int] | None = None
        """By hour of the day, in `UNIT`: what is usual, then what was seen on this day. Made when
        the first hour is over.
        """
        self._learned = 0
        """Hours that were heard on days that are over, as far as they matter."""
        self._total, self._count = 0.0, 0

    @property
    def known(self) -> bool:
        """Whether the hours of the day are known."""
        return self._learned >= KNOWN_HOURS

    def hear(self, value: float) -> None:
        """The logarithm of one more time, within bounds."""
        self._total += value
        self._count += 1

    def turn(self, at: Instant, median: float) -> float:
        """What is normal at that moment, when it was `median` up to now.

        It goes with the hours, but down no farther than to what they say: when one of the two is
        wrong, the longer time is taken for normal.
        """
        at = at // TURN_MS * TURN_MS
        before, self.turns_at = self.turns_at - TURN_MS, at + TURN_MS
        if before < 0:
            return median
        if at // HOUR_MS != before // HOUR_MS:
            self._end_hour(before // HOUR_MS % HOURS)
        if at // DAY_MS != before // DAY_MS:
            self._end_day()
        if not self.known:
            return median
        now = self._usual(at)
        moved = median + now - self._usual(before)
        return moved if moved >= median else max(moved, min(median, now))

    def _end_hour(self, hour: int) -> None:
        count, mean = self._count, self._total / max(1, self._count)
        self._total, self._count = 0.0, 0
        if count >= FEWEST:
            if self._hours is None:
                self._hours = array("h", [NOT_SEEN] * 2 * HOURS)
            self._hours[HOURS + hour] = round(mean / UNIT)

    def _end_day(self) -> None:
        """A day as a whole changes what is usual, so that no hour of it is measured by another rule
        than the next.
        """
        if self._hours is None:
            return
        for hour, seen in enumerate(self._hours[HOURS:].tolist()):
            usual = self._hours[hour]
            if seen != NOT_SEEN:
                rate = 1.0 if usual == NOT_SEEN else UP if seen > usual else DOWN
                self._hours[hour] = usual + round(rate * (seen - usual))
                self._learned = min(self._learned + 1, KNOWN_HOURS)
        self._hours[HOURS:] = array("h", [NOT_SEEN] * HOURS)
        if NOT_SEEN in self._hours[:HOURS]:
            self._learned = 0

    def _usual(self, at: Instant) -> float:
        """The usual logarithm at that moment: straight lines from the middle of an hour to the
        next.
        """
        if self._hours is None:
            return 0.0
        hour, since = divmod(at - HOUR_MS // 2, HOUR_MS)
        one, other = self._hours[hour % HOURS], self._hours[(hour + 1) % HOURS]
        return UNIT * (one + (other - one) * since / HOUR_MS)

    def to_numbers(self) -> list[float]:
        """What was learned, to be kept over a restart."""
        hours = [] if self._hours is None else self._hours.tolist()
        return [self.turns_at, self._learned, self._total, self._count, *hours]

    def remember(self, numbers: Sequence[float]) -> None:
        """Take what was learned before a restart, if it can be; nothing else may reach a
        verdict.
        """
        if not all(map(isfinite, numbers)) or len(numbers) not in {4, 4 + 2 * HOURS}:
            return
        turns_at, learned, total, count, *hours = numbers
        bounded = all(one == NOT_SEEN or abs(one) <= MOST / UNIT for one in hours)
        if min(turns_at, learned, count) < 0 or not bounded or abs(total) > MOST * count:
            return
        self.turns_at, self._total, self._count = int(turns_at), total, int(count)
        if hours and (not learned or NOT_SEEN not in hours[:HOURS]):
            self._hours = array("h", map(round, hours))
            self._learned = min(int(learned), KNOWN_HOURS)
