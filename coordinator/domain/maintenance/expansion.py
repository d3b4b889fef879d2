"""When a window comes: the times that touch a span, bounded whatever the rule says."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

from coordinator.domain.maintenance.rule import (
    FIRST_YEAR,
    LAST_YEAR,
    local_times,
    shortest_pause_ms,
)
from coordinator.domain.maintenance.window import LONGEST_MS, Occurrence, Window
from worker.contract.instant import Instant

MOST: Final = 1_000
"""So many times of one window are told at once; of more, the first."""
_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001 - by the clocks of a zone
_END: Final = round(datetime(LAST_YEAR, 12, 30, tzinfo=UTC).timestamp() * 1000)


def occurrences(
    window: Window, since: Instant, until: Instant, most: int = MOST
) -> list[Occurrence]:
    """The times of a window that touch [since, until), in order. At a change of the clocks a time
    that comes twice is meant the first time; of a rule, one that does not come is left out (RFC
    5545, 3.3.5 and 3.3.10).
    """
    found: list[Occurrence] = []
    for begin in _begins(window, since - window.lasts_ms, until):
        end = begin + window.lasts_ms
        if begin < until and end > since:
            found.append(_occurrence(window, begin, end))
        if len(found) == most or begin >= until:
            break
    return found


def exists(time: datetime, zone: str) -> bool:
    """Whether the clocks of the zone show this time at all."""
    there = time.replace(tzinfo=ZoneInfo(zone))
    back = there.astimezone(UTC).astimezone(ZoneInfo(zone))
    return back.replace(tzinfo=None) == time


def instant_of(time: datetime, zone: str) -> Instant:
    """The moment at which the clocks of a zone show a time, the first time that they do; one that
    they skip counts by the clocks of before.
    """
    return round(time.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp() * 1000)


def why_not(window: Window) -> str | None:
    """What is impossible about a window, in one sentence; None when it can be.

    Its rule was checked before.
    """
    if window.lasts_ms <= 0:
        return "ends before it begins; let it end later"
    if window.lasts_ms > LONGEST_MS:
        return "lasts longer than 31 days; nothing is maintained for so long"
    if not window.repeat:
        return None if exists(window.begins, window.zone) else _skipped(window)
    pause_ms = shortest_pause_ms(window.repeat, window.begins)
    if pause_ms is not None and pause_ms < window.lasts_ms:
        return "lasts until it has begun again; shorten it or let it come less often"
    return None


def overlaps(new: Iterable[Occurrence], known: Iterable[Occurrence]) -> list[Occurrence]:
    """Of those that are known, each that goes on at the same time as a new one and has a target in
    common with it, though it is of another window.
    """
    pairs = product(list(known), list(new))
    return list(dict.fromkeys(one for one, other in pairs if _meet(one, other)))


def _meet(one: Occurrence, other: Occurrence) -> bool:
    if (one.source, one.window) == (other.source, other.window):
        return False
    at_once = max(one.since, other.since) < min(one.until, other.until)
    somewhere = _share(one.regions, other.regions)
    # a component and its service meet, two components do not
    below = _share(one.targets, other.targets | other.services)
    above = _share(one.targets | one.services, other.targets)
    return at_once and somewhere and (below or above)


def _share(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both name the same; who names nothing means all."""
    everything = not one or not other
    return everything or not one.isdisjoint(other)


def _begins(window: Window, after: Instant, before: Instant) -> Iterator[Instant]:
    if not window.repeat:
        yield instant_of(window.begins, window.zone)
        return
    last = datetime.fromtimestamp(min(before, _END) / 1000, UTC).replace(tzinfo=None) + _DAY
    if after >= _END:
        return
    first = datetime.fromtimestamp(max(0, after) / 1000, UTC).replace(tzinfo=None) - _DAY
    for time in local_times(window.repeat, window.begins, window.zone, max(first, _FIRST)):
        if time > last:
            return
        if time not in window.without and exists(time, window.zone):
            yield instant_of(time, window.zone)


def _occurrence(window: Window, begin: Instant, end: Instant) -> Occurrence:
    return Occurrence(
        window.id, window.title, window.source, begin, end, window.targets, window.regions
    )


def _skipped(window: Window) -> str:
    return (
        f"begins at {window.begins:%H:%M} on {window.begins:%Y-%m-%d}, which the clocks of"
        f" {window.zone} skip; choose another time"
    )
