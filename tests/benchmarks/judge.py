"""CPU of judging: `Engine.observe` and `Engine.advance`, a second at a time, over an hour of a
simulated internet.

Run by hand: `python tests/benchmarks/judge.py`. One service of ten components looked at from eight
regions every 30 s beside four references; 100 % well, with noise, and with the whole service down.
Prints microseconds of CPU per result and results per second.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from coordinator.domain.engine import Engine
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import at
from worker.contract.result import Result

MINUTE = 60
ROUNDS = 3


def batches(found: list[Result]) -> Iterator[tuple[int, list[Result]]]:
    """What each second brings, empty seconds included."""
    by_second: dict[int, list[Result]] = {}
    for result in found:
        by_second.setdefault(-(-result.received_at // 1000), []).append(result)
    for second in range(min(by_second), max(by_second) + 1):
        yield second * 1000, by_second.get(second, [])


def measure(
    net: Topology, troubles: list[Trouble], noise: float, minutes: int
) -> tuple[int, float]:
    """(results, CPU seconds) of judging them all; the best of some rounds."""
    found = results(net, at(0), at(minutes * MINUTE), troubles, noise=noise)
    ticks = list(batches(found))
    best = float("inf")
    for _ in range(ROUNDS):
        engine = Engine(net, Rules())
        began = time.process_time()
        for now, batch in ticks:
            engine.observe(batch)
            engine.advance(now)
        best = min(best, time.process_time() - began)
    return len(found), best


def main() -> None:
    """Print one line a case."""
    one = topology(8, (("claude", 10),), 4, 30_000, 10_000)
    ten = topology(8, tuple((f"s{n}", 10) for n in range(10)), 4, 30_000, 10_000)
    down = [Trouble(at(10 * MINUTE), services=["claude"])]
    incidents = [
        ("one service, all well", one, [], 0.0, 60),
        ("one service, 0.2 % of looks fail", one, [], 0.002, 60),
        ("ten services, 0.2 % of looks fail", ten, [], 0.002, 20),
        ("one service, all of it down", one, down, 0.002, 60),
    ]
    for name, net, troubles, noise, minutes in incidents:
        count, cpu = measure(net, troubles, noise, minutes)
        print(
            f"{name:36} {count:7} results {cpu / count * 1e6:7.1f} us each {count / cpu:9,.0f}"
            " results/s"
        )


if __name__ == "__main__":
    main()
