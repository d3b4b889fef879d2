"""`python -m tests.faults.impatient SECONDS`: a worker process that complains so soon of nobody
serving it.
"""

import runpy
import sys

from worker.lean import leave_out_unused

if __name__ == "__main__":
    leave_out_unused()
    from worker.messaging import served

    served.UNSERVED_S = float(sys.argv[1])  # type: ignore[misc]
    sys.argv = ["worker"]
    runpy.run_module("worker", run_name="__main__")
