"""The coordinator of a soak: its own loops over its own store and consumer, by a clock that goes as
fast as what arrives.

Taking in waits while rollups are more than a quarter of an hour behind, by the fast clock;
archiving goes on beside.
"""

import asyncio
import gc
import json
import os
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.fast_clock import CLOCK  # isort: skip  first, see there

from api.cli.bench.limit import bare_rows_per_s
from coordinator.analytics.history import history
from coordinator.archive.manifest import Manifest
from coordinator.archive.place import open_place
from coordinator.configuration import from_document
from coordinator.configuration.retention import DAY_MS, Keep
from coordinator.domain.engine import Engine
from coordinator.ingest.loop import Ingest
from coordinator.messaging.consumer import Delivery, ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.store import Store, open_store
from coordinator.upkeep import rollup_loop
from coordinator.upkeep.archive_loop import ArchiveLoop
from coordinator.upkeep.rollup_loop import RollupLoop
from tests.coordinator.ingest.taking_in import TakingIn

KEEP = Keep(DAY_MS, DAY_MS, 400 * DAY_MS, 3_650 * DAY_MS)
BEHIND_MS = 900_000
HOUR_MS = 3_600_000
LIMIT_ROWS = 100_000
_SENT_AT = re.compile(rb'"sent_at": ?(\d+)')


class FastConsumer(ReportConsumer):
    """Gives out what was sent in one slot at once, moves the clock there, and waits for rollups."""

    rolled_up = 0
    most = 64

    async def some(self, timeout_s: float, most: int = 0) -> list[Delivery]:
        """As `ReportConsumer`, when rollups are not too far behind."""
        while CLOCK.at - self.rolled_up > BEHIND_MS:  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.002)
        found = await super().some(timeout_s, self.most)
        for delivery in found:
            if told := _SENT_AT.search(delivery.body, 0, 400):
                CLOCK.move(int(told[1]))
        return found


class Soak:
    """One run; `tell` gets a line a tenth."""

    def __init__(
        self, store: Store, consumer: FastConsumer, ingest: Ingest, archive: str, results: int
    ) -> None:
        self._store, self._consumer, self._ingest = store, consumer, ingest
        self._results = results
        self._rollup_loop = RollupLoop(store, consumer, KEEP, archived=True)
        # a rest would be hours by this clock
        self._archive_loop = ArchiveLoop(store, archive, KEEP.results_ms, rest=0.0)
        self._stop = asyncio.Event()
        self._archive_s = 0.0

    async def run(self, counters: Counters) -> None:
        """Take everything in; then roll up and archive what is left."""
        works = (self._ingest.run(self._stop), self._chores(), self._archiving())
        loops = [asyncio.create_task(work) for work in works]
        watching = asyncio.create_task(self._watch(counters))
        done, _ = await asyncio.wait([*loops, watching], return_when=asyncio.FIRST_COMPLETED)
        self._stop.set()
        for task in done:
            task.result()
        await asyncio.gather(*loops)

    async def finish(self) -> None:
        """What is due once the last bucket has ended."""
        CLOCK.move(CLOCK.at + 2 * rollup_loop.GRACE_MS)
        for _ in range(3):
            await self._rollup_loop._round(asyncio.Event())
        await self._archive_loop.once(asyncio.Event())

    async def _chores(self) -> None:
        while not self._stop.is_set():
            began = CLOCK.at
            await self._rollup_loop._round(self._stop)
            self._consumer.rolled_up = began
            await asyncio.sleep(0.01)

    async def _archiving(self) -> None:
        hour = CLOCK.at // HOUR_MS
        while not self._stop.is_set():
            if CLOCK.at // HOUR_MS > hour:
                hour, began_s = CLOCK.at // HOUR_MS, time.perf_counter()
                await self._archive_loop.once(self._stop)
                self._archive_s += time.perf_counter() - began_s
            await asyncio.sleep(0.05)

    async def _watch(self, counters: Counters) -> None:
        for tenth in range(1, 11):
            before, archive_s = counters.results, self._archive_s
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            while counters.results < self._results * tenth // 10:  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.02)
            took_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
            rows = counters.results - before
            tell(
                tenth=tenth,
                results_per_s=round(rows / took_s),
                cpu_us=round(cpu_s / rows * 1e6, 1),
                rss_mb=round(_rss_mb(), 1),
                archiving_s=round(self._archive_s - archive_s, 1),
            )


