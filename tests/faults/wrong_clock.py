"""`python -m tests.faults.wrong_clock SECONDS`: a worker process on a machine whose clock is so far
ahead, or behind when it is negative. Celery's own reading of the clock is moved as well.
"""

import runpy
import sys
import time
from datetime import datetime, timedelta, tzinfo


def move(ahead_s: int) -> None:
    """Move the clock of this process, for all that is imported from now on."""
    true_ns, true_s = time.time_ns, time.time
    time.time_ns = lambda: true_ns() + ahead_s * 1_000_000_000
    time.time = lambda: true_s() + ahead_s

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Moved":
            return cls.fromtimestamp(
                (datetime.now(tz) + timedelta(seconds=ahead_s)).timestamp(), tz
            )

    from worker.lean import leave_out_unused

    leave_out_unused()
    from celery.worker import request

    request.datetime = Moved


if __name__ == "__main__":
    move(int(sys.argv[1]))
    sys.argv = ["worker"]
    runpy.run_module("worker", run_name="__main__")
