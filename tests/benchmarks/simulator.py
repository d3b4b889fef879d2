"""CPU of simulating: all results of a play, made and put in order.

Run by hand: `python tests/benchmarks/simulator.py`. Prints results per second of CPU for a quiet
and a disturbed fleet, for looks that every worker takes and looks that are shared, and single looks
as a closed loop asks for them.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from coordinator.evaluation.simulator import Play, Shape, scenario

ROUNDS = 3
HOUR_MS = 3_600_000
SINGLE = 20_000


def streamed(play: Play) -> float:
    """Results per second of CPU; the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        count = sum(len(batch) for batch in play.stream())
        best = max(best, count / (time.process_time() - began))
    return best


def asked(play: Play) -> float:
    """Single looks per second of CPU."""
    began = time.process_time()
    for n in range(SINGLE):
        play.look("aster-api", "eu-west", "eu-west-1", play.warm_until + 50 * n, 1)
    return SINGLE / (time.process_time() - began)


def main() -> None:
    """Print the figures."""
    plays = {
        "quiet, 8 regions x 2 workers": scenario("quiet-day").build(Shape(), lasts_ms=2 * HOUR_MS),
        "quiet, shared looks": scenario("quiet-day").build(
            Shape(looks="shared"), lasts_ms=4 * HOUR_MS
        ),
        "quiet, 50 regions x 1 worker": scenario("quiet-day").build(Shape(50, 1), lasts_ms=HOUR_MS),
        "quiet, a look every 5 minutes": scenario("quiet-day").build(
            Shape(interval_ms=300_000), lasts_ms=24 * HOUR_MS
        ),
        "a service down": scenario("service-100").build(),
        "repeats, shuffled": scenario("repeats-shuffled").build(),
    }
    for name, play in plays.items():
        print(f"{name:32} {streamed(play):9,.0f} results/s")
    print(f"{'single looks':32} {asked(plays['a service down']):9,.0f} looks/s")


if __name__ == "__main__":
    main()
