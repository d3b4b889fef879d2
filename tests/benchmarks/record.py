"""A million results and their rollups: bytes on disk, and what making them costs: `python -m tests.benchmarks.record`.

Ten checks from eight regions each second of a day and a half, latencies of a usual spread; on SQLite and PostgreSQL.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from coordinator.store import Store, open_store
from coordinator.store.rollups import LENGTH_MS
from tests.faults.postgres import Postgres, binaries
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

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
    ok = dice.random() > 0.01
    phases = [round(dice.lognormvariate(mean, 0.3), 3) for mean in (2, 3, 3.5, 4.5)]
    return Result(
        id=result_id(f"claude-api-{check}", f"region-{region}", f"region-{region}-1", at // INTERVAL_MS, 0),
        check=f"claude-api-{check}",
        service="claude",
        component=f"api-{check // 2}",
        kind="http",
        region=f"region-{region}",
        worker=f"region-{region}-1",
        scheduled_at=at,
        started_at=at + 2,
        received_at=at + 180,
        attempt=0,
        ok=ok,
        reason=Reason.OK if ok else Reason.TIMEOUT,
        blame=Blame.NONE if ok else Blame.PATH,
        detail="" if ok else "no answer within 10 s",
        status_code=200 if ok else None,
        dns_ms=phases[0],
        connect_ms=phases[1],
        tls_ms=phases[2],
        ttfb_ms=phases[3],
        total_ms=round(sum(phases), 3),
        ip=f"160.79.104.{region}",
        asn=399358,
        ip_country="US",
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
            began_s, cpu_s, made, rows = time.perf_counter(), time.process_time(), 0, 0
            while due := await store.rollups.due(level, DAY * 2):
                for at in due:
                    rows += await store.rollups.make(level, at)
                    made += 1
            took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
            size = await _size(store, f"rollup_{level}") - (before if "sqlite" in url else 0)
            before += size if "sqlite" in url else 0
            print(
                f"  {level}: {rows} rows of {size / rows:.0f} bytes, made in {took_s / made * 1e3:.0f} ms a bucket, "
                f"{cpu_s / rows * 1e6:.1f} us of CPU here a row"
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
