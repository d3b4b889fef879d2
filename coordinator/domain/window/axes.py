"""The axes of a service's grids: buckets of time, components and regions, and cells by number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from coordinator.domain.model.rules import Rules
from worker.contract.instant import Instant

CellKey = tuple[str, str]
"""(component, region)."""


Floats = NDArray[np.float64]


Ints = NDArray[np.int64]


Flags = NDArray[np.bool_]


BUCKETS_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of a service's grids, the same from grid to grid."""

    components: tuple[str, ...]
    regions: tuple[str, ...]
    bucket_ms: int
    buckets: int
    every: tuple[CellKey, ...] = field(init=False, compare=False, repr=False)
    """All cells, each at its number."""

    places: Mapping[CellKey, int] = field(init=False, compare=False, repr=False)
    """The number of each cell, as looks carry it."""

    def __post_init__(self) -> None:
        every = tuple((name, region) for name in self.components for region in self.regions)
        object.__setattr__(self, "every", every)
        object.__setattr__(self, "places", {key: place for place, key in enumerate(every)})

    @property
    def window_ms(self) -> int:
        """How far back a grid goes."""
        return self.bucket_ms * self.buckets

    def numbers(self, keys: Iterable[CellKey]) -> dict[CellKey, int]:
        """The number of each of these cells that is on these axes, as looks carry it."""
        places = self.places
        return {key: places[key] for key in keys if key in places}

    def key(self, number: int) -> CellKey:
        """The cell of a number."""
        return self.every[number]

    def keys(self, flags: Flags) -> frozenset[CellKey]:
        """The cells that are set, of (component, region)."""
        return frozenset(compress(self.every, flags.reshape(-1).tolist()))

    def begin(self, now: Instant) -> Instant:
        """Start of the oldest bucket of a grid at that moment; the newest one is not over yet."""
        return (now // self.bucket_ms - self.buckets + 1) * self.bucket_ms


def axes_of(
    components: Sequence[str], regions: Sequence[str], intervals_ms: Sequence[int], rules: Rules
) -> Axes:
    """The axes for checks of these intervals."""
    quickest, slowest = min(intervals_ms, default=1_000), max(intervals_ms, default=1_000)
    window = max(
        rules.window_intervals * quickest,
        rules.window_intervals // 3 * slowest,
        min(rules.window_ms, BUCKETS_AT_MOST * quickest),
    )
    bucket = max(quickest, -(-window // BUCKETS_AT_MOST))
    return Axes(tuple(components), tuple(regions), bucket, -(-window // bucket))


def any_along(flags: Flags, axis: int) -> Flags:
    """Whether any flag is set along an axis; numpy's own is typed as perhaps a single flag."""
    return np.asarray(flags.any(axis=axis), dtype=np.bool_)
