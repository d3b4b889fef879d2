"""The loop that keeps what vendors say and joins it with our incidents, beside the others of the
coordinator.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coordinator.acknowledging.pages import LOOKS, Memory, pages_of
from coordinator.configuration import Configuration
from coordinator.domain.acknowledging.acknowledgement import State, told, voided
from coordinator.domain.acknowledging.clocks import clocks_of
from coordinator.domain.acknowledging.joining import Vendor, acknowledgements
from coordinator.domain.acknowledging.statement import Statement, statements
from coordinator.domain.model.incident import Incident
from coordinator.runtime.stopping import told_within
from coordinator.store import TROUBLE, Store
from worker.contract import clock
from worker.contract.instant import Instant, rfc3339

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 1.0
ANEW_MS: Final = 60_000
"""So often all is joined anew where nothing changed: what was green goes on."""
LATELY_MS: Final = 2 * 86_400_000
LONGEST_MS: Final = 31 * 86_400_000
"""What both sides said before is not joined any more."""
_USUAL_MS: Final = 120_000
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """Both sides of one service since a moment before which neither reaches."""

    since: Instant
    statements: Sequence[Statement]
    incidents: Sequence[Incident]


@dataclass(slots=True)
class Joined:
    """What is known of one service's vendor."""

    pages: list[Memory] = field(default_factory=list)
    former: list[Statement] | None = None
    """What pages said that are not looked at any more."""
    known: dict[str, Document] | None = None
    """The rows as they are kept, by id."""


class AcknowledgingLoop:
    """Only one runs at a time: that of the coordinator that leads."""

    def __init__(self, store: Store, configuration: Configuration) -> None:
        self._store = store
        self._configuration = configuration
        self._taken: Configuration | None = None
        self._vendors: dict[str, Joined] = {}
        self._change = -1
        self._anew_at: Instant = 0

    def configure(self, configuration: Configuration) -> None:
        """Read by this configuration from now on."""
        self._configuration = configuration

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. A store that cannot be read is asked again."""
        while not await told_within(stop, EVERY_S):
            try:
                await self.once(clock.now())
            except TROUBLE as error:
                log.warning("not_joined error=%r", error)

    async def once(self, at: Instant) -> None:
        """Read what is new, and join what changed."""
        anew = self._take() or at >= self._anew_at
        change = await self._store.incidents.latest_change()
        anew = anew or change != self._change
        for service, vendor in self._vendors.items():
            news = [await page.read(self._store, at, at - LONGEST_MS) for page in vendor.pages]
            if anew or any(news):
                await self._join(service, vendor, at)
        if anew:
            self._change, self._anew_at = change, at + ANEW_MS

    def _take(self) -> bool:
        """Whether another configuration is to be worked by."""
        configuration = self._configuration
        if self._taken is configuration:
            return False
        known = {page.page: page for vendor in self._vendors.values() for page in vendor.pages}
        self._vendors = {}
        for page in pages_of(configuration):
            vendor = self._vendors.setdefault(page.service, Joined())
            vendor.pages.append(known.get(page, Memory(page)))
        self._taken = configuration
        return True

    async def _join(self, service: str, vendor: Joined, at: Instant) -> None:
        for page in vendor.pages:
            page.forget(at - LONGEST_MS)
        if vendor.former is None:
            vendor.former = await self._former(service, vendor.pages, at)
        scene = await self._scene(service, vendor, at)
        if vendor.known is None:
            vendor.known = await self._store.acknowledgements.known(service, at - LONGEST_MS)
        ids = [memory.page.id for memory in vendor.pages]
        heard = await self._store.vendors.heard(ids, scene.since)
        sides = Vendor(
            service,
            self._components(service),
            {memory.page.id: memory.page.names for memory in vendor.pages},
            scene.statements,
            heard,
        )
        found = await asyncio.to_thread(acknowledgements, sides, scene.incidents, at)
        rows = {one.key: one.to_document() for one in found if one.at >= scene.since}
        await self._put(vendor.known, rows, scene.since, at)

    async def _put(
        self, known: dict[str, Document], rows: dict[str, Document], since: Instant, at: Instant
    ) -> None:
        """Keep what changed; what is not found any more was so, and is so no more."""
        begin = rfc3339(since)
        for key, document in known.items():
            if key not in rows and document["at"] >= begin and document["state"] != State.VOID:
                rows[key] = voided(document)
        changed = {key: one for key, one in rows.items() if known.get(key) != one}
        news = [one for key, one in changed.items() if told(known.get(key, {})) != told(one)]
        if changed:
            await self._store.acknowledgements.put([*changed.values()], news, at)
            known |= changed

    async def _scene(self, service: str, vendor: Joined, at: Instant) -> Scene:
        """What goes on or was lately, and all that it reaches back to."""
        said = [one for page in vendor.pages for one in page.statements().values()]
        said += vendor.former or []
        since = at - LATELY_MS
        while True:
            lately = [one for one in said if one.last_at >= since]
            incidents = await self._store.incidents.lately(service, since)
            begins = [one.opened_at for one in incidents] + [*map(_begin, lately)]
            begin = max(min(begins, default=since), at - LONGEST_MS)
            if begin >= since:
                return Scene(since, lately, incidents)
            since = begin

    async def _former(self, service: str, pages: Sequence[Memory], at: Instant) -> list[Statement]:
        looked_at = {memory.page.id for memory in pages}
        found: list[Statement] = []
        for page in await self._store.vendors.pages(service):
            if page not in looked_at:
                edits = await self._store.vendors.said(page, at - LONGEST_MS)
                found += statements(service, page, edits, LOOKS * _USUAL_MS).values()
        return found

    def _components(self, service: str) -> frozenset[str]:
        known = self._configuration.topology.service.get(service)
        return frozenset(part.id for part in known.components) if known else frozenset()


def _begin(statement: Statement) -> Instant:
    clocks = clocks_of(statement)
    if clocks is None:
        return statement.edits[0].first_at
    moments = (clocks.claimed, clocks.published, clocks.by)
    return min(at for at in moments if at is not None)
