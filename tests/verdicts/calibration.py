"""Calibration: of what was said with a confidence of 0.9, nine in ten should be right."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Bins are narrow where confidence is high, as most is."""
CERTAIN = 1.0


class Sample(NamedTuple):
    """What stood at one moment, as far as its confidence is concerned."""

    confidence: float
    right: bool
    named: bool
    """Whether a disruption was named, or that all is well."""
    settled: bool
    """Whether the truth had been the same for a while."""
    scope: str = ""


Samples = Counter[Sample]


class Bin(NamedTuple):
    """All samples with about the same confidence."""

    low: float
    high: float
    samples: int
    confidence: float
    """Its mean."""
    right: float
    """The share that was right."""


def bins(samples: Samples) -> list[Bin]:
    """The bins that hold any sample, from low to high."""
    found = []
    for low, high in pairwise(EDGES):
        last = high == EDGES[-1]
        inside = {
            one: n
            for one, n in samples.items()
            if low <= one.confidence < high or (last and one[0] == high)
        }
        if count := sum(inside.values()):
            mean = sum(one.confidence * n for one, n in inside.items()) / count
            found.append(
                Bin(
                    low, high, count, mean, sum(n for one, n in inside.items() if one.right) / count
                )
            )
    return found


def calibration_error(samples: Samples) -> float:
    """The expected calibration error: how far confidence is from the share right, averaged over all
    samples.
    """
    total = sum(samples.values())
    return (
        sum(abs(one.confidence - one.right) * one.samples for one in bins(samples)) / total
        if total
        else 0.0
    )


def states_confidence(samples: Samples) -> bool:
    """Whether a rule ever doubts: one that is always certain states no confidence."""
    return any(one.confidence < CERTAIN for one in samples)


def only(samples: Samples, *, named: bool | None = None, settled: bool | None = None) -> Samples:
    """Those samples that are so."""
    return Counter(
        {
            one: n
            for one, n in samples.items()
            if (named is None or one.named is named) and (settled is None or one.settled is settled)
        }
    )


def together(many: Iterable[Samples]) -> Samples:
    """All samples of several."""
    total: Samples = Counter()
    for samples in many:
        total.update(samples)
    return total
