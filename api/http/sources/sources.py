"""What a request can draw from: the store, the snapshots, the settings."""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.http.live.feed import Feed
from api.http.settings import ApiSettings
from api.http.sources.export_places import ExportPlaces
from api.http.sources.snapshot import Snapshots
from api.http.sources.uses import Uses
from coordinator.archive.reading.record import Record
from coordinator.store import Store
from coordinator.store.access.tokens import KeptTokens


@dataclass(frozen=True, slots=True)
class Exports:
    """What exports alone use, so that they take nothing from other requests."""

    record: Record
    """The same results over connections and threads of their own."""
    threads: Executor
    places: ExportPlaces


@dataclass(frozen=True, slots=True)
class Sources:
    """Made when the app starts, closed when it stops."""

    store: Store
    archive: Store
    """The same database over connections of its own: for what may take seconds and must not delay
    what is hot.
    """
    record: Record
    """Results of that store and of the archive of files as one."""
    exports: Exports
    snapshots: Snapshots
    feed: Feed
    """What happens, for all who follow it."""
    settings: ApiSettings
    tokens: KeptTokens
    """Those of that store, as they are at each moment."""
    uses: Uses
    """How often tokens are used."""


async def _sources(request: Request) -> Sources:
    found: Sources = request.app.state.sources
    return found


From = Annotated[Sources, Depends(_sources)]
