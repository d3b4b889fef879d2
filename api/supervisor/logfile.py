"""The log of a child: one file, kept small. What a child writes goes straight to the file, through
no pipe.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

LARGEST: Final = 10_000_000
KEPT: Final = 3


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The log, to append to; readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600)) as log:
        yield log


def roll(path: Path) -> None:
    """Put the log aside as `.1` (and `.1` as `.2`), and begin an empty one. Its writer goes on
    undisturbed, because it appends to a file that is emptied, not moved.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    for number in range(KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.truncate(path, 0)


def roll_if_large(path: Path, largest: int = LARGEST) -> None:
    """Roll the log when it has grown beyond `largest` bytes."""
    if path.exists() and path.stat().st_size > largest:
        roll(path)


def last_lines(path: Path, count: int = 5) -> list[str]:
    """The end of the log, for people who ask why."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 8192))
            return log.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
