"""Moves results that lie beyond the hot window from the store into the archive.

For each day: read it once, in the order of the store, into a spool; for each of its services write
a part, read that back and enter it into the manifest; and only then delete from the store what was
read and lies in parts that count. Each step may be interrupted and done again: before the entry
nothing has happened, after it the rows lie in both places, where readers take them once, until the
next run deletes what it finds archived. Results that come late for an archived day make one more
part, without those that the archive has already.
"""

import logging
import os
import socket
from asyncio import CancelledError, get_running_loop, shield, sleep, wait
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import uuid4

import pyarrow as pa

from coordinator.archive.manifest import DAY_MS, Manifest, Part, day_text
from coordinator.archive.moving.making import Making, ids_in
from coordinator.archive.moving.spool import Spool
from coordinator.archive.place import Place
from coordinator.store import Store
from coordinator.store.results.archiving import Key
from worker.contract.clock import now
from worker.contract.instant import Instant

T = TypeVar("T")

log = logging.getLogger(f"outscope.{__name__}")

LEASE: Final = "archive"
TERM_MS: Final = 60_000
RENEW_MS: Final = 10_000
"""The lease is renewed when it is older; no step between two renewals takes long."""
MOST_REST_S: Final = 1.0

Step = Callable[[str], Awaitable[None]]
"""Called before each step with its name."""


class BusyError(Exception):
    """Somebody else archives this store at the moment."""


@dataclass(slots=True)
class Report:
    """What one run did."""

    parts: list[Part] = field(default_factory=list)
    rows: int = 0
    deleted: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        """Whether anything changed."""
        return bool(self.parts or self.deleted)


async def _no_step(_name: str) -> None:
    """Nobody watches."""


class Archiver:
    """One run after the other; two never work on one store at once."""

    def __init__(
        self,
        store: Store,
        place: Place,
        manifest: Manifest | None = None,
        step: Step = _no_step,
        rest: float = 0.0,
    ) -> None:
        """After each piece of work, others of this process have the machine for `rest` times as
        long as it took.
        """
        self._store = store
        self._place = place
        self._manifest = manifest or Manifest(place)
        self._step = step
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._rest = rest
        self._began_s = 0.0
        self._held_at: Instant = -TERM_MS
        self._thread: ThreadPoolExecutor

    async def run(self, hot_ms: int, stop: Callable[[], bool] = lambda: False) -> Report:
        """Archive every whole day that ended `hot_ms` ago or earlier. BusyError when somebody else
        does.
        """
        self._held_at = -TERM_MS
        await self._hold()
        self._began_s = perf_counter()
        self._thread = ThreadPoolExecutor(1, "archiving")
        report = Report()
        try:
            await self._aside(self._tidy)
            end = (now() - hot_ms) // DAY_MS * DAY_MS
            for day in await self._store.archiving.days_before(end):
                if stop():
                    break
                if await self._is_complete(report, day):
                    await self._archive(report, day, stop)
            await self._store.archiving.drop_empty(end)
        finally:
            self._thread.shutdown(wait=False)
            await self._store.leases.release(LEASE, self._holder)
        return report

    async def _hold(self) -> None:
        at = now()
        if 0 <= at - self._held_at < RENEW_MS:
            return
        if await self._store.leases.take(LEASE, self._holder, TERM_MS) is None:
            raise BusyError(
                "results are being archived by another process at the moment; try again later"
            )
        self._held_at = at

    async def _go_on(self) -> None:
        """Between two pieces of work: rest, and hold the lease."""
        if self._rest:
            await sleep(min((perf_counter() - self._began_s) * self._rest, MOST_REST_S))
        await self._hold()
        self._began_s = perf_counter()

    async def _aside(self, work: Callable[..., T], *given: Any) -> T:
        """Do it in the one thread of this run: memory that threads free is theirs, so more of them
        hold more.

        When this is cancelled, it still ends first: nobody takes its files away meanwhile.
        """
        working = get_running_loop().run_in_executor(self._thread, work, *given)
        try:
            return await shield(working)
        except CancelledError:
            await wait([working])
            raise

    def _tidy(self) -> None:
        self._place.tidy()
        for stray in self._manifest.strays():
            self._place.delete(stray)

    async def _is_complete(self, report: Report, day: int) -> bool:
        """Whether every minute of a day has been rolled up."""
        if day not in await self._store.archiving.waiting_for_rollup((day + 1) * DAY_MS):
            return True
        report.problems.append(f"{day_text(day)}: waits to be rolled up by the coordinator")
        return False

    async def _archive(self, report: Report, day: int, stop: Callable[[], bool]) -> None:
        """Move a day. When told to stop between two services, what has been archived is deleted by
        the next run.
        """
        with self._place.workshop() as folder, Spool(folder / "spool.arrow") as spool:
            await self._read(day, spool)
            if not await self._is_complete(report, day):  # some came late, and were read
                return
            staying = set()
            for service in sorted(spool.services):
                if stop():
                    return
                if not await self._archive_service(
                    report, spool, Making(folder / "part.parquet", day, service)
                ):
                    staying.add(service)
            if staying != spool.services.keys():
                report.deleted += await self._delete(spool, staying)

    async def _read(self, day: int, spool: Spool) -> None:
        await self._step("read")
        after: Key | None = None
        while rows := await self._store.archiving.due_on(day, after):
            await self._go_on()
            after = await self._aside(spool.add, rows)
            del rows  # before the next are read
        await self._aside(spool.finish)

    async def _archive_service(self, report: Report, spool: Spool, making: Making) -> bool:
        """Whether every row of a service and day that was read is in a part that counts."""
        day = day_text(making.day)
        try:
            making.known = await self._aside(
                ids_in, self._place, self._manifest.of(day, making.service)
            )
        except (OSError, pa.ArrowException) as error:
            why = f"stays in the store, for a part is unreadable ({error})"
            report.problems.append(f"{day} {making.service}: {why}")
            return False
        made = await self._make(spool, making)
        if made is not None:
            report.parts.append(made)
            report.rows += made.rows
        return True

    async def _make(self, spool: Spool, making: Making) -> Part | None:
        """A part of the rows that no part has yet, entered into the manifest; None when there are
        none.
        """
        await self._step("write")
        windows = making.write(spool)
        while await self._aside(next, windows, None) is not None:
            await self._go_on()
        part = await self._aside(making.describe)
        if part is None:
            return None
        await self._step("put")
        await self._aside(self._place.put, part.file, making.path)
        await self._step("check")
        await self._aside(making.check, self._place, part)
        await self._hold()
        await self._step("enter")
        await self._aside(self._manifest.add, part)
        log.info("archived file=%s rows=%d bytes=%d", part.file, part.rows, part.bytes)
        return part

    async def _delete(self, spool: Spool, staying: Collection[str]) -> int:
        """Delete from the store what was read of a day and is archived."""
        await self._step("tell")
        await self._store.standings.put("archive", "moved", now(), {"generation": uuid4().hex})
        await self._step("delete")
        deleted = 0
        for run in spool.runs:
            archived = await self._aside(spool.keys, run, staying)
            for first, last in run.chunks:
                await self._go_on()
                deleted += await self._store.archiving.delete_between(first, last, archived)
        return deleted
