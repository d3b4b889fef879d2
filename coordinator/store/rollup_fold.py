"""Folding into buckets: results into minutes, minutes into hours, hours into days. Pure; rows in, rows out.

Each bucket has a row for each (check, region). Hours and days also have rows for wholes, so that a year of any of them
is a row a day: the service, each component, each check and each region. What a whole is not told by is empty in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from coordinator.store.database import Row
from coordinator.store.encoding import from_text, to_text
from coordinator.store.sketches import PHASES, Counts, added, counted, merged, packed, reasons_of, unpacked
from worker.contract.instant import Instant

_COUNTS: Final = frozenset({"target", "path"})
"""Who is to blame for what counts against a service."""

Key = tuple[str, str, str, str]
"""(service, component, check, region)"""


@dataclass(slots=True)
class _Bucket:
    """What is counted of one key."""

    looks: int = 0
    good: int = 0
    bad: int = 0
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, looks: int, good: int, bad: int, reasons: dict[str, int]) -> None:
        """Count some more."""
        self.looks += looks
        self.good += good
        self.bad += bad
        for reason, number in reasons.items():
            self.reasons[reason] += number


class _Buckets:
    """Numbers keys as they come."""

    def __init__(self) -> None:
        self.numbers: dict[Key, int] = {}
        self.found: list[_Bucket] = []

    def number(self, key: Key) -> int:
        """The number of a key's bucket, which is made when it is new."""
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.found)
            self.found.append(_Bucket())
        return number

    def rows(self, at: Instant, counts: Counts) -> Iterator[tuple[Any, ...]]:
        """A row of the table for each bucket."""
        sketches = packed(counts, len(self.found))
        for (service, component, check, region), number in self.numbers.items():
            bucket = self.found[number]
            told = (bucket.looks, bucket.good, bucket.bad, to_text(reasons_of([bucket.reasons])))
            yield (at, check, region, service, component, *told, sketches[number])


def from_results(at: Instant, results: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows of one minute from all of its results."""
    buckets = _Buckets()
    owners = [_count(buckets, row, _count_result) for row in results]
    durations = [[row[phase] for phase in PHASES] for row in results]
    return list(buckets.rows(at, counted(durations, np.array(owners, dtype=np.int64))))


def from_rollups(at: Instant, rollups: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows of one bucket from the (check, region) rows of the buckets within it, one level below."""
    buckets = _Buckets()
    owners = [_count(buckets, row, _count_rollup) for row in rollups]
    counts = added(unpacked([bytes(row["sketch"]) for row in rollups], np.array(owners, dtype=np.int64)))
    return list(buckets.rows(at, merged([counts, *_wholes(buckets, counts)])))


def _wholes(buckets: _Buckets, counts: Counts) -> Iterator[Counts]:
    """Add the wholes of all buckets so far; the counts that belong to them."""
    parts = list(buckets.numbers)
    owners, *rest = counts
    for whole_of in _WHOLES:
        numbers = []
        for number, key in enumerate(parts):
            part = buckets.found[number]
            numbers.append(buckets.number(whole_of(key)))
            buckets.found[numbers[-1]].add(part.looks, part.good, part.bad, part.reasons)
        yield (np.array(numbers, dtype=np.int64)[owners], *rest)  # type: ignore[misc]  # three are left


_WHOLES: Final[Sequence[Callable[[Key], Key]]] = (
    lambda key: (key[0], "", "", ""),
    lambda key: (key[0], key[1], "", ""),
    lambda key: (key[0], key[1], key[2], ""),
    lambda key: (key[0], "", "", key[3]),
)


def _count(buckets: _Buckets, row: Row, count: Callable[[_Bucket, Row], None]) -> int:
    number = buckets.number((row["service"], row["component"], row["check"], row["region"]))
    count(buckets.found[number], row)
    return number


def _count_result(bucket: _Bucket, row: Row) -> None:
    bucket.looks += 1
    if row["ok"]:
        bucket.good += 1
    elif row["blame"] in _COUNTS:
        bucket.bad += 1
    bucket.reasons[row["reason"]] += 1


def _count_rollup(bucket: _Bucket, row: Row) -> None:
    bucket.add(row["looks"], row["good"], row["bad"], from_text(row["reasons"]))
