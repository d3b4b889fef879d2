"""The coordinator decides what to look at, keeps what was seen, and says what it means.

It may import `worker.contract` and its own modules; of the worker nothing else.
The loops are `coordinator/scheduling/tick.py` and `coordinator/ingest/loop.py`; the thinking is in
`coordinator/domain`.
"""

import os

# read when Arrow is loaded; its own keeps what is freed
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
