"""What few events say of a rate, and quantiles in which `never` counts as longer than anything."""

from collections.abc import Sequence
from math import ceil, exp, inf
from statistics import median

ONE_SIDED = 0.05


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


def quantile(values: Sequence[float | None], share: float) -> float:
    """The smallest value that at least this share does not exceed; None counts as infinite."""
    ordered = _ordered(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def middle(values: Sequence[float | None]) -> float:
    """The median: of an even number the mean of the two in the middle; None counts as infinite."""
    return median(_ordered(values))


def _ordered(values: Sequence[float | None]) -> list[float]:
    return sorted(inf if value is None else value for value in values)
