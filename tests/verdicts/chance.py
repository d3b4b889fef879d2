"""What few events say of a rate, and quantiles in which `never` counts as longer than anything."""

from collections.abc import Sequence
from math import ceil, exp, inf, sqrt
from statistics import median

ONE_SIDED = 0.05
TAIL = 0.025
"""On either side of an interval that holds the true value with 95 % certainty."""
TWO_SIDED_Z = 1.959964


def at_most(events: int, doubt: float = ONE_SIDED) -> float:
    """The mean of a Poisson count above which so few events have at most this chance: for none the
    rule of three.
    """
    return _mean(events, doubt)


def at_least(events: int, doubt: float = ONE_SIDED) -> float:
    """The mean below which so many events have at most this chance; 0 for none."""
    return _mean(events - 1, 1 - doubt) if events else 0.0


def _mean(events: int, chance: float) -> float:
    """The mean with which at most so many events have this chance."""
    low, high = 0.0, 10.0 + 4.0 * events
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _up_to(events, middle) > chance else (low, middle)
    return high


def _up_to(events: int, mean: float) -> float:
    """The chance of at most so many events."""
    term = total = exp(-mean)
    for n in range(1, events + 1):
        term *= mean / n
        total += term
    return total


def shares_within(count: int, of: int) -> tuple[float, float]:
    """Where a share lies with 95 % certainty when so many of so many were seen (Wilson)."""
    if not of:
        return 0.0, 1.0
    share, z2 = count / of, TWO_SIDED_Z**2
    middle_ = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = TWO_SIDED_Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle_ - half), min(1.0, middle_ + half)


def quantile(values: Sequence[float | None], share: float) -> float:
    """The smallest value that at least this share does not exceed; None counts as infinite."""
    ordered = _ordered(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def middle(values: Sequence[float | None]) -> float:
    """The median: of an even number the mean of the two in the middle; None counts as infinite."""
    return median(_ordered(values))


def _ordered(values: Sequence[float | None]) -> list[float]:
    return sorted(inf if value is None else value for value in values)
