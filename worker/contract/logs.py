"""One log format for every process, of which the name is that of the module:
`2026-03-01T14:32:07.120Z INFO outscope.worker.reporting.outbox outbox_found reports=3`.
"""

import logging
import sys
import time


def configure(level: str = "INFO") -> None:
    """Send all log lines of this process to standard error, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
