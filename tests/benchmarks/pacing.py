"""Our own burst is nobody's latency: times of HTTPS looks in batches against those of single ones.

Run by hand: `python -m tests.benchmarks.pacing`. Real parts: Valkey, nginx with TLS 1.3 on the
loopback, a worker process that verifies a fresh connection for each look. Looks are ordered one at
a time first; then 400 a second, each due at its own moment as the coordinator spreads them; then
400 that are all due at once, which the worker must spread itself. Promise: p50 within 2 ms and p99
within 5 ms of a single look's, in the middle of the rounds; the exit code is 1 when it is not kept.
`--burst N` changes the 400.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from api.cli.bench.local import Local, local_servers
from tests.benchmarks.worker import broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now

ROUNDS = 3
SINGLES = 100
P50_MS, P99_MS = 2.0, 5.0
TOTAL, SCHEDULED, STARTED, OK, TTFB = 14, 3, 4, 5, 13


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--burst", type=int, default=400)
    burst = parser.parse_args().burst
    with (
        tempfile.TemporaryDirectory() as name,
        local_servers() as local,
        broker(Path(name)) as valkey,
    ):
        settings = {"OUTSCOPE_CA_FILE": local.ca_file}
        with (
            WorkerProcess(valkey.url, Path(name) / "worker", settings=settings),
            Coordinator(valkey.url) as coordinator,
        ):
            measure(coordinator, local, "warm-up", [i * 5 for i in range(burst)])
            spread = [i * 1000 // burst for i in range(burst * 3)]
            batches = {f"{burst} a second, spread": spread, f"{burst} due at once": [0] * burst}
            return 0 if rounds(coordinator, local, batches) else 1


def rounds(coordinator: Coordinator, local: Local, batches: Mapping[str, Sequence[int]]) -> bool:
    """Measure each batch against single looks, several times; whether the promise is kept."""
    differences: dict[str, list[tuple[float, float]]] = {what: [] for what in batches}
    for _ in range(ROUNDS):
        single = measure(coordinator, local, "one at a time", [i * 25 for i in range(SINGLES)])
        for what, offsets in batches.items():
            p50, p99 = measure(coordinator, local, what, offsets)
            differences[what].append((p50 - single[0], p99 - single[1]))
    kept = True
    for what, found in differences.items():
        p50, p99 = (median(values) for values in zip(*found, strict=True))
        print(
            f"{what}: p50 {p50:+.2f} ms, p99 {p99:+.2f} ms against a single look (promise: 2 and"
            " 5 ms)"
        )
        kept = kept and p50 <= P50_MS and p99 <= P99_MS
    return kept


def measure(
    coordinator: Coordinator, local: Local, what: str, offsets_ms: Sequence[int]
) -> tuple[float, float]:
    """Order looks at these offsets from now; p50 and p99 of their total times, in milliseconds."""
    text = check("web", "http", url=f"https://127.0.0.1:{local.https}/")
    first, base = len(coordinator.looks_by_id), time.time_ns()
    # as the coordinator does: an order a second at most, a bit ahead
    for start in range(0, len(offsets_ms), 400):
        part = offsets_ms[start : start + 400]
        _order(coordinator, text, part, base + start)
    until(
        lambda: len(coordinator.looks_by_id) - first >= len(offsets_ms),
        f"all results of: {what}",
    )
    rows = list(coordinator.looks_by_id.values())[first:]
    assert all(row[OK] for row in rows), next(row for row in rows if not row[OK])
    cuts = quantiles([row[TOTAL] for row in rows], n=100)
    late_ms = max(row[STARTED] - row[SCHEDULED] for row in rows)
    print(
        f"{what:>28}: p50 {cuts[49]:6.2f} ms, p99 {cuts[98]:6.2f} ms, last start {late_ms} ms after"
        " it was due"
    )
    return cuts[49], cuts[98]


def _order(coordinator: Coordinator, text: str, offsets_ms: Sequence[int], first_slot: int) -> None:
    at = now() + 250
    looks = [[0, first_slot + i, 0, at + offset] for i, offset in enumerate(offsets_ms)]
    coordinator.send(
        {
            "v": 1,
            "order": "o",
            "region": "eu-west",
            "issued_at": now(),
            "checks": [text],
            "looks": looks,
        }
    )


if __name__ == "__main__":
    sys.exit(main())
