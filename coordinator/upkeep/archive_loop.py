"""The loop that moves old results into the archive, an hour after the last time and whenever the
process starts.
"""

import asyncio
import logging
from typing import Final

from coordinator.archive.place import PlaceError, open_place
from coordinator.runtime.stopping import told_within
from coordinator.store import TROUBLE, Store

log = logging.getLogger(f"outscope.{__name__}")

TROUBLES: Final[tuple[type[Exception], ...]] = (*TROUBLE, PlaceError, OSError, ValueError)
"""Arrow's errors are among them."""
EVERY_S: Final = 3_600.0
FIRST_S: Final = 30.0
"""After a start there is more urgent work."""
REST: Final = 2.0
"""Two thirds of the time are left to what must not wait."""


class ArchiveLoop:
    """Archives under the lease of the coordinator that leads. Trouble with the archive never ends
    the process.
    """

    def __init__(
        self, store: Store, url: str, hot_ms: int, *, first_s: float = FIRST_S, rest: float = REST
    ) -> None:
        """`rest` is how many times as long as each piece of work took nothing is done."""
        self._store = store
        self._url = url
        self._hot_ms = hot_ms
        self._first_s = first_s
        self._rest = rest

    def use(self, url: str) -> None:
        """Reach the same place by another URL from the next run on."""
        self._url = url

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; a run ends between two services of a day."""
        pause_s = self._first_s
        while not await told_within(stop, pause_s):
            pause_s = EVERY_S
            try:
                await self.once(stop)
            except TROUBLES as error:
                log.warning("archiving_waits error=%s", error)

    async def once(self, stop: asyncio.Event) -> None:
        """Archive what lies beyond the hot window."""
        from coordinator.archive.moving.archiver import (  # Arrow is large, and needed seldom
            Archiver,
            BusyError,
        )

        try:
            report = await Archiver(self._store, open_place(self._url), rest=self._rest).run(
                self._hot_ms, stop.is_set
            )
        except BusyError as error:
            return log.info("%s", error)
        for problem in report.problems:
            log.error("not_archived %s", problem)
        if report.did_something:
            log.info(
                "archived parts=%d rows=%d deleted=%d",
                len(report.parts),
                report.rows,
                report.deleted,
            )
        return None
