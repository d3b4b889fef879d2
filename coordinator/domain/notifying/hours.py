"""Hours in which people are left alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from coordinator.domain.model.verdict import Severity
from worker.contract.instant import Instant

EVERY_DAY: Final = frozenset(range(7))
DAY_MINUTES: Final = 1_440


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day until another, by the clocks of a zone; over midnight when the end
    is not later. What is as bad as `unless` is told nevertheless.
    """

    begin: int
    """Minutes since midnight, as are those of `end`."""
    end: int
    zone: str = "UTC"
    days: frozenset[int] = EVERY_DAY
    """The days on which it begins; Monday is 0."""
    unless: Severity | None = None

    def covers(self, at: Instant) -> bool:
        """Whether people are left alone at this moment. At a change of the clocks the hour that
        comes twice counts twice, and one that does not come does not count.
        """
        local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(self.zone))
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.begin < self.end:
            return self.begin <= minute < self.end and day in self.days
        late = minute >= self.begin and day in self.days
        return late or (minute < self.end and (day - 1) % 7 in self.days)

    def holds(self, severity: Severity, at: Instant) -> bool:
        """Whether something so bad waits at this moment."""
        order = list(Severity)
        spared = self.unless is not None and order.index(severity) >= order.index(self.unless)
        return not spared and self.covers(at)
