"""Sketches of durations: how many fell into each of many narrow buckets, so that percentiles of
parts can be merged.

It is a DDSketch (Masson, Rim, Lee: VLDB 2019) with the logarithmic mapping: bucket i holds
(g^(i-1), g^i] milliseconds with g = 1.01 / 0.99, so every percentile is within 1 % of the true one.
Merging adds counts: the sketch of the whole is exactly the sum of the sketches of its parts, in any
order. All of it works on arrays, because a rollup has thousands.

A sketch of all phases is stored as packed pairs: phase (1 byte), bucket (2 bytes), count (4 bytes).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coordinator.domain.rollups.columns import PHASES

ACCURACY: Final = 0.01
PERCENTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}

_GAMMA: Final = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA: Final = float(np.log(_GAMMA))
_PAIR: Final = np.dtype([("phase", "u1"), ("bucket", "<i2"), ("count", "<u4")])
_ZERO: Final = -(2**15)
"""The bucket of what took no time at all."""
_DENSE: Final = 8
"""Up to so many possible keys for each that is there, all have a place."""
_SMALLEST_MS: Final = 1e-6
_LARGEST_MS: Final = 1e12

Ints = NDArray[np.int64]
Counts = tuple[Ints, Ints, Ints, Ints]
"""Owner, phase, bucket and count, side by side."""


def counted(
    durations: Sequence[Sequence[float | None]] | NDArray[np.float64], owners: Ints
) -> Counts:
    """The counts of rows of durations, one for each phase (None was not measured), that belong to
    owners.
    """
    values = np.asarray(durations, dtype=np.float64).reshape(len(owners), len(PHASES))
    rows, phases = np.nonzero(~np.isnan(values))
    found = values[rows, phases]
    sizes = np.ceil(np.log(np.clip(found, _SMALLEST_MS, _LARGEST_MS)) / _LOG_GAMMA).astype(np.int64)
    buckets = np.where(found < _SMALLEST_MS, _ZERO, sizes)
    return owners[rows], phases.astype(np.int64), buckets, np.ones(len(rows), dtype=np.int64)


def unpacked(sketches: Sequence[bytes | str], owners: Ints) -> Counts:
    """The counts of stored sketches (of several, one after the other; bytes, or all in hexadecimal)
    of owners.
    """
    size = _PAIR.itemsize
    if sketches and isinstance(sketches[0], str):
        size *= 2
        data = bytes.fromhex("".join(sketches))  # type: ignore[arg-type]  # all are text then
    else:
        data = b"".join(sketches)  # type: ignore[arg-type]  # and here none is
    pairs = np.frombuffer(data, dtype=_PAIR)
    lengths = np.fromiter(map(len, sketches), np.int64, len(sketches)) // size
    return (
        np.repeat(owners, lengths),
        pairs["phase"].astype(np.int64),
        pairs["bucket"].astype(np.int64),
        pairs["count"].astype(np.int64),
    )


def packed(counts: Counts, many: int) -> list[bytes]:
    """The sketch of each of `many` owners, which are numbered from 0: equal counts are equal
    bytes.
    """
    owners, phases, buckets, numbers = added(counts)
    pairs = np.empty(len(owners), dtype=_PAIR)
    pairs["phase"], pairs["bucket"], pairs["count"] = (
        phases,
        buckets,
        np.minimum(numbers, 2**32 - 1),
    )
    ends = np.searchsorted(owners, np.arange(1, many + 1))
    starts = np.concatenate(([0], ends[:-1])) if many else ends
    data = pairs.tobytes()
    size = _PAIR.itemsize
    return [data[start * size : end * size] for start, end in zip(starts, ends, strict=True)]


def percentiles(counts: Counts, many: int) -> list[dict[str, dict[str, float] | None]]:
    """For each of `many` owners and each phase the percentiles in milliseconds; None where nothing
    was measured.
    """
    owners, phases, buckets, numbers = added(counts)
    told: list[dict[str, dict[str, float] | None]] = [dict.fromkeys(PHASES) for _ in range(many)]
    if not len(owners):
        return told
    groups = owners * len(PHASES) + phases
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    running = np.cumsum(numbers)
    ends = running[np.append(starts[1:], len(groups)) - 1]
    before = np.concatenate(([0], ends[:-1]))
    values = [
        _values(buckets, running, before + share * (ends - before - 1))
        for share in PERCENTILES.values()
    ]
    for owner, phase, *found in zip(
        owners[starts].tolist(), phases[starts].tolist(), *values, strict=True
    ):
        told[owner][PHASES[phase]] = dict(zip(PERCENTILES, found, strict=True))
    return told


def added(counts: Counts) -> Counts:
    """Each (owner, phase, bucket) once, in order, with its whole count."""
    owners, phases, buckets, numbers = counts
    if not len(owners):
        return counts
    lowest = int(buckets.min())
    width = int(buckets.max()) - lowest + 1
    keys = (owners * len(PHASES) + phases) * width + (buckets - lowest)
    if np.all(keys[1:] > keys[:-1]):
        return counts
    unique, total = _totals(keys, numbers)
    groups, found = np.divmod(unique, width)
    return groups // len(PHASES), groups % len(PHASES), found + lowest, total


def _totals(keys: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Each key once, in order, with the sum of its numbers."""
    # a place for each possible key costs less than sorting them
    if int(keys.max()) < _DENSE * len(keys):
        total = np.bincount(keys, weights=numbers)
        unique = np.flatnonzero(total)
        return unique, total[unique].astype(np.int64)
    order = np.argsort(keys)
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[starts], np.add.reduceat(numbers[order], starts)


def _values(buckets: Ints, running: Ints, ranks: NDArray[np.float64]) -> list[float]:
    """The durations at these ranks, in four digits: of their buckets none is further away than the
    accuracy.
    """
    found = buckets[np.searchsorted(running, ranks, side="right")]
    values = np.where(found == _ZERO, 0.0, 2 * _GAMMA ** found.astype(np.float64) / (_GAMMA + 1))
    return [float(f"{value:.4g}") for value in values.tolist()]
