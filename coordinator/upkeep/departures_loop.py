"""One line when workers are gone, and none for an upgrade: who is silent for longer than a restart
takes, and was not told to leave, is named once, with all of its region together.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from coordinator.runtime.retry import UNREACHABLE
from coordinator.runtime.stopping import told_within
from coordinator.store import Store
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 5.0
GRACE_MS: Final = 600_000
"""An upgrade, a restart or a move to another machine takes less."""
DAY_MS: Final = 86_400_000
"""Who was silent for longer was told of before."""
Name = tuple[str, str]
"""Region and worker."""


class Departures:
    """Who is gone, as it was told. Pure: moments are given."""

    def __init__(self, since: Instant, grace_ms: int = GRACE_MS) -> None:
        self._since = since
        self._grace_ms = grace_ms
        self._gone: set[Name] = set()

    def hears(self, at: Instant) -> None:
        """Nobody could be heard until this moment, so that silence says nothing yet."""
        self._since = at

    def look(
        self, heard: Mapping[Name, Instant], leaving: Iterable[Name], at: Instant
    ) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
        """Who is gone since the last look, and who is back, by region. Who was silent already when
        we began to hear is not told.
        """
        excused = set(leaving)
        silent = {name for name, last in heard.items() if at - last > self._grace_ms}
        known = {name for name in silent if heard[name] < self._since - self._grace_ms}
        new = silent - self._gone - excused - known
        if at - self._since <= self._grace_ms:
            new = set()
        back = {name for name in self._gone & heard.keys() if name not in silent}
        self._gone = (self._gone | new) & heard.keys() - back
        return _by_region(new), _by_region(back)


def _by_region(names: Iterable[Name]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for region, worker in sorted(names):
        found[region].append(worker)
    return dict(found)


class DeparturesLoop:
    """Looks who is heard, and tells who is gone. `hears` says whether anybody can be heard."""

    def __init__(self, store: Store, hears: Callable[[], bool], grace_ms: int = GRACE_MS) -> None:
        self._store = store
        self._hears = hears
        self._departures = Departures(clock.now(), grace_ms)

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop. A database that is away never ends it."""
        while not await told_within(stop, EVERY_S):
            try:
                await self.once(clock.now())
            except UNREACHABLE as error:
                log.debug("departures_wait error=%r", error)

    async def once(self, at: Instant) -> None:
        """Look once."""
        if not self._hears():
            self._departures.hears(at)
            return
        rows = await self._store.workers.since(at - DAY_MS)
        leaving = await self._store.worker_keys.draining()
        heard = {(region, worker): last for region, worker, last in rows}
        gone, back = self._departures.look(heard, leaving, at)
        for region, workers in gone.items():
            last = max(heard[region, worker] for worker in workers)
            silent_s = (at - last) // 1000
            log.warning(
                "worker_gone region=%s workers=%s silent_for_s=%d; start it again, or have it"
                " forgotten with: outscope worker revoke",
                region,
                ",".join(workers),
                silent_s,
            )
        for region, workers in back.items():
            log.info("worker_back region=%s workers=%s", region, ",".join(workers))
