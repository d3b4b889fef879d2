"""The one module that reads the clock."""

import time

from worker.contract.instant import Instant


def now() -> Instant:
    """This moment by the wall clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Seconds on a clock that never goes back; only differences mean something."""
    return time.monotonic()
