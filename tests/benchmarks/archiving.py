"""CPU of moving a day into the archive, step by step: `python -m tests.benchmarks.archiving
[results] [services]`.

On SQLite and PostgreSQL, beside the least that it can be: the same rows written from memory by
pyarrow, plus a bare DELETE. The figures are CPU of this process, in which SQLite works too;
PostgreSQL's own is not counted.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coordinator.archive.moving.archiver import Archiver
from coordinator.archive.place import open_place
from coordinator.result_files.columns import batch_of
from coordinator.store import Store, open_store
from coordinator.store.results.result_rows import to_row
from tests.benchmarks.made import made
from tests.faults.postgres import Postgres, binaries
from worker.contract.clock import now
from worker.contract.result import FIELDS, Result

DAY_MS = 86_400_000
RESULTS, SERVICES = 200_000, 100
CHECKS, REGIONS = 2, 8
BATCH = 5_000


def day(results: int, services: int) -> Iterator[list[Result]]:
    """Results of a day that ended two days ago, in the order in which they were due."""
    dice = random.Random(1)
    slots = results // (services * CHECKS * REGIONS)
    start = (now() // DAY_MS - 3) * DAY_MS
    batch: list[Result] = []
    for slot in range(slots):
        for look in range(services * CHECKS * REGIONS):
            at = start + (slot * services * CHECKS * REGIONS + look) * (DAY_MS // results)
            batch.append(
                _result(
                    dice, look % services, look // services % CHECKS, look // services // CHECKS, at
                )
            )
            if len(batch) == BATCH:
                yield batch
                batch = []
    yield batch


def _result(dice: random.Random, service: int, check: int, region: int, at: int) -> Result:
    name = f"service-{service}"
    found = made(dice, name, f"api-{check}", f"{name}-{check}", f"region-{region}", at, at)
    return found._replace(
        started_at=at + dice.randrange(12),
        received_at=at + 180 + dice.randrange(2_000),
        detail=f"401 in {found.ttfb_ms:.0f} ms" if found.ok else found.detail,
        status_code=401 if found.ok else None,
        ip=f"160.79.104.{service}",
        extra={"http_version": "2", "bytes": dice.randrange(9_000)},
    )


class Steps:
    """CPU by step, in seconds."""

    def __init__(self) -> None:
        self.cpu_s: Counter[str] = Counter()
        self._name, self._began_s = "start", time.process_time()

    async def begin(self, name: str) -> None:
        """A step begins, and the one before has ended."""
        at_s = time.process_time()
        self.cpu_s[self._name] += at_s - self._began_s
        self._name, self._began_s = name, at_s


async def fill(store: Store, results: int, services: int) -> int:
    """A day in the store, rolled up as far as the archive can tell."""
    count = 0
    for batch in day(results, services):
        count += len(await store.results.add(batch))
    await store._database.fetch("DELETE FROM rollup_due")
    return count


async def bare(store: Store) -> float:
    """CPU of deleting every result by one statement after the other, a chunk at a time, in
    seconds.
    """
    began_s = time.process_time()
    while found := await store._database.fetch(
        "SELECT max(scheduled_at) AS upto FROM (SELECT scheduled_at FROM result ORDER BY"
        " scheduled_at LIMIT 5000) AS t"
    ):
        if found[0]["upto"] is None:
            break
        await store._database.fetch("DELETE FROM result WHERE scheduled_at <= ?", found[0]["upto"])
    return time.process_time() - began_s


def written(results: int, services: int, folder: Path) -> float:
    """CPU of writing the same rows, which are in memory in columns and in the file's order, in
    seconds.
    """
    rows = [
        dict(zip(FIELDS, to_row(result), strict=True))
        for batch in day(results, services)
        for result in batch
    ]
    rows.sort(key=lambda row: (row["service"], row["check"], row["scheduled_at"]))
    table = pa.Table.from_batches([batch_of(rows)])
    began_s = time.process_time()
    pq.write_table(table, folder / "least.parquet", compression="zstd", row_group_size=8_192)
    return time.process_time() - began_s


async def measure(
    name: str, url: str, results: int, services: int, folder: Path, server: Postgres | None = None
) -> None:
    """Archive a day, and print."""
    async with open_store(url) as store:
        count = await fill(store, results, services)
        least_s = await bare(store)
        await fill(store, results, services)
        before_mb, steps = _memory_mb("VmRSS"), Steps()
        _reset_most()
        server_s = _server_s(server)
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        report = await Archiver(
            store, open_place(str(folder / f"archive-{name}")), step=steps.begin
        ).run(DAY_MS)
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
        await steps.begin("end")
        more_mb, server_s = _memory_mb("VmHWM") - before_mb, _server_s(server) - server_s
        if not report.rows == report.deleted == count:
            raise RuntimeError(f"{report.rows} archived and {report.deleted} deleted of {count}")
    least_s += written(results, services, folder)
    print(
        f"{name}: {cpu_s / count * 1e6:.1f} us of CPU a result, {count / wall_s:.0f} results/s;"
        f" {cpu_s / least_s:.1f} times the least ({least_s / count * 1e6:.1f} us); {more_mb} MB"
        " more memory" + (f"; {server_s / count * 1e6:.1f} us of the server's" if server else "")
    )
    for step, step_s in steps.cpu_s.most_common():
        print(f"  {step}: {step_s / count * 1e6:.2f} us")


def _memory_mb(name: str) -> int:
    """`VmRSS`, or `VmHWM`: the most since it was last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


def _reset_most() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _server_s(server: Postgres | None) -> float:
    """CPU that the processes of a server have taken, in seconds."""
    if server is None:
        return 0.0
    postmaster = (server._data / "postmaster.pid").read_text().split()[0]
    stats = [
        path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")
    ]
    return sum(
        int(told[11]) + int(told[12]) for told in stats if told[1] == postmaster
    ) / os.sysconf("SC_CLK_TCK")


def main(argv: list[Any]) -> int:
    """Both databases."""
    results, services = (
        (int(argv[0]) if argv else RESULTS),
        (int(argv[1]) if argv[1:] else SERVICES),
    )
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(
            measure("sqlite", f"sqlite://{name}/archiving.db", results, services, Path(name))
        )
    programs = binaries()
    if programs is None:
        print("PostgreSQL is not installed; only SQLite was measured")
        return 0
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as made:
        server = Postgres(programs, Path(name))
        server.create()
        try:
            url = server.database("archiving")
            asyncio.run(measure("postgresql", url, results, services, Path(made), server))
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
