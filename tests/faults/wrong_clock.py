"""`python -m tests.faults.wrong_clock SECONDS`: a worker process on a machine whose clock is so far
ahead, or behind when it is negative. In place of the seconds a file may hold them, for a clock that
steps: it is read again whenever the clock is. Celery's own reading of the clock is moved as well.

libfaketime would do so from outside, but under it (0.9.10) Python's `time.sleep` fails by EINVAL.
"""

import runpy
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

READ_S = 0.2


def move(ahead_s: Callable[[], int]) -> None:
    """Move the clock of this process, for all that is imported from now on."""
    true_ns, true_s = time.time_ns, time.time
    time.time_ns = lambda: true_ns() + ahead_s() * 1_000_000_000
    time.time = lambda: true_s() + ahead_s()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Moved":
            return cls.fromtimestamp(
                (datetime.now(tz) + timedelta(seconds=ahead_s())).timestamp(), tz
            )

    from worker.lean import leave_out_unused

    leave_out_unused()
    from celery.worker import request

    request.datetime = Moved


def told(text: str) -> Callable[[], int]:
    """What a command line says of the clock."""
    if text.lstrip("-").isdecimal():
        return lambda: int(text)
    known, read_s = 0, float("-inf")

    def from_file() -> int:
        nonlocal known, read_s
        if time.monotonic() - read_s > READ_S:
            known, read_s = int(Path(text).read_text()), time.monotonic()
        return known

    return from_file


if __name__ == "__main__":
    move(told(sys.argv[1]))
    sys.argv = ["worker"]
    runpy.run_module("worker", run_name="__main__")
