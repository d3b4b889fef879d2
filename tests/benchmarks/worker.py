"""How many looks a second one worker process makes per core, Celery included. Run: `python -m
tests.benchmarks.worker`.

Real parts only: a Valkey server, a web server on the loopback, a worker process, orders published
as the coordinator does, a fresh connection for each look, reports stored in the outbox and
receipted. What counts is the CPU time of the worker process from /proc, because the machine is
shared; wall time is printed beside it.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.bench.local import local_servers
from api.supervisor.claim import free_port
from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.worker import WorkerProcess

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
ORDER_LOOKS = 500
AHEAD_LOOKS = 4000
"""Looks ordered and not yet reported, so that the worker never waits for an order."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--looks", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=("http", "tcp"), default="http")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        local_servers() as local,
        broker(Path(name)) as valkey,
        WorkerProcess(valkey.url, Path(name) / "worker") as worker,
        Coordinator(valkey.url) as coordinator,
    ):
        time.sleep(6)  # a heartbeat: the memory of a worker at rest
        print(f"at rest: {rss_mb(worker.pid):.0f} MB, {rest_cpu(worker.pid):.1f} % of a core")
        for _ in range(options.rounds):
            report("worker", *measure(worker, coordinator, local.http, options.kind, options.looks))
        print(f"afterwards: {rss_mb(worker.pid):.0f} MB")


def measure(
    worker: WorkerProcess,
    coordinator: Coordinator,
    port: int,
    kind: str,
    looks: int,
    *,
    order_looks: int = ORDER_LOOKS,
    ahead: int = AHEAD_LOOKS,
) -> tuple[float, float, int]:
    """CPU seconds and wall seconds of the worker for so many looks, each of which arrived.

    An order holds `order_looks`; `ahead` are ordered and not yet reported.
    """
    target = {
        "http": {"url": f"http://127.0.0.1:{port}/"},
        "tcp": {"host": "127.0.0.1", "port": port},
    }[kind]
    checks = [check(f"check-{number}", kind, timeout_ms=10_000, **target) for number in range(50)]
    first = len(coordinator.looks_by_id)

    def publish() -> None:
        base = time.time_ns()
        for start in range(0, looks, order_looks):
            rows = (
                (n % len(checks), base + n) for n in range(start, min(start + order_looks, looks))
            )
            coordinator.order(checks, rows)
            enough = first + start + order_looks - ahead
            until(lambda enough=enough: len(coordinator.looks_by_id) >= enough)
        until(lambda: len(coordinator.looks_by_id) - first >= looks, "all results there")

    cpu_s, wall_s = timed(worker.pid, publish)
    failed = [row for row in list(coordinator.looks_by_id.values())[first:] if not row[5]]
    assert not failed, f"{len(failed)} looks failed, the first: {failed[0]}"
    return cpu_s, wall_s, looks


def timed(pid: int, act: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds of a process, and wall seconds, while something is done."""
    cpu, wall = cpu_s(pid), time.monotonic()
    act()
    return cpu_s(pid) - cpu, time.monotonic() - wall


def report(who: str, cpu: float, wall: float, looks: int) -> None:
    """Print one line."""
    per_core, by_the_wall = looks / cpu, looks / wall
    print(
        f"{who}: {1e6 / per_core:.0f} us CPU a look, {per_core:.0f} looks/s/core; {by_the_wall:.0f}"
        " looks/s here"
    )


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def rss_mb(pid: int) -> float:
    """Memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def rest_cpu(pid: int) -> float:
    """Percent of a core that a process uses while nothing is ordered."""
    cpu, _ = timed(pid, lambda: time.sleep(5))
    return cpu / 5 * 100


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """Valkey on a free port."""
    server = Broker(free_port(), folder / "valkey")
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """A server process that answers on the port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers, f"{command[0]} on port {port}")
        yield process.pid
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
