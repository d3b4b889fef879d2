"""What looks came to since counting began: counts by reason, and how long their phases took. Pure.

They only grow, are kept with the place up to which was counted, and are sent as they stand: what
did not arrive is within what is sent next, and nothing is counted twice.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.contract.outcome import Reason

MOST_SERIES: Final = 2_000
"""So many series a metric has; what comes beyond is counted in one. OpenTelemetry's usual limit."""
OVERFLOW: Final = "\0overflow"
"""The first member of that one's key."""
OK: Final = Reason.OK.value
BOUNDS_MS: Final = (
    *(1, 2.5, 5, 10, 25, 50, 75, 100, 250, 500),
    *(750, 1_000, 2_500, 5_000, 7_500, 10_000, 30_000, 60_000),
)
DNS: Final = "dns"
TRANSFER: Final = "transfer"
PHASES: Final = (DNS, "connect", "tls", "ttfb", TRANSFER)
WHOLE: Final = ""
"""What is no phase: the look from its start to its end."""

Row = Sequence[Any]
"""received_at, id, service, component, region, reason, dns_ms, connect_ms, tls_ms, ttfb_ms and
total_ms.
"""
Key = tuple[str, ...]
Spread = list[float]
"""Of durations: their number, sum, least and most, and how many are in each bucket."""
_NUMBER, _SUM, _LEAST, _MOST, _HEAD = range(5)
_Floats: TypeAlias = npt.NDArray[np.float64]
_Places: TypeAlias = npt.NDArray[np.intp]


class Totals:
    """`looks` by (service, component, region, reason); durations in milliseconds by (service,
    region, phase, reason), where the reason is only told of whole looks.
    """

    def __init__(self) -> None:
        self.looks: dict[Key, int] = {}
        self._begin()

    def _begin(self) -> None:
        self._place: dict[Key, int] = {}
        """The row of each key in the table, which has a spread a row."""
        self._table: _Floats = np.zeros((MOST_SERIES, _HEAD + len(BOUNDS_MS) + 1))
        self._table[:, _LEAST], self._table[:, _MOST] = np.inf, -np.inf

    def add(self, rows: Sequence[Row]) -> None:
        """Count these looks, too: all at once, for there are many."""
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        service, component, region, reason = columns[2:6]
        for look, number in Counter(zip(service, component, region, reason, strict=True)).items():
            key = _room(self.looks, look)
            self.looks[key] = self.looks.get(key, 0) + number
        took = np.array(columns[6:11], dtype=float)
        *before, total = took
        rest = np.maximum(0.0, total - np.nansum(took[:-1], axis=0))
        transfer = np.where(np.isnan(before[-1]), np.nan, rest)
        cells, where = _distinct(list(zip(service, region, strict=True)))
        for phase, values in zip(PHASES, (*before, transfer), strict=True):
            self._spread([(*cell, phase, OK) for cell in cells], where, values)
        wholes, where = _distinct(list(zip(service, region, reason, strict=True)))
        self._spread([(one, place, WHOLE, why) for one, place, why in wholes], where, total)

    def _spread(self, keys: Sequence[Key], where: _Places, values: _Floats) -> None:
        """Count durations, each under the key that `where` tells; what is not a number is none."""
        there = ~np.isnan(values)
        used, at = np.unique(where[there], return_inverse=True)
        values, table = values[there], self._table
        rows = np.array([self._row(keys[one]) for one in used], dtype=np.intp)[at]
        np.add.at(table, (rows, _HEAD + np.searchsorted(BOUNDS_MS, values)), 1)
        np.add.at(table[:, _NUMBER], rows, 1)
        np.add.at(table[:, _SUM], rows, values)
        np.minimum.at(table[:, _LEAST], rows, values)
        np.maximum.at(table[:, _MOST], rows, values)

    def _row(self, key: Key) -> int:
        return self._place.setdefault(_room(self._place, key), len(self._place))

    def durations(self) -> Iterator[tuple[Key, Spread]]:
        """Every key and its spread."""
        for key, row in self._place.items():
            yield key, self._table[row].tolist()

    def keep(self, services: Container[str]) -> None:
        """Forget the series of services that are not looked at any more: they make room."""
        told = {key[0] for key in (*self.looks, *self._place)} - {OVERFLOW}
        if all(name in services for name in told):
            return
        looks = {key: number for key, number in self.looks.items() if _stays(key, services)}
        spreads = [(key, spread) for key, spread in self.durations() if _stays(key, services)]
        self._begin()
        self.looks = looks
        self._put(spreads)

    def to_document(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "bounds": BOUNDS_MS,
            "looks": [[*key, number] for key, number in self.looks.items()],
            "durations": [[key, spread] for key, spread in self.durations()],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Totals | None":
        """What was kept; None when it was counted into other buckets."""
        if tuple(document["bounds"]) != BOUNDS_MS:
            return None
        found = cls()
        found.looks = {tuple(key): number for *key, number in document["looks"]}
        found._put((tuple(key), spread) for key, spread in document["durations"])
        return found

    def _put(self, spreads: Iterable[tuple[Key, Spread]]) -> None:
        for key, spread in spreads:
            self._table[self._row(key)] = spread


def phases(took: Sequence[float | None]) -> list[tuple[str, float]]:
    """The phases of a look that happened, in their order, of dns_ms, connect_ms, tls_ms, ttfb_ms
    and total_ms; what follows the first byte is the transfer.
    """
    *before, total = took
    found = [(phase, ms) for phase, ms in zip(PHASES, before, strict=False) if ms is not None]
    if before[-1] is not None and total is not None:
        found.append((TRANSFER, max(0.0, total - sum(ms for _, ms in found))))
    return found


def buckets(spread: Spread) -> list[int]:
    """How many durations are in each bucket."""
    return [int(number) for number in spread[_HEAD:]]


def _stays(key: Key, services: Container[str]) -> bool:
    return key[0] == OVERFLOW or key[0] in services


def _distinct(keys: Sequence[Key]) -> tuple[list[Key], _Places]:
    """Those that differ, and which of them each is."""
    known: dict[Key, int] = {}
    where = [known.setdefault(key, len(known)) for key in keys]
    return list(known), np.array(where, dtype=np.intp)


def _room(series: Mapping[Key, Any], key: Key) -> Key:
    """The key under which it is counted."""
    if key in series or len(series) < MOST_SERIES - 1:
        return key
    return (OVERFLOW,)
