"""The whole record: hot results and archived ones, read as one."""

from asyncio import to_thread
from concurrent.futures import Executor
from threading import Event
from typing import TYPE_CHECKING, Final

from coordinator.archive.manifest import Manifest
from coordinator.archive.place import Place
from coordinator.store import Page, ResultFilter, Store
from coordinator.store.paging import cursor_of, position
from coordinator.store.results.archiving import Key
from worker.contract.result import FIELDS, Result

if TYPE_CHECKING:
    from coordinator.archive.reading.received import Received

BATCH_ROWS: Final = 16_384
"""About so many rows are given out at once."""
ALL: Final = ResultFilter()


class Record:
    """Store and archive as one. Without a place, the store alone.

    Readings share `threads`; without them each has a thread of its own.
    """

    def __init__(self, store: Store, place: Place | None, threads: Executor | None = None) -> None:
        self.store = store
        self.threads = threads
        self.use(place)

    def use(self, place: Place | None) -> None:
        """Read the archive there from now on: the same one, by another way."""
        self.place = place
        self.manifest = Manifest(place) if place is not None else None

    def received(
        self,
        wanted: ResultFilter = ALL,
        columns: tuple[str, ...] = FIELDS,
        after: Key | None = None,
        batch_rows: int = BATCH_ROWS,
        hot_only: bool = False,
    ) -> "Received":
        """Everything wanted behind a position, in the order in which it was received, in columns.

        With `hot_only` only what the archive does not have.
        """
        from coordinator.archive.reading.received import (
            Received,  # Arrow is large: not before something is read
        )

        kept = self.store, self.place, self.manifest
        return Received(*kept, wanted, columns, after, batch_rows, hot_only, self.threads)

    async def page(
        self, wanted: ResultFilter = ALL, cursor: str | None = None, limit: int = 100
    ) -> Page[Result]:
        """One page, newest first by when the look was due."""
        # first, for rows move from here to there
        hot = await self.store.results.page(wanted, cursor, limit)
        place, manifest = self.place, self.manifest
        if place is None or manifest is None:
            return hot
        due_before = position(cursor) if cursor is not None else None
        floor = hot.items[-1].scheduled_at if hot.next is not None else None
        given_up = Event()

        def archived() -> list[Result]:
            from coordinator.archive.reading.newest import (
                newest,  # here, for loading Arrow would hold others up
            )

            return newest(place, manifest, wanted, due_before, limit + 1, floor, given_up)

        try:
            old = await to_thread(archived)
        finally:
            given_up.set()
        # archived ones stand for their repeats
        both = {result.id: result for result in [*hot.items, *old]}
        items = sorted(
            both.values(), key=lambda result: (result.scheduled_at, result.id), reverse=True
        )
        if len(items) <= limit and hot.next is None:
            return Page(items, None)
        return Page(items[:limit], cursor_of(items[:limit][-1].scheduled_at, items[:limit][-1].id))
