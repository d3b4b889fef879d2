"""Slot jitter of dispatch: `python -m tests.benchmarks.dispatch [seconds]`.

1,000 checks from five regions every 30 seconds, with a real Valkey, a real coordinator process on
SQLite, and one reporter a region that takes orders and reports each look, so that ingest and
judging go on meanwhile.
"""

import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from coordinator.store import open_store
from tests.benchmarks.fleet import REGIONS, document
from tests.benchmarks.worker import cpu_s, rss_mb
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.reporter import Reporter
from worker.contract.clock import now

CHECKS = 1_000
PORT = 17_481
WARM_UP_S = 5


def main(seconds: int) -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(PORT, folder / "valkey")
        broker.start()
        try:
            _measure(broker, folder, seconds)
        finally:
            broker.kill()
    return 0


def _measure(broker: Broker, folder: Path, seconds: int) -> None:
    url = f"sqlite://{folder}/store.db"
    asyncio.run(_apply(url, document(CHECKS)))
    coordinator = CoordinatorProcess(broker.url, url, folder / "coordinator")
    reporters = [Reporter(broker.url, region) for region in REGIONS]
    with ExitStack() as stack:
        for reporter in reporters:
            stack.enter_context(reporter)
        stack.enter_context(coordinator)
        time.sleep(WARM_UP_S)
        for reporter in reporters:
            reporter.lateness_ms.clear()
        before_s = cpu_s(coordinator.pid)
        time.sleep(seconds)
        used_s = cpu_s(coordinator.pid) - before_s
        lateness = sorted(value for reporter in reporters for value in reporter.lateness_ms)
        memory_mb = rss_mb(coordinator.pid)
        coordinator.stop()
    _print(lateness, asyncio.run(_told(url)), used_s / seconds, memory_mb, seconds)


async def _apply(url: str, configured: dict[str, Any]) -> None:
    async with open_store(url) as store:
        await store.configurations.save(configured, now())


async def _told(url: str) -> dict[str, Any]:
    async with open_store(url) as store:
        return (await store.standings.all("coordinator"))["coordinator"]


def _print(
    lateness: list[int], told: dict[str, Any], cpu: float, memory_mb: float, seconds: int
) -> None:
    def late(share: float) -> int:
        return max(0, lateness[min(len(lateness) - 1, int(share * len(lateness)))])

    print(
        f"dispatch: {CHECKS} checks x {len(REGIONS)} regions every 30 s for {seconds} s,"
        f" {len(lateness)} looks ordered"
    )
    print(
        f"  late at the worker: p50 {late(0.5)} ms, p99 {late(0.99)} ms, worst {late(1)} ms"
        " (promise: p99 < 250 ms)"
    )
    print(
        f"  broker took orders late: p99 {told['order_lag_p99_ms']} ms; one judging p99"
        f" {told['judge_p99_ms']} ms"
    )
    print(
        f"  from arrival to commit: p99 {told['ingest_lag_p99_ms']} ms; lost looks"
        f" {told['looks_lost']}"
    )
    print(f"  coordinator: {cpu * 100:.0f} % of one core, {memory_mb:.0f} MB")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
