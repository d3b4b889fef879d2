"""The judge at the size of a large fleet: 50 regions x 20 components x 500 services, judged every
second on one core.

Run by hand: `python tests/benchmarks/scale.py [services]`. Every check is looked at every 30 s from
every region; 0.2 % of looks fail, and one service of a hundred is down. Prints for each half-minute
the CPU seconds a simulated second (the limit is 1.0), results a second, and the memory of 1,000
cells. Half-minutes after the first cost the same however long it runs, since only a window of looks
is kept.
"""

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from coordinator.domain.engine import Engine
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Component, Region, Role, Service, Topology
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

START = 1_790_000_000_000
REGIONS, COMPONENTS, INTERVAL_S = 50, 20, 30
NOISE = 0.002
HALF_MINUTES = 5


def fleet(services: int) -> Topology:
    """Services s0, s1, ... with components c0, c1, ..., and four references."""
    regions = tuple(
        Region(f"r{n}", f"R{n}", f"C{n % 20}", "EU", 0.0, float(n)) for n in range(REGIONS)
    )
    ids = tuple(region.id for region in regions)
    names = [(f"s{n}", Role.SERVICE, COMPONENTS) for n in range(services)] + [
        ("internet", Role.REFERENCE, 4)
    ]
    found = [
        Service(name, name, role, tuple(Component(f"c{n}", f"C{n}") for n in range(count)))
        for name, role, count in names
    ]
    checks = [
        Check(
            f"{service.id}-{part.id}", service.id, part.id, "http", INTERVAL_S * 1000, 10_000, ids
        )
        for service in found
        for part in service.components
    ]
    return Topology(regions, tuple(found), tuple(checks))


def seconds(net: Topology, random: Random) -> Iterator[tuple[int, list[Result]]]:
    """What comes in each second: a thirtieth of all cells, the same in each half-minute."""
    turns: list[list[tuple[Check, str]]] = [[] for _ in range(INTERVAL_S)]
    for check in net.checks:
        for region in check.regions:
            turns[random.randrange(INTERVAL_S)].append((check, region))
    for second in range(HALF_MINUTES * INTERVAL_S):
        at = START + second * 1000
        yield (
            at + 1000,
            [look(check, region, at, random) for check, region in turns[second % INTERVAL_S]],
        )


def look(check: Check, region: str, at: int, random: Random) -> Result:
    """One result; every hundredth service is down."""
    down = check.service.endswith("00") and check.service != "s0"
    ok = not down and random.random() >= NOISE
    return Result(
        id="",
        check=check.id,
        service=check.service,
        component=check.component,
        kind="http",
        region=region,
        worker=f"{region}-1",
        scheduled_at=at,
        started_at=at,
        received_at=at + 500,
        attempt=0,
        ok=ok,
        reason=Reason.OK if ok else Reason.STATUS,
        blame=Blame.NONE if ok else Blame.TARGET,
        total_ms=80 + 40 * random.random(),
    )


def main(services: int = 500) -> None:
    """Print one line a half-minute."""
    net = fleet(services)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    engine = Engine(net, Rules())
    cells = services * REGIONS * COMPONENTS
    print(f"{services} services, {cells:,} cells, {cells / INTERVAL_S:,.0f} results a second")
    spent, count, events = 0.0, 0, 0
    for second, (now, batch) in enumerate(seconds(net, Random(1)), 1):
        began = time.process_time()
        engine.observe(batch)
        events += len(engine.advance(now))
        spent += time.process_time() - began
        count += len(batch)
        if second % INTERVAL_S == 0:
            mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before_mb
            print(
                f"half-minute {second // INTERVAL_S}: {spent / INTERVAL_S:5.2f} CPU s a second,"
                f" {count / spent:9,.0f} results/s, {mb / cells * 1000:5.2f} MB per 1,000 cells,"
                f" {events} events"
            )
            spent, count = 0.0, 0


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
