"""CPU and memory of judging while something is wrong: `Engine.observe` and `Engine.advance`, a
second at a time.

Run by hand: `python -m tests.benchmarks.disturbance`. Services of 48 and of 480 cells, every cell
looked at each 30 s; after ten minutes all of one service fails, or three in ten looks, and goes on
to. Beside it, forty services of 48 cells with one of them down, and the same without trouble.
Prints CPU a result, results a second on one core, and the memory of a cell.
"""

import gc
import sys
import time
import tracemalloc
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from coordinator.domain.engine import Engine
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check, Component, Region, Role, Service, Topology
from tests.scenarios.internet import Trouble, results
from worker.contract.result import Result

START = 1_790_000_000_000
WARM_MIN, MINUTES = 10, 20
NOISE = 0.002


class Case(NamedTuple):
    """What is looked at, and what share of the first service's looks fails after a while."""

    name: str
    services: int
    components: int
    regions: int
    share: float

    def topology(self) -> Topology:
        """Services s0, s1, ..., and four references."""
        regions = tuple(
            Region(f"r{n}", f"R{n}", f"C{n % 9}", f"K{n % 4}", 0.0, float(n))
            for n in range(self.regions)
        )
        counts = [(f"s{n}", Role.SERVICE, self.components) for n in range(self.services)]
        services = tuple(
            Service(name, name, role, tuple(Component(f"c{n}", f"C{n}") for n in range(count)))
            for name, role, count in [*counts, ("internet", Role.REFERENCE, 4)]
        )
        ids = tuple(region.id for region in regions)
        checks = tuple(
            Check(f"{one.id}-{part.id}", one.id, part.id, "http", 30_000, 10_000, ids)
            for one in services
            for part in one.components
        )
        return Topology(regions, services, checks)

    @property
    def cells(self) -> int:
        """All cells of all services."""
        return self.services * self.components * self.regions


CASES = (
    Case("48 cells, all well", 1, 6, 8, 0.0),
    Case("48 cells, all of it down", 1, 6, 8, 1.0),
    Case("48 cells, 30 % fail", 1, 6, 8, 0.3),
    Case("480 cells, all well", 1, 20, 24, 0.0),
    Case("480 cells, all of it down", 1, 20, 24, 1.0),
    Case("480 cells, 30 % fail", 1, 20, 24, 0.3),
    Case("40 services, all well", 40, 6, 8, 0.0),
    Case("40 services, one is down", 40, 6, 8, 1.0),
)


def batches(found: list[Result]) -> Iterator[tuple[int, list[Result]]]:
    """What each second brings."""
    for second, batch in groupby(found, key=lambda result: -(-result.received_at // 1000)):
        yield second * 1000, list(batch)


def measure(case: Case) -> tuple[int, float, float]:
    """(results, CPU seconds, bytes a cell) from when the trouble begins."""
    net = case.topology()
    begin = START + WARM_MIN * 60_000
    troubles = [Trouble(begin, services=["s0"], share=case.share)] if case.share else []
    found = results(net, START, START + MINUTES * 60_000, troubles, noise=NOISE)
    ticks = list(batches(found))
    warm = [tick for tick in ticks if tick[0] < begin]
    gc.collect()
    tracemalloc.start()
    engine = Engine(net, Rules())
    for now, batch in warm:
        engine.observe(batch)
        engine.advance(now)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    count, began = 0, time.process_time()
    for now, batch in ticks[len(warm) :]:
        engine.observe(batch)
        engine.advance(now)
        count += len(batch)
    return count, time.process_time() - began, held / case.cells


def main() -> None:
    """Print one line a case; with arguments only those whose name contains one of them."""
    measure(CASES[0])  # so that nothing is imported while memory is measured
    for case in CASES:
        if sys.argv[1:] and not any(word in case.name for word in sys.argv[1:]):
            continue
        count, cpu, held = measure(case)
        print(
            f"{case.name:28} {count:7} results {cpu / count * 1e6:7.1f} us each"
            f" {count / cpu:9,.0f} results/s {held:6,.0f} bytes a cell",
            flush=True,
        )


if __name__ == "__main__":
    main()
