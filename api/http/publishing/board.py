"""Status pages ready to be given out: gathered every two seconds or so, written anew only where
something on them is another, however many ask.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, cast

from api.documents.incidents import IncidentView
from api.documents.picture.picture import Picture
from api.documents.public_page.view import MOST_PAST, PageView, Past, view_of
from api.http.answers.encoding import Document
from api.http.publishing.days import days_of
from api.http.publishing.rendering import Files, files_of, written
from api.http.sources.sources import Sources
from api.http.sources.status_pages import StatusPages
from coordinator.circumstances.announcing import upcoming
from coordinator.configuration.publishing.pages import PublicPage
from coordinator.store import TROUBLE
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant

_READINGS: Final = 4
"""A page is gathered once while what stands is read so often, at most."""
PAST_S: Final = 300.0
DAYS: Final = 90
_TROUBLE: Final[tuple[type[Exception], ...]] = (*TROUBLE, TimeoutError)

log = logging.getLogger(f"outscope.{__name__}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was written last."""

    page: PublicPage
    files: Files
    view: PageView
    document: Document


@dataclass(slots=True)
class _Place:
    """One page: what is known of it, and who gathers."""

    lock: asyncio.Lock
    kept: Kept | None = None
    at_s: float = 0.0
    past: Past | None = None
    past_s: float = 0.0
    change: int = -1


class PublicPages:
    """Every status page, by its id."""

    def __init__(self, sources: Sources, *, linked: bool) -> None:
        self._sources = sources
        self._linked = linked
        """Whether it is known where links of messages lead to."""
        self._fresh_s = _READINGS * sources.settings.refresh_ms / 1000
        self._vendors = StatusPages(sources.store)
        self._places: dict[str, _Place] = {}
        self.written = 0
        """How often a page was written."""

    async def current(self, identifier: str) -> Kept | None:
        """The page as it is now; None when no such page is configured. Who asks while it is
        gathered, or while the store is away, gets it as it was.
        """
        place = self._places.get(identifier)
        if place and place.kept and (place.lock.locked() or self._is_fresh(place)):
            return place.kept
        try:
            return await self._gathered(identifier)
        except _TROUBLE as error:
            if place is None or place.kept is None:
                raise
            log.warning("page_not_gathered page=%s error=%r", identifier, error)
            place.at_s = monotonic_s()
            return place.kept

    async def _gathered(self, identifier: str) -> Kept | None:
        picture = (await self._sources.snapshots.current()).picture
        page = picture.public_pages.get(identifier)
        if page is None:
            self._places.pop(identifier, None)
            return None
        place = self._places.setdefault(identifier, _Place(asyncio.Lock()))
        async with place.lock:
            if place.kept is None or not self._is_fresh(place):
                await self._renew(place, page, picture, now())
        return place.kept

    async def _renew(self, place: _Place, page: PublicPage, picture: Picture, at: Instant) -> None:
        before = place.kept
        if before is None or before.page != page:
            files, place.past = await asyncio.to_thread(files_of, page), None
        else:
            files = before.files
        view = view_of(page, picture, await self._past(place, page, picture, at), at)
        if before is None or before.view != view or before.files is not files:
            write = partial(written, page, view, files, tells=page.tells and self._linked)
            document = await asyncio.to_thread(write)
            place.kept = Kept(page, files, view, document)
            self.written += 1
        place.at_s = monotonic_s()

    async def _past(self, place: _Place, page: PublicPage, picture: Picture, at: Instant) -> Past:
        """What happened, read again when an incident changed, and now and then; what vendors say
        and what is announced each time.
        """
        store = self._sources.store
        shown = [one.id for one in page.shows(picture.topology)]
        change = await store.incidents.latest_change()
        old = place.past
        works = await upcoming(store, at)
        vendors = await self._vendors.current(picture.status_pages, picture.strikes)
        if old is None or change != place.change or monotonic_s() - place.past_s > PAST_S:
            days = {one: (await days_of(self._sources, one, DAYS, at))["days"] for one in shown}
            place.past = Past(days, await self._incidents(shown), works, vendors)
            place.change, place.past_s = change, monotonic_s()
        else:
            place.past = Past(old.days, old.incidents, works, vendors)
        return place.past

    async def _incidents(self, services: Sequence[str]) -> list[IncidentView]:
        """The newest of these services, the newest first."""
        pages: list[list[dict[str, Any]]] = [
            (await self._sources.store.incidents.page(one, limit=MOST_PAST * 2)).items
            for one in services
        ]
        found = cast(list[IncidentView], list(chain.from_iterable(pages)))
        return sorted(found, key=lambda one: one["started_by"], reverse=True)

    def _is_fresh(self, place: _Place) -> bool:
        return monotonic_s() - place.at_s <= self._fresh_s
