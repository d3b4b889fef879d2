"""Days of results in fast time, with rollups, retention and archiving: `python -m
tests.benchmarks.soak [--results N]`.

A coordinator's loops take them from a real broker, store, receipt and judge them, roll them up, and
archive what is older than a day, by a clock that goes as fast as what arrives. Ingest speed and
memory by tenth of the run, and what the database takes with nothing around it before and after: a
machine that changes meanwhile changes both.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import orjson
import redis
from kombu import Connection

from api.cli.bench.coordinator import _broker
from api.cli.bench.load import INTERVAL_MS, REGIONS, ROWS_A_REPORT, document, rows
from tests.faults.postgres import Postgres, binaries
from worker.contract.message import TASK_REPORT, reports_queue

FIRST_DAY = 20_500
DAY_MS = 86_400_000
WAITING = 40
"""Reports that wait at the broker: enough that the coordinator never does."""
TIDY_EVERY = 200
ONE_IN = 500
"""One look in so many fails, as on a usual day."""


def feed(broker: str, checks: int, slots: int, told: "subprocess.Popen[str]") -> None:
    """Put the reports of all slots on the queues, a slot after the other, as fast as they are
    taken.
    """
    configured = document(checks)
    first = FIRST_DAY * DAY_MS // INTERVAL_MS
    queues = [reports_queue(region) for region in REGIONS]
    with Connection(broker) as link, redis.Redis.from_url(broker) as server:
        producer, seq = link.Producer(), 0
        for slot in range(first, first + slots):
            while sum(server.llen(queue) for queue in queues) > WAITING:
                if told.poll() is not None:
                    return
                time.sleep(0.005)
            if slot % TIDY_EVERY == 0:
                _forget_receipts(server)
            for region in REGIONS:
                looks = list(rows(configured, region, slot, 1, ONE_IN))
                for start in range(0, len(looks), ROWS_A_REPORT):
                    report = {"v": 1, "worker": f"{region}-1", "boot": "b", "seq": seq}
                    report |= {
                        "sent_at": (slot + 1) * INTERVAL_MS,
                        "rows": looks[start : start + ROWS_A_REPORT],
                    }
                    headers = {"task": TASK_REPORT, "id": str(seq)}
                    producer.publish(
                        orjson.dumps([[report], {}, {}]),
                        content_type="application/json",
                        content_encoding="utf-8",
                        exchange="",
                        routing_key=reports_queue(region),
                        headers=headers,
                    )
                    seq += 1


def _forget_receipts(server: Any) -> None:
    """No worker takes them here."""
    for key in server.scan_iter("probes.*"):
        server.delete(key)


def soak(name: str, urls: list[str], results: int, days: float) -> None:
    """One run on one database; `urls` name it and two empty ones beside it."""
    slots = round(days * DAY_MS / INTERVAL_MS)
    checks = max(10, round(results / slots / len(REGIONS) / 10) * 10)
    looks_a_slot = len(REGIONS) * (checks + 3)
    sent = looks_a_slot * slots
    print(
        f"{name}: {sent:,} results of {checks} checks from {len(REGIONS)} regions, {days:g} days",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="outscope-soak-") as made:
        folder = Path(made)
        (folder / "configured.json").write_text(json.dumps(document(checks)))
        (folder / "began").write_text(str(FIRST_DAY * DAY_MS))
        (folder / "reports_a_slot").write_text(
            str(len(REGIONS) * -(-(checks + 3) // ROWS_A_REPORT))
        )
        with _broker(folder) as broker:
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.soaked",
                *urls,
                broker,
                made,
                str(sent),
            ]
            with subprocess.Popen(
                command, stdout=(folder / "told").open("w"), text=True
            ) as process:
                began_s = time.monotonic()
                try:
                    feed(broker, checks, slots, process)
                except BaseException:
                    process.terminate()
                    raise
                process.wait()
                print(f"  {time.monotonic() - began_s:.0f} s in all")
        with (folder / "told").open() as told:
            _print(told)


def _print(told: IO[str]) -> None:
    tenths, limits = [], []
    for line in told:
        figures = json.loads(line)
        if "tenth" in figures:
            tenths.append(figures)
        elif "limit_rows_per_s" in figures:
            limits.append(figures["limit_rows_per_s"])
        else:
            print("  " + ", ".join(f"{key} {value:,}" for key, value in figures.items()))
    for figures in tenths:
        print("  " + ", ".join(f"{key} {value:,}" for key, value in figures.items()))
    if len(limits) == 2 and len(tenths) == 10:
        first, last = (
            tenths[0]["results_per_s"] / limits[0],
            tenths[-1]["results_per_s"] / limits[1],
        )
        print(
            f"  bare rows/s {limits[0]:,} before, {limits[1]:,} after: {first:.1%} of it first,"
            f" {last:.1%} last"
        )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=int, default=100_000_000)
    parser.add_argument("--days", type=float, default=10.0, help="So many days of the fast clock.")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    told = parser.parse_args()
    if told.database != "postgresql":
        with tempfile.TemporaryDirectory(prefix="outscope-soak-") as name:
            urls = [f"sqlite://{name}/{part}.db" for part in ("soak", "before", "after")]
            soak("sqlite", urls, told.results, told.days)
    programs = binaries()
    if told.database == "sqlite" or programs is None:
        return 0
    with tempfile.TemporaryDirectory(prefix="outscope-soak-") as name:
        server = Postgres(programs, Path(name))
        server.create()
        try:
            soak(
                "postgresql",
                [server.database(part) for part in ("soak", "before", "after")],
                told.results,
                told.days,
            )
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