def tell(**figures: Any) -> None:
    """A line for whoever started this."""
    print(json.dumps(figures), flush=True)


async def soak(url: str, bare_urls: list[str], broker: str, folder: Path, results: int) -> None:
    """Take in so many results that wait at the broker, or will."""
    configured = json.loads((folder / "configured.json").read_text())
    configuration = from_document(configured)
    regions = [region.id for region in configuration.topology.regions]
    await _tell_limit(bare_urls[0], url, folder)
    async with open_store(url) as store:
        CLOCK.move(int((folder / "began").read_text()))
        await store.configurations.save(configured, CLOCK.at)
        publisher, consumer = Publisher(broker), FastConsumer(broker, regions)
        consumer.rolled_up = CLOCK.at
        consumer.most = int((folder / "reports_a_slot").read_text())
        engine = Engine(configuration.judged, configuration.rules)
        receive_clock = ReceiveClock(CLOCK.now, CLOCK.now_s)
        work = TakingIn(
            store, engine, configuration, receive_clock, link=(publisher, consumer), kept=KEEP
        )
        rollup_loop.STEP_ASIDE_S = 0.0  # type: ignore[misc]  reports always wait in fast time
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)  # as the coordinator's process does
        publisher.open()
        consumer.open()
        run = Soak(store, consumer, work.ingest, str(folder / "archive"), results)
        try:
            await run.run(work.counters)
            await run.finish()
        finally:
            await consumer.close()
            await asyncio.to_thread(publisher.close)
        await _tell_end(store, work.counters, folder)
    await _tell_limit(bare_urls[1], url, folder)


async def _tell_limit(url: str, source: str, folder: Path) -> None:
    """What the database takes with nothing around it, at this moment: the same rows as at the other
    end.
    """
    from tests.benchmarks.record import results as made

    async with open_store(url) as store:
        rows = 0
        for batch in made():
            rows += len(await store.results.add(batch))
            if rows >= LIMIT_ROWS:
                break
        tell(limit_rows_per_s=round(await bare_rows_per_s(store, url, rows, folder)))
    (folder / "bare.db").unlink(missing_ok=True)


async def _tell_end(store: Store, counters: Counters, folder: Path) -> None:
    hot, _ = await store.results.count_and_first()
    took_ms, year_ago, whole = (
        [],
        CLOCK.at - 365 * DAY_MS,
        {"component": None, "check": None, "region": None},
    )
    for _ in range(5):
        began_s = time.perf_counter()
        year = await history(store, "s0", year_ago, CLOCK.at, "day", **whole)
        took_ms.append((time.perf_counter() - began_s) * 1000)
    archive = [path.stat() for path in (folder / "archive").rglob("*.parquet")]
    tell(
        results=counters.results,
        refused=counters.refused,
        repeats=counters.repeats,
        hot=hot,
        archived=sum(part.rows for part in Manifest(open_place(str(folder / "archive"))).parts()),
        year_ms=round(sorted(took_ms)[2], 1),
        looks_of_year=year["whole"]["looks"],
        store_mb=round(await store.size("result") / 1e6),
        archive_mb=round(sum(stat.st_size for stat in archive) / 1e6, 1),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    """As `soak` says; URLs of the database and of two empty ones, the broker's, the folder, and the
    number.
    """
    url, first, last, broker, folder, results = sys.argv[1:]
    asyncio.run(soak(url, [first, last], broker, Path(folder), int(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
