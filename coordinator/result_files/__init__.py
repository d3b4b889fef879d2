"""Result records in files, as results in the order in which they were received.

NDJSON, CSV and Parquet, plain or packed, read in batches; a bad line is noted and skipped. May
import worker.contract.
"""

from coordinator.result_files.mistakes import BadLine, Mistakes, UnreadableError
from coordinator.result_files.order import OutOfOrderError
from coordinator.result_files.source import STANDARD_INPUT, ResultFile

__all__ = [
    "STANDARD_INPUT",
    "BadLine",
    "Mistakes",
    "OutOfOrderError",
    "ResultFile",
    "UnreadableError",
]
