"""Reads calendars and vendors' pages now and then, beside everything else. What was read last
counts while a source is away, over restarts, too.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from coordinator.circumstances import vendor_page
from coordinator.circumstances.fetching import FetchError, fetch
from coordinator.circumstances.ical import CalendarError, windows_in
from coordinator.configuration.circumstances.windows import Source, entry_of, window_of
from coordinator.domain.maintenance.window import Window
from coordinator.store import TROUBLE, ResultFilter, Store
from coordinator.store.circumstances.maintenance import READ
from worker.contract import clock
from worker.contract.instant import Instant, rfc3339

log = logging.getLogger(f"outscope.{__name__}")

_AT_ONCE: Final = 4
_SHOWN: Final = 5
_LOOKS: Final = 20


class Reading:
    """The windows that were read elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sources: Sequence[Source] = ()
        self._read: dict[str, list[Window]] = {}
        self._due: dict[str, Instant] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self.changes = 0
        """Rises whenever there may be other windows."""

    async def configure(self, sources: Sequence[Source]) -> None:
        """Read these; what was read of others counts no more."""
        names = {source.name for source in sources}
        await self._store.standings.keep(READ, names)
        kept = await self._store.standings.all(READ)
        self._sources = sources
        self._read = {name: _kept(name, told) for name, told in kept.items()}
        self._due = {}
        self.changes += 1

    @property
    def windows(self) -> list[Window]:
        """What was read last."""
        return [window for windows in self._read.values() for window in windows]

    def begin(self, at: Instant) -> None:
        """Begin to read what is due; nobody waits for it."""
        for source in self._sources:
            free = len(self._busy) < _AT_ONCE and source.name not in self._busy
            if free and self._due.get(source.name, 0) <= at:
                self._due[source.name] = at + source.every_ms
                task = asyncio.create_task(self._one(source))
                self._busy[source.name] = task
                task.add_done_callback(partial(self._done, source.name))

    async def finish(self) -> None:
        """Give up what is being read."""
        for task in list(self._busy.values()):
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _done(self, name: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(name, None)

    async def _one(self, source: Source) -> None:
        try:
            windows, troubles = await self._windows(source)
        except (FetchError, CalendarError) as error:
            windows, troubles = self._read.get(source.name, []), [f"it {error}"]
        except TROUBLE as error:
            log.warning("maintenance_not_read source=%s error=%r", source.name, error)
            return
        for trouble in troubles[:_SHOWN]:
            log.warning("maintenance_not_read source=%s why=%s", source.name, trouble)
        if windows != self._read.get(source.name):
            self._read[source.name] = windows
            self.changes += 1
        now = clock.now()
        told = {"at": rfc3339(now), "troubles": troubles[:_SHOWN]}
        document = {**told, "windows": [entry_of(window) for window in windows]}
        try:
            await self._store.standings.put(READ, source.name, now, document)
        except TROUBLE as error:
            log.warning("maintenance_not_kept source=%s error=%r", source.name, error)

    async def _windows(self, source: Source) -> tuple[list[Window], list[str]]:
        if source.feed:
            body = await asyncio.to_thread(fetch, source.feed)
            return await asyncio.to_thread(windows_in, body, source)
        wanted = ResultFilter(check=source.page, since=clock.now() - 86_400_000)
        found = (await self._store.results.page(wanted, None, _LOOKS)).items
        heard = next((one for one in found if one.ok and "maintenance" in (one.extra or {})), None)
        if heard is None:
            return self._read.get(source.name, []), ["no look of the last day told of maintenance"]
        return vendor_page.windows_in(heard, source), []


def _kept(name: str, told: Mapping[str, Any]) -> list[Window]:
    return [window_of(entry, name) for entry in told.get("windows", ())]
