"""Results a second from the wire to the commit, judging included: `python -m tests.benchmarks.ingest`.

A real Valkey holds reports of 200 rows from five regions; a real coordinator process on SQLite takes them in. The same
rows through the standard library's `executemany` are the yardstick.
"""

import asyncio
import itertools
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kombu import Connection

from coordinator.store import open_store
from coordinator.store.result_rows import COLUMNS, INSERT
from tests.benchmarks.fleet import INTERVAL_MS, REGIONS, document, rows
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from worker.contract.clock import now
from worker.contract.message import TASK_REPORT, reports_queue

CHECKS = 1_000
SLOTS = 20
ROWS_A_REPORT = 200
PORT = 17_480


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(PORT, folder / "valkey")
        broker.start()
        try:
            _measure(broker, folder)
        finally:
            broker.kill()
    return 0


def _measure(broker: Broker, folder: Path) -> None:
    database = folder / "store.db"
    configured = document(CHECKS)
    asyncio.run(_apply(f"sqlite://{database}", configured))
    coordinator = CoordinatorProcess(broker.url, f"sqlite://{database}", folder / "coordinator")
    with coordinator:
        idle_cpu_s = _cpu_s(coordinator.pid)
        sent = _fill(broker.url, configured)
        started, cpu_s = time.monotonic(), _cpu_s(coordinator.pid)
        until(lambda: _stored(database) >= sent, 300)
        took_s, cpu_s = time.monotonic() - started, _cpu_s(coordinator.pid) - cpu_s
        rss_mb = _rss_mb(coordinator.pid)
        coordinator.stop()
    told = asyncio.run(_told(f"sqlite://{database}"))
    bare_s = _bare(database, folder / "bare.db")
    print(
        f"ingest with judging: {sent} results, {CHECKS} checks, {len(REGIONS)} regions, start-up {idle_cpu_s:.1f} s CPU"
    )
    print(f"  wall  {sent / took_s:8.0f} results/s")
    print(f"  CPU   {cpu_s / sent * 1e6:8.1f} us a result = {sent / cpu_s:.0f} results/s on one core (promise: 5000)")
    print(f"  bare sqlite executemany {sent / bare_s:.0f} rows/s; ratio {cpu_s / bare_s:.1f}; memory {rss_mb:.0f} MB")
    print(f"  one judging p99 {told['judge_p99_ms']} ms; from arrival to commit p99 {told['ingest_lag_p99_ms']} ms")


async def _apply(url: str, configured: dict[str, Any]) -> None:
    async with open_store(url) as store:
        await store.configurations.save(configured, now())


async def _told(url: str) -> dict[str, Any]:
    async with open_store(url) as store:
        return (await store.standings.all("coordinator"))["coordinator"]


def _fill(url: str, configured: dict[str, Any]) -> int:
    """Put reports on the queues, oldest first and the regions in turn; the number of results."""
    first_slot = now() // INTERVAL_MS - SLOTS
    streams = [
        [(region, batch) for batch in _batches(rows(configured, region, first_slot, SLOTS))] for region in REGIONS
    ]
    sent = 0
    with Connection(url) as link:
        producer = link.Producer(serializer="json")
        for seq, (region, batch) in enumerate(itertools.chain(*zip(*streams, strict=True))):
            report = {"v": 1, "worker": f"{region}-1", "boot": "b", "seq": seq, "sent_at": now(), "rows": batch}
            producer.publish(
                [[report], {}, {}],
                exchange="",
                routing_key=reports_queue(region),
                headers={"task": TASK_REPORT, "id": str(seq)},
            )
            sent += len(batch)
    return sent


def _batches(stream: Any) -> Any:
    while batch := list(itertools.islice(stream, ROWS_A_REPORT)):
        yield batch


def _stored(database: Path) -> int:
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    count: int = link.execute("SELECT count(*) FROM result").fetchone()[0]
    link.close()
    time.sleep(0.2)
    return count


def _bare(database: Path, target: Path) -> float:
    """CPU seconds of the standard library's executemany for the same rows, in transactions of 200, same schema."""
    source = sqlite3.connect(database)
    found = source.execute(f"SELECT {COLUMNS} FROM result ORDER BY received_at").fetchall()
    schema = [
        row[0] for row in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'result' AND sql NOT NULL")
    ]
    source.close()
    link = sqlite3.connect(target)
    link.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + ";".join(schema))
    began_s = time.process_time()
    for start in range(0, len(found), ROWS_A_REPORT):
        with link:
            link.executemany(INSERT, found[start : start + ROWS_A_REPORT])
    link.close()
    return time.process_time() - began_s


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
