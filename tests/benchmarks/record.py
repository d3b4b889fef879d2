"""A million results and their rollups: bytes on disk, and what making them costs: `python -m
tests.benchmarks.record`.

Ten checks from eight regions each second of a day and a half, latencies of a usual spread; on
SQLite and PostgreSQL.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from coordinator.domain.rollups.level import LENGTH_MS
from coordinator.store import Store, open_store
from tests.benchmarks.made import made
from tests.faults.postgres import Postgres, binaries
from worker.contract.result import Result

DAY = 20_500 * 86_400_000
INTERVAL_MS = 10_000
CHECKS, REGIONS = 10, 8
RESULTS = 1_000_000


def results() -> Iterator[list[Result]]:
    """A million, a minute at a time."""
    dice = random.Random(1)
    minutes = RESULTS // (CHECKS * REGIONS * 60_000 // INTERVAL_MS)
    for minute in range(minutes):
        at = DAY + minute * 60_000
        yield [
            _result(dice, check, region, at + n * INTERVAL_MS)
            for n in range(60_000 // INTERVAL_MS)
            for check in range(CHECKS)
            for region in range(REGIONS)
        ]


def _result(dice: random.Random, check: int, region: int, at: int) -> Result:
    name = f"claude-api-{check}"
    return made(
        dice, "claude", f"api-{check // 2}", name, f"region-{region}", at // INTERVAL_MS, at
    )


async def measure(name: str, url: str) -> None:
    """Fill, roll up, and print."""
    async with open_store(url) as store:
        count = 0
        for batch in results():
            count += len(await store.results.add(batch))
        before = await _size(store, "result")
        print(f"{name}: {before / count:.0f} bytes a result ({before / count:.0f} MB a million)")
        for level in LENGTH_MS:
            began_s, cpu_s, buckets, rows = time.perf_counter(), time.process_time(), 0, 0
            while due := await store.rollups.due(level, DAY * 2):
                for at in due:
                    rows += await store.rollups.make(level, at)
                    buckets += 1
            took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
            size = await _size(store, f"rollup_{level}") - (before if "sqlite" in url else 0)
            before += size if "sqlite" in url else 0
            print(
                f"  {level}: {rows} rows of {size / rows:.0f} bytes, made in"
                f" {took_s / buckets * 1e3:.0f} ms a bucket, {cpu_s / rows * 1e6:.1f} us of CPU"
                " here a row"
            )


async def _size(store: Store, table: str) -> int:
    if not store._database.is_sqlite:
        await store._database.fetch("CHECKPOINT")
    return await store.size(table)


def main() -> int:
    """Both databases."""
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure("sqlite", f"sqlite://{name}/record.db"))
    programs = binaries()
    if programs is None:
        print("PostgreSQL is not installed; only SQLite was measured")
        return 0
    with tempfile.TemporaryDirectory() as name:
        server = Postgres(programs, Path(name))
        server.create()
        try:
            asyncio.run(measure("postgresql", server.database("record")))
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
