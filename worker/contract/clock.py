"""The one module that reads the clock."""

import time
from typing import Final

from worker.contract.instant import Instant


def now() -> Instant:
    """This moment by the wall clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


monotonic_s: Final = time.monotonic
"""Seconds on a clock that never goes back; only differences mean something. A look asks it nine
times, so it is the system's own function and no call around it.
"""
