"""Moves results that lie beyond the hot window from the store into the archive.

For each day and service: write a part, read it back, enter it into the manifest, and only then delete from the store
what parts that count hold. Each step may be interrupted and done again: before the entry nothing has happened, after it
the rows lie in both places, where readers take them once, until the next run deletes what it finds archived.
Results that come late for an archived day make one more part, without those that the archive has already.
"""

import logging
import os
import socket
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from coordinator.archive.columns import batch_of
from coordinator.archive.manifest import DAY_MS, PARTS, Manifest, Part, day_text
from coordinator.archive.part_file import PartWriter, digest, open_part, windows
from coordinator.archive.place import Place
from coordinator.store import Store
from coordinator.store.archiving import Key
from worker.contract.clock import now
from worker.contract.instant import Instant

log = logging.getLogger("outscope.archive")

LEASE: Final = "archive"
TERM_MS: Final = 60_000

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

    def __init__(self, store: Store, place: Place, manifest: Manifest | None = None, step: Step = _no_step) -> None:
        self._store = store
        self._place = place
        self._manifest = manifest or Manifest(place)
        self._step = step
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"

    async def run(self, hot_ms: int, stop: Callable[[], bool] = lambda: False) -> Report:
        """Archive every whole day that ended `hot_ms` ago or earlier. BusyError when somebody else does."""
        await self._hold()
        report = Report()
        try:
            await to_thread(self._tidy)
            end = (now() - hot_ms) // DAY_MS * DAY_MS
            days = set()
            waiting = await self._store.archiving.waiting_for_rollup(end)
            report.problems += [f"{day_text(day)}: waits to be rolled up by the coordinator" for day in sorted(waiting)]
            for day, service, rows in await self._store.archiving.days_before(end):
                if stop():
                    break
                if day in waiting:
                    continue
                await self._archive(report, day, service, rows)
                days.add(day)
            for day in sorted(days):
                await self._store.archiving.drop_empty(day)
        finally:
            await self._store.leases.release(LEASE, self._holder)
        return report

    async def _hold(self) -> None:
        at = now()
        if not await self._store.leases.take(LEASE, self._holder, at, at + TERM_MS):
            raise BusyError("results are being archived by another process at the moment; try again later")

    def _tidy(self) -> None:
        self._place.tidy()
        for stray in self._manifest.strays():
            self._place.delete(stray)

    async def _archive(self, report: Report, day: int, service: str, rows: int) -> None:
        parts = self._manifest.of(day_text(day), service)
        try:
            known = await to_thread(ids_in, self._place, parts)
        except (OSError, pa.ArrowException) as error:
            report.problems.append(f"{day_text(day)} {service}: stays in the store, for a part is unreadable ({error})")
            return
        made = await self._make(day, service, rows, known)
        if made is not None:
            report.parts.append(made)
            report.rows += made.rows
        for part in [*parts, *([made] if made else [])]:
            await self._hold()
            report.deleted += await self._delete(part)

    async def _make(self, day: int, service: str, rows: int, known: Any) -> Part | None:
        """A part of the rows that no part has yet, entered into the manifest; None when there are none."""
        with self._place.workshop() as folder:
            writer = PartWriter(folder / "part.parquet")
            await self._step("write")
            for since, until in _cut(day, windows(rows)):
                await self._hold()
                found = await self._store.archiving.due_between(service, since, until)
                await to_thread(writer.write, _without(found, known))
            await to_thread(writer.close)
            if writer.extent.rows == 0:
                return None
            part = await to_thread(described, day_text(day), service, writer)
            await self._step("put")
            await to_thread(self._place.put, part.file, writer.path)
        await self._step("check")
        await to_thread(self._check, part)
        await self._hold()
        await self._step("enter")
        await to_thread(self._manifest.add, part)
        log.info("archived file=%s rows=%d bytes=%d", part.file, part.rows, part.bytes)
        return part

    def _check(self, part: Part) -> None:
        with self._place.open(part.file) as file:
            if digest(file) != (part.sha256, part.bytes):
                raise OSError(f"{part.file} was written but reads back differently")

    async def _delete(self, part: Part) -> int:
        """Delete from the store what a part holds, as it reads from there."""
        await self._step("tell")
        await self._store.standings.put("archive", "moved", now(), {"generation": uuid4().hex})
        await self._step("delete")
        deleted = 0
        async for keys in _keys(self._place, part):
            await self._hold()
            deleted += await self._store.archiving.delete(keys)
        return deleted


def ids_in(place: Place, parts: list[Part]) -> Any:
    """The ids of all results in parts."""
    found = []
    for part in parts:
        with place.open(part.file) as source, open_part(source) as file:
            found += file.read(columns=["id"]).column("id").chunks
    return pa.chunked_array(found, pa.string())


async def _keys(place: Place, part: Part) -> Any:
    def groups() -> Iterator[list[Key]]:
        with place.open(part.file) as source, open_part(source) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=["scheduled_at", "id"])
                times = table.column("scheduled_at").cast(pa.int64()).to_pylist()
                yield list(zip(times, table.column("id").to_pylist(), strict=True))

    found = groups()
    while keys := await to_thread(next, found, None):
        yield keys


def _cut(day: int, parts: int) -> Iterator[tuple[Instant, Instant]]:
    length = DAY_MS // parts
    for number in range(parts):
        since = day * DAY_MS + number * length
        yield since, since + length


def _without(rows: list[dict[str, Any]], known: Any) -> Any:
    batch = batch_of(rows)
    if len(known) == 0 or batch.num_rows == 0:
        return batch
    return batch.filter(pc.invert(pc.is_in(batch.column("id"), value_set=known)))


def described(day: str, service: str, writer: PartWriter) -> Part:
    """The entry of a part that was written."""
    path: Path = writer.path
    with path.open("rb") as file:
        sum_, size = digest(file)
    extent = writer.extent
    return Part(
        file=f"{PARTS}/day={day}/service={service}/{sum_[:16]}.parquet",
        schema="results/1",
        day=day,
        service=service,
        rows=extent.rows,
        bytes=size,
        sha256=sum_,
        first_scheduled_at=extent.scheduled[0],
        last_scheduled_at=extent.scheduled[1],
        first_received_at=extent.received[0],
        last_received_at=extent.received[1],
    )
