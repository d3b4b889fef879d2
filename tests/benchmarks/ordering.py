"""What a look costs the coordinator to order, and a check to have: `python -m
tests.benchmarks.ordering [checks]`.

The loop that orders, moved by hand from second to second in a process of its own: schedule, books,
batches of 500 and their JSON, but no broker. Every check is looked at every 30 s from three
regions.
"""

import asyncio
import json
import sys
import time

from coordinator.configuration import from_document
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.encoding import canonical
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.tick import Tick
from tests.benchmarks.fleet import document
from worker.contract.clock import monotonic_s

NOW = 1_772_000_000_000
SECONDS = 10
PER_SERVICE = 1_000
REGIONS = 3


async def main(checks: int) -> int:
    """Measure and print."""
    began_s, before_mb = time.process_time(), _rss_mb()
    told = document(checks)
    told["regions"] = told["regions"][:REGIONS]
    text = canonical(told)
    print(f"{checks:,} checks: {len(text) / checks:.0f} bytes of configuration each")
    del told
    began_s = time.process_time()
    topology = from_document(json.loads(text)).topology
    print(
        f"  read in {time.process_time() - began_s:.1f} s of CPU, {_rss_mb() - before_mb:.0f} MB"
        " more"
    )
    publisher, ledger, counters = Publisher("redis://127.0.0.1:1/0"), Ledger(), Counters()
    presence = Presence()
    presence.expect((region.id for region in topology.regions), monotonic_s())
    tick = Tick(publisher, ledger, presence, monotonic_s, counters)
    began_s = time.process_time()
    tick.configure(topology)
    print(
        f"  scheduled in {time.process_time() - began_s:.1f} s, {_rss_mb() - before_mb:.0f} MB more"
        " than at first"
    )
    _tick(tick, publisher, ledger)
    return 0


def _tick(tick: Tick, publisher: Publisher, ledger: Ledger) -> None:
    looks = letters = size = 0
    cpu_s = worst_s = 0.0
    for second in range(SECONDS):
        began_s = time.process_time()
        tick.step(NOW + second * 1000)
        ledger.sweep(NOW + second * 1000)
        took_s = time.process_time() - began_s
        cpu_s, worst_s = cpu_s + took_s, max(worst_s, took_s)
        while not publisher._letters.empty():
            letter = publisher._letters.get_nowait()
            assert letter is not None
            letters += 1
            looks += len(letter[1].body["looks"])
            size += len(json.dumps(letter[1].body))
    print(
        f"  {looks / SECONDS:,.0f} looks/s in {letters / SECONDS:,.0f} messages/s of"
        f" {size / letters / 1e3:.0f} kB"
    )
    print(
        f"  {cpu_s / looks * 1e6:.1f} us a look, {cpu_s / SECONDS:.2f} s a second, worst"
        f" {worst_s:.2f} s"
    )


def _rss_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
