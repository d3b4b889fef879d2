"""10,000 checks each 10 s from one worker on one core, for a minute: no look later than 1 s,
nothing dropped.

Run by hand: `python -m tests.benchmarks.many [--https] [--seconds 60]`. Real parts: Valkey, a
worker process that may use one core only, nginx and this coordinator's end of the wire on the
other. Orders go out as the coordinator sends them: each second those due in the next one, 500 looks
an order, a quarter of a second ahead. The exit code is 1 when the promise is not kept.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from api.cli.bench.local import local_servers
from tests.benchmarks.worker import broker, cpu_s, rss_mb
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now
from worker.contract.standing.schedule import phase

CHECKS = 10_000
INTERVAL_MS = 10_000
LEAD_MS = 250
MOST_LOOKS = 500
PROMISED_MS = 1000
SLOT, SCHEDULED, STARTED, OK, TOTAL = 1, 3, 4, 5, 14


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--https", action="store_true")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])  # this process and the servers that it starts
    with (
        tempfile.TemporaryDirectory() as name,
        local_servers() as local,
        broker(Path(name)) as valkey,
    ):
        settings = {"OUTSCOPE_CA_FILE": local.ca_file}
        worker = WorkerProcess(valkey.url, Path(name) / "worker", settings=settings, core=cores[0])
        scheme, port = ("https", local.https) if options.https else ("http", local.http)
        with worker, Coordinator(valkey.url) as coordinator:
            return run(worker, coordinator, f"{scheme}://127.0.0.1:{port}", options.seconds)


def run(worker: WorkerProcess, coordinator: Coordinator, url: str, seconds: int) -> int:
    """Order for so many seconds, wait for what comes back, print, judge."""
    texts = [
        check(f"c{n}", "http", interval_ms=INTERVAL_MS, url=f"{url}/{n}") for n in range(CHECKS)
    ]
    dial: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for n in range(CHECKS):
        moment = phase(f"c{n}", coordinator.region, INTERVAL_MS)
        dial[moment // 1000].append((moment, n))
    cpu, began_s, ordered = cpu_s(worker.pid), time.monotonic(), 0
    first = now() // 1000 * 1000 + 1000
    for second in range(seconds):
        start = first + second * 1000
        time.sleep(max(0.0, (start - LEAD_MS - now()) / 1000))
        slot = start // INTERVAL_MS
        looks = [
            (slot * INTERVAL_MS + moment, n)
            for moment, n in sorted(dial[start % INTERVAL_MS // 1000])
        ]
        for part in (looks[i : i + MOST_LOOKS] for i in range(0, len(looks), MOST_LOOKS)):
            send(coordinator, [texts[n] for _, n in part], [at for at, _ in part], slot)
        ordered += len(looks)
    until(
        lambda: len(coordinator.looks_by_id) >= ordered,
        "all results",
        lambda: len(coordinator.looks_by_id),
    )
    busy = (cpu_s(worker.pid) - cpu) / (time.monotonic() - began_s) * 100
    return tell(worker, coordinator, ordered, busy)


def send(coordinator: Coordinator, checks: list[str], moments: list[int], slot: int) -> None:
    """One order."""
    looks = [[index, slot, 0, at] for index, at in enumerate(moments)]
    coordinator.send(
        {
            "v": 1,
            "order": "o",
            "region": "eu-west",
            "issued_at": now(),
            "checks": checks,
            "looks": looks,
        }
    )


def tell(worker: WorkerProcess, coordinator: Coordinator, ordered: int, busy: float) -> int:
    """Print the figures; the exit code."""
    rows = list(coordinator.looks_by_id.values())
    late = sorted(row[STARTED] - row[SCHEDULED] for row in rows)
    total = sorted(row[TOTAL] for row in rows if row[TOTAL] is not None)
    failed = [row for row in rows if not row[OK]]
    print(
        f"{ordered} looks ordered, {len(rows)} came back, {len(failed)}"
        f" failed{f': {failed[0]}' if failed else ''}"
    )
    p50, p99 = late[len(late) // 2], late[len(late) * 99 // 100]
    print(
        f"start after it was due: p50 {p50} ms, p99 {p99} ms, worst {late[-1]} ms (promise:"
        f" {PROMISED_MS} ms)"
    )
    print(
        f"total of a look: p50 {total[len(total) // 2]:.2f} ms, p99"
        f" {total[len(total) * 99 // 100]:.2f} ms"
    )
    print(f"worker: {busy:.0f} % of one core, {rss_mb(worker.pid):.0f} MB")
    return 0 if len(rows) == ordered and not failed and late[-1] <= PROMISED_MS else 1


if __name__ == "__main__":
    sys.exit(main())
