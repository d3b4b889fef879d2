"""Hot results and archived ones as one, in the order in which they were received."""

from asyncio import get_running_loop
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from coordinator.archive.manifest import DAY_MS, Manifest, day_text
from coordinator.archive.moving.making import ids_in
from coordinator.archive.place import Place
from coordinator.archive.reading.pool import FOREVER, Pool
from coordinator.archive.reading.pruning import columns_for
from coordinator.archive.reading.sweep import UNREADABLE, Sweep
from coordinator.result_files.columns import RESULTS, batch_of
from coordinator.store import ResultFilter, Store
from coordinator.store.results.archiving import CHUNK, Key
from worker.contract.instant import Instant

T = TypeVar("T")

GENTLE_CHUNK: Final = 500
"""Rows of the store that are fetched at once beside other requests: making rows of what the driver
answers holds the event loop up, 20 ms for ten times as many.
"""
MOST_DAYS: Final = 8
"""Ids of so many (day, service) are kept, to tell repeats."""
NEVER: Final[Key] = (-FOREVER, "")


class Received:
    """One reading of store and archive, from a position on; without a place, of the store alone."""

    def __init__(
        self,
        store: Store,
        place: Place | None,
        manifest: Manifest | None,
        wanted: ResultFilter,
        columns: tuple[str, ...],
        after: Key | None,
        batch_rows: int,
        hot_only: bool,
        threads: Executor | None = None,
    ) -> None:
        self._store = store
        self._place = place
        self._manifest = manifest
        self._wanted = wanted
        self._columns = columns
        self._last = after
        self._batch_rows = batch_rows
        self._hot_only = hot_only
        self._chunk = GENTLE_CHUNK if threads else CHUNK
        self._own_thread = None if threads else ThreadPoolExecutor(1, "reading")
        self._thread = threads or self._own_thread
        self._generation: Any = None
        self._ids: dict[tuple[str, str], Any] = {}
        self._covered_until: Instant = -FOREVER
        self._sweep = Sweep(place, wanted, columns) if place is not None else None

    @property
    def skipped(self) -> dict[str, str]:
        """Parts of the archive that could not be read, and why."""
        return self._sweep.skipped if self._sweep is not None else {}

    async def batches(self) -> AsyncGenerator[Any, None]:
        """Record batches with (at least) the columns asked for."""
        pool = Pool(RESULTS)
        hot = self._store.archiving.received(self._wanted, self._last or NEVER, self._chunk)
        hot_low: Instant = self._last[0] if self._last else -FOREVER
        tried = -FOREVER
        try:
            while True:
                bound = min(
                    hot_low,
                    self._sweep.low if self._sweep is not None and self._generation else FOREVER,
                )
                if (
                    pool.rows
                    and bound > tried
                    and (pool.fresh >= self._batch_rows or bound >= FOREVER)
                ):
                    tried = bound
                    batch = await self._aside(pool.take, bound)
                    if batch is not None:
                        self._last = key_of(batch)
                        yield batch
                elif bound >= FOREVER:
                    return
                elif hot_low <= bound:
                    rows = await anext(hot, None)
                    await self._look_for_moved()
                    hot_low = rows[-1]["received_at"] if rows else FOREVER
                    pool.add(await self._aside(self._hot, rows or []))
                else:
                    await self._aside(self._load, pool)
        finally:
            await hot.aclose()
            if self._sweep is not None:
                self._sweep.close()
            if self._own_thread is not None:
                self._own_thread.shutdown(wait=False)

    async def _aside(self, work: Callable[..., T], *given: Any) -> T:
        """Do it in the one thread of this reading, or in one of the few of all: memory that threads
        free is theirs, so more of them hold more.
        """
        return await get_running_loop().run_in_executor(self._thread, work, *given)

    def _load(self, pool: Pool) -> None:
        """Let the next row groups wait, up to a batch."""
        assert self._sweep is not None  # noqa: S101 - there is something to read
        while self._sweep.low < FOREVER:
            table = self._sweep.next(received_after=self._last)
            if table is not None:
                pool.add(table)
            if pool.fresh >= self._batch_rows:
                return

    async def _look_for_moved(self) -> None:
        """Called after each reading of the store: what left it before lies in parts that are listed
        now.
        """
        if self._sweep is None or self._manifest is None:
            return
        generation = await self._store.archiving.generation() or "none"
        if generation == self._generation:
            return
        parts = await self._aside(self._manifest.parts)
        if not self._hot_only:
            self._sweep.add(parts, self._last)
        for name in self._manifest.broken:
            self._sweep.skipped[name] = "the entry of the manifest cannot be read"
        self._covered_until = max((part.last_scheduled_at for part in parts), default=-FOREVER)
        self._ids.clear()
        self._generation = generation

    def _hot(self, rows: list[dict[str, Any]]) -> Any:
        """Rows of the store as a table, without repeats of what the archive holds."""
        late: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            if row["scheduled_at"] <= self._covered_until:
                late.setdefault(
                    (day_text(row["scheduled_at"] // DAY_MS), row["service"]), []
                ).append(row["id"])
        if late:
            repeats = {
                identifier for key, ids in late.items() for identifier in self._repeats(key, ids)
            }
            rows = [row for row in rows if row["id"] not in repeats]
        return pa.Table.from_batches([batch_of(rows)]).select(
            columns_for(self._columns, self._wanted)
        )

    def _repeats(self, key: tuple[str, str], ids: list[str]) -> list[str]:
        """Which ids the archive has of a day and service."""
        if key not in self._ids:
            if len(self._ids) > MOST_DAYS:
                self._ids.clear()
            self._ids[key] = self._archived(key)
        told = pa.array(ids, pa.string())
        found: list[str] = told.filter(pc.is_in(told, value_set=self._ids[key])).to_pylist()
        return found

    def _archived(self, key: tuple[str, str]) -> Any:
        assert self._manifest is not None  # noqa: S101 - something is covered
        assert self._place is not None  # noqa: S101 - as above
        try:
            return ids_in(self._place, self._manifest.of(*key))
        except UNREADABLE:
            return pa.chunked_array([], pa.string())


def key_of(batch: Any) -> Key:
    """The position of a batch's last row."""
    last = batch.slice(batch.num_rows - 1)
    return last.column("received_at").cast(pa.int64())[0].as_py(), last.column("id")[0].as_py()
