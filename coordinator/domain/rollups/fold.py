"""Folding into buckets: results into minutes, minutes into hours, hours into days. Pure; rows in,
rows out.

Each bucket has a row for each (check, region). Hours and days also have rows for wholes, so that a
year of any of them is a row a day: the service, each component, each check and each region. What a
whole is not told by is empty in it. All of it works on columns, because a bucket has thousands of
rows.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, Final

import numpy as np

from coordinator.domain.rollups.columns import ROLLUP, Values, reasons_of
from coordinator.domain.rollups.sketch import (
    Counts,
    Ints,
    added,
    counted,
    packed,
    unpacked,
)
from coordinator.encoding import from_text, to_text
from worker.contract.instant import Instant

_COUNTS: Final = frozenset({"target", "path"})
"""Who is to blame for what counts against a service."""

Key = tuple[str, str, str, str]
"""(service, component, check, region): the first four columns of what is folded."""
_key: Final = itemgetter(0, 1, 2, 3)
_key_in_table: Final = itemgetter(*map(ROLLUP.index, ("service", "component", "check", "region")))


@dataclass(frozen=True, slots=True)
class _Fold:
    """What was counted of each key. `totals` has a row for each: looks, good, bad, and how often
    each reason.
    """

    keys: list[Key]
    reasons: list[str]
    totals: Ints
    counts: Counts


def from_results(at: Instant, results: Sequence[Values]) -> list[Values]:
    """The rows of one minute from all of its results, whose values are in the order of `RESULT`."""
    return list(_rows(at, _fold_results(results))) if results else []


def from_rollups(at: Instant, rollups: Sequence[Values]) -> tuple[list[Values], list[Values]]:
    """The rows of one bucket from what is in the buckets within it, one level below, of each
    (check, region).

    The values of these are the key, the sums of looks, good and bad, their reasons as JSON side by
    side (a bucket in which all are `ok` may be left out of them), and their sketches one after the
    other, as bytes or in hexadecimal.

    The second of the two are the wholes of services and of their regions: when not all components
    of a service are among `rollups`, those are yet to be `joined` with the others.
    """
    if not rollups:
        return [], []
    parts = _fold_rollups(rollups)
    checks = _whole(parts, lambda key: (key[0], key[1], key[2], ""))
    components = _whole(checks, lambda key: (key[0], key[1], "", ""))
    services = _whole(components, lambda key: (key[0], "", "", ""))
    regions = _whole(parts, lambda key: (key[0], "", "", key[3]))
    return _all_rows(at, parts, checks, components), _all_rows(at, services, regions)


def joined(at: Instant, rows: Sequence[Values]) -> list[Values]:
    """Of rows of one bucket, one for all that have the same key. Most are alone, and stay as they
    are.
    """
    often = Counter(map(_key_in_table, rows))
    alone = [row for row in rows if often[_key_in_table(row)] == 1]
    more = [(*_key_in_table(row), *row[5:]) for row in rows if often[_key_in_table(row)] > 1]
    return [*alone, *_rows(at, _fold_rollups(more))] if more else alone


def _fold_results(results: Sequence[Values]) -> _Fold:
    _, _, _, _, ok, reasons, blames, *durations = _columns(results)
    keys, owners = _numbered(results)
    names, given = _named(reasons)
    good = np.array(ok, dtype=np.int64)
    bad = (1 - good) * np.fromiter((blame in _COUNTS for blame in blames), np.int64, len(blames))
    often = np.bincount(owners * len(names) + given, minlength=len(keys) * len(names)).reshape(
        len(keys), -1
    )
    told = _summed(np.column_stack((np.ones_like(good), good, bad)), owners, len(keys))
    counts = added(counted(np.array(durations, dtype=np.float64).T, owners))
    return _Fold(keys, names, np.column_stack((told, often)), counts)


def _fold_rollups(rollups: Sequence[Values]) -> _Fold:
    _, _, _, _, looks, good, bad, reasons, sketches = _columns(rollups)
    keys, owners = _numbered(rollups)
    names, often = _often(reasons, np.array(looks, dtype=np.int64))
    totals = _summed(np.column_stack((looks, good, bad, often)), owners, len(keys))
    return _Fold(keys, names, totals, added(unpacked(sketches, owners)))


def _often(texts: Sequence[str | None], looks: Ints) -> tuple[list[str], Ints]:
    """The reasons that are named, and how often each was given: looks that no text tells of went
    well.
    """
    unique, numbers = _named([text or "" for text in texts])
    told = [reasons_of(from_text(f"[{text}]")) for text in unique]
    names = list(dict.fromkeys(("ok", *chain.from_iterable(told))))
    times = [list(map(one.get, names, repeat(0))) for one in told]
    often = np.array(times, dtype=np.int64)[numbers]
    often[:, 0] += looks - often.sum(axis=1)
    return names, often


def _whole(parts: _Fold, whole_of: Callable[[Key], Key]) -> _Fold:
    keys, numbers = _numbered([whole_of(key) for key in parts.keys])
    owners, phases, buckets, often = parts.counts
    totals = _summed(parts.totals, numbers, len(keys))
    return _Fold(keys, parts.reasons, totals, added((numbers[owners], phases, buckets, often)))


def _all_rows(at: Instant, *folds: _Fold) -> list[Values]:
    return [row for fold in folds for row in _rows(at, fold)]


def _rows(at: Instant, fold: _Fold) -> Iterator[Values]:
    """A row of the table for each key."""
    texts = _texts(fold.reasons, fold.totals[:, 3:])
    told = zip(
        fold.keys,
        fold.totals[:, :3].tolist(),
        texts,
        packed(fold.counts, len(fold.keys)),
        strict=True,
    )
    for (service, component, check, region), (looks, good, bad), text, sketch in told:
        yield at, check, region, service, component, looks, good, bad, text, sketch


def _texts(names: list[str], often: Ints) -> Iterator[str]:
    """The reasons of each key as JSON; most are alike, and written once."""
    written: dict[bytes, str] = {}
    data = np.ascontiguousarray(often).tobytes()
    width = often.shape[1] * often.itemsize
    for row, start in enumerate(range(0, len(data), width)):
        found = data[start : start + width]
        if found not in written:
            given = {
                name: number
                for name, number in zip(names, often[row].tolist(), strict=True)
                if number
            }
            written[found] = to_text(reasons_of([given]))
        yield written[found]


def _columns(rows: Sequence[Values]) -> Iterator[list[Any]]:
    """The columns of rows; not by `zip(*rows)`, which would give the garbage collector an object a
    row to look at.
    """
    for number in range(len(rows[0])):
        yield [row[number] for row in rows]


def _numbered(rows: Sequence[Values]) -> tuple[list[Key], Ints]:
    """The different keys, and for each row the number of its own."""
    unique: list[Key] = list(dict.fromkeys(map(_key, rows)))
    numbers = dict(zip(unique, range(len(unique)), strict=True))
    return unique, np.fromiter(map(numbers.__getitem__, map(_key, rows)), np.int64, len(rows))


def _named(texts: Sequence[str]) -> tuple[list[str], Ints]:
    """The different texts, and for each the number of its like."""
    unique = list(dict.fromkeys(texts))
    numbers = dict(zip(unique, range(len(unique)), strict=True))
    return unique, np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))


def _summed(values: Ints, owners: Ints, many: int) -> Ints:
    """The sum of the rows of each of `many` owners."""
    columns = [np.bincount(owners, weights=column, minlength=many) for column in values.T]
    return np.column_stack(columns).astype(np.int64)
