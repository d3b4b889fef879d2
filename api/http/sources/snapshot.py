"""The hot documents: read from the store twice a second at most, encoded once, sent to all who
ask.
"""

import asyncio
import logging
from dataclasses import dataclass

from api.documents.picture.picture import Picture
from api.http.answers.encoding import Document, document
from api.http.settings import ApiSettings
from api.http.sources.reading import Configured, read_configured, read_picture
from coordinator.store import Store
from worker.contract.clock import monotonic_s

PATIENCE_S = 5.0
"""A store that does not answer for so long cannot be read."""

log = logging.getLogger(f"outscope.{__name__}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The picture of one moment and its encoded documents."""

    picture: Picture
    overview: Document
    board: Document
    services: Document
    regions: Document
    workers: Document


def take(picture: Picture) -> Snapshot:
    """Encode the documents that many clients ask for. Takes milliseconds when there are thousands
    of cells.
    """
    overview = picture.overview()
    return Snapshot(
        picture=picture,
        overview=document(overview),
        board=document({**overview, "services": picture.services}),
        services=document({"items": picture.services}),
        regions=document({"items": picture.regions, "unknown": picture.unknown_regions}),
        workers=document({"items": picture.workers}),
    )


class Snapshots:
    """Gives out the newest snapshot. Younger than `refresh_ms`: as it is. Younger than `stale_ms`:
    as it is, while a new one is taken. Older: the new one. One reading at a time, however many wait
    for it.
    """

    def __init__(self, store: Store, settings: ApiSettings) -> None:
        self._store = store
        self._settings = settings
        self._configured = Configured()
        self._taken: tuple[float, Snapshot] | None = None
        self._reading: asyncio.Task[Snapshot] | None = None

    async def current(self) -> Snapshot:
        """The newest snapshot; one of `coordinator.store.TROUBLE` when the store cannot be read."""
        if self._taken is None:
            return await self._read()
        at, snapshot = self._taken
        age_ms = (monotonic_s() - at) * 1000
        if age_ms <= self._settings.refresh_ms:
            return snapshot
        if age_ms > self._settings.stale_ms:
            return await self._read()
        self._start()
        return snapshot

    async def close(self) -> None:
        """Let the reading that goes on come to its end."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _read(self) -> Snapshot:
        # a client that goes away does not stop it for the others
        return await asyncio.shield(self._start())

    def _start(self) -> asyncio.Task[Snapshot]:
        if self._reading is None:
            self._reading = asyncio.create_task(self._renew())
            self._reading.add_done_callback(self._done)
        return self._reading

    def _done(self, reading: asyncio.Task[Snapshot]) -> None:
        self._reading = None
        if not reading.cancelled() and (error := reading.exception()):
            log.warning("store_not_read error=%r", error)

    async def _renew(self) -> Snapshot:
        at = monotonic_s()
        async with asyncio.timeout(PATIENCE_S):
            self._configured = await read_configured(self._store, self._configured)
            picture = await read_picture(self._store, self._configured, self._settings)
        snapshot = await asyncio.to_thread(take, picture)
        self._taken = (at, snapshot)
        return snapshot
