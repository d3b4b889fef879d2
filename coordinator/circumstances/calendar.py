"""All announced maintenance, whoever announced it, as times: expanded now and then, and kept where
everybody reads it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from coordinator.circumstances.reading import Reading
from coordinator.configuration import Configuration
from coordinator.configuration.circumstances.windows import sources_of, window_of, windows_of
from coordinator.domain.maintenance.expansion import occurrences
from coordinator.domain.maintenance.rule import RuleError
from coordinator.domain.maintenance.window import DAY_MS, Occurrence, Window
from coordinator.store import Store
from coordinator.store.circumstances.maintenance import Announcement
from worker.contract.instant import Instant

AHEAD_MS: Final = 31 * DAY_MS
BEHIND_MS: Final = 62 * DAY_MS
_ANEW_MS: Final = 3_600_000
_MOST: Final = 9_000
"""So many times are known at once, the next ones."""
OPERATOR: Final = "operator"


class Calendar:
    """The times of all windows around now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reading = Reading(store)
        self._configured: Sequence[Window] = ()
        self._announced: Sequence[Announcement] = ()
        self._made_of: tuple[object, ...] = ()
        self.times: Sequence[Occurrence] = ()
        self._by_service: Mapping[str, Sequence[Occurrence]] = {}

    async def configure(self, configuration: Configuration) -> None:
        """Go by this configuration from now on."""
        self._configured = windows_of(configuration.document)
        await self.reading.configure(sources_of(configuration.document))
        self._made_of = ()

    async def refresh(self, at: Instant) -> bool:
        """Look whether anything else is announced; whether times changed."""
        self.reading.begin(at)
        announced = await self._store.maintenance.all()
        made_of = (announced, self.reading.changes, at // _ANEW_MS)
        if made_of == self._made_of:
            return False
        self._announced = announced
        windows = [*self._configured, *self.reading.windows]
        times = await asyncio.to_thread(_expanded, windows, announced, at)
        await self._store.maintenance_times.replace(times, at, at + AHEAD_MS)
        changed = times != self.times
        self.times, self._by_service = times, _by_service(times)
        self._made_of = made_of
        return changed

    def of(self, service: str) -> list[Occurrence]:
        """The times that concern a service."""
        return [*self._by_service.get(service, ()), *self._by_service.get("", ())]


def _expanded(
    windows: Iterable[Window], announced: Iterable[Announcement], at: Instant
) -> list[Occurrence]:
    since, until = at - BEHIND_MS, at + AHEAD_MS
    found = [one for window in windows for one in _times(window, since, until)]
    for one in announced:
        found += operator_times(one, since, until)
    found.sort(key=lambda one: (one.until <= at, one.since, one.key))
    return found[:_MOST]


def operator_times(one: Announcement, since: Instant, until: Instant) -> list[Occurrence]:
    """The times of a window that an operator announced, up to when it was cancelled."""
    end = one.cancelled_at
    times = _times(window_of(one.entry, OPERATOR), since, until)
    if end is None:
        return times
    return [replace(time, until=min(time.until, end)) for time in times if time.since < end]


def _times(window: Window, since: Instant, until: Instant) -> list[Occurrence]:
    try:
        return occurrences(window, since, until)
    except RuleError:  # of an older version, or of a file that was changed by hand
        return []


def _by_service(times: Iterable[Occurrence]) -> Mapping[str, Sequence[Occurrence]]:
    """By the services that they name; those of all under no name."""
    found: defaultdict[str, list[Occurrence]] = defaultdict(list)
    for one in times:
        for service in one.services or {""}:
            found[service].append(one)
    return found
