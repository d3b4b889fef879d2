"""What was written outlives a power cut."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Have what was written to a file, or the names in a folder (after renaming in it), on disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
