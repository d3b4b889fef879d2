"""The failing share of looks, with an interval, and the looks that it was counted on."""

from collections import Counter
from dataclasses import dataclass
from math import sqrt

import numpy as np

from coordinator.domain.window.axes import Ints
from coordinator.domain.window.look import REASONS
from worker.contract.instant import Instant, rfc3339
from worker.contract.outcome import Reason

Z = 1.96
"""Half the width of an interval that holds the truth in 95 of 100 cases, in standard deviations."""


@dataclass(frozen=True, slots=True)
class FailingShare:
    """Of so many looks from `since` until `until` these were bad; the true share most likely lies
    from `low` to `high`.
    """

    bad: int = 0
    looks: int = 0
    since: Instant = 0
    until: Instant = 0
    older: bool = False
    """Whether it began before the looks that are weighed: `since` is then the first of these."""

    @property
    def estimate(self) -> float:
        """The share of the looks that were bad; 0 without any look."""
        return self.bad / self.looks if self.looks else 0.0

    @property
    def low(self) -> float:
        """The lower end."""
        return interval(self.bad, self.looks)[0]

    @property
    def high(self) -> float:
        """The upper end."""
        return interval(self.bad, self.looks)[1]

    def to_document(self) -> dict[str, object]:
        """JSON-able, times as RFC 3339 text."""
        low, high = interval(self.bad, self.looks)
        return {
            "estimate": round(self.estimate, 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "bad": self.bad,
            "looks": self.looks,
            "since": rfc3339(self.since),
            "until": rfc3339(self.until),
            "older": self.older,
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """The looks that count: their share, and how many were good and bad in each cell, by number."""

    share: FailingShare
    good: Ints
    bad: Ints
    by_reason: Ints
    """(cell, code of a reason): bad looks."""

    @property
    def reasons(self) -> Counter[Reason]:
        """How many of the bad looks failed for which reason."""
        return _named(self.by_reason.sum(axis=0))

    def reasons_at(self, cell: int) -> Counter[Reason]:
        """The same of one cell."""
        return _named(self.by_reason[cell])


NOTHING_COUNTED = Counted(
    FailingShare(),
    np.zeros(0, dtype=np.int64),
    np.zeros(0, dtype=np.int64),
    np.zeros((0, len(REASONS)), dtype=np.int64),
)


def interval(bad: int, looks: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927, recommended by Brown, Cai and DasGupta 2001)
    of which this was seen: everything without a look.
    """
    if not looks:
        return 0.0, 1.0
    share, square = bad / looks, Z * Z
    middle = (bad + square / 2) / (looks + square)
    half = Z * sqrt(looks * share * (1 - share) + square / 4) / (looks + square)
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def _named(counts: Ints) -> Counter[Reason]:
    return Counter({REASONS[code]: int(counts[code]) for code in np.flatnonzero(counts).tolist()})
