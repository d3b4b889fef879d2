"""Rows that are put together: appended to one file as they come, and made one report when there are
many, or one of them may wait no longer. What comes while nobody is heard waits until somebody is
heard again, and is packed. So a day of silence takes little disk, and comes in by few messages
afterwards.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from worker.reporting.outbox import Key

MOST_ROWS: Final = 200
MOST_BYTES: Final = 64 * 1024
"""Of one report: what comes in beside it waits for no longer than this takes on its way."""
SUFFIX: Final = ".rows"

log = logging.getLogger(f"outscope.{__name__}")


class Bundle:
    """The rows that wait in one file for their report. One thread at a time."""

    def __init__(self, folder: Path, key: Key) -> None:
        self.key = key
        self.due_s = float("inf")
        """When its report is to be sent, if somebody is heard then."""
        self.is_late = False
        """Whether some of it came while nobody was heard."""
        self._path = path_of(folder, key)
        self._rows: list[bytes] = []
        self._bytes = 0

    def add(self, rows: Sequence[bytes]) -> None:
        """More rows, which are on disk when this returns; OSError when the disk takes no more, and
        then none of them is here.
        """
        text = b"".join(row + b"\n" for row in rows)
        with self._path.open("ab", buffering=0) as file:
            begun = file.tell()
            if file.write(text) != len(text):
                file.truncate(begun)
                raise OSError(28, "No space left on device")
        self._rows += rows
        self._bytes += len(text)

    def is_full(self) -> bool:
        """Whether it makes a report."""
        return len(self._rows) >= MOST_ROWS or self._bytes >= MOST_BYTES

    def rows(self) -> list[bytes]:
        """What is in it."""
        return self._rows

    def forget(self) -> None:
        """Its report is kept elsewhere."""
        with suppress(OSError):  # made a report once more at the next start, which is harmless
            self._path.unlink(missing_ok=True)


def path_of(folder: Path, key: Key) -> Path:
    """Where the rows of a report wait."""
    return folder / f"{key.boot}-{key.seq:010d}{SUFFIX}"


def left_behind(folder: Path) -> Iterator[tuple[Key, Path, list[bytes]]]:
    """What earlier starts left: its report, its file, and its rows, but one that was torn."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        boot, _, seq = path.stem.rpartition("-")
        if not (boot and seq.isdecimal()):
            continue
        try:
            *rows, torn = path.read_bytes().split(b"\n")
        except OSError as error:
            log.warning("rows_unreadable file=%s error=%s", path.name, error)
            continue
        if torn:
            log.warning("row_torn file=%s", path.name)
        whole = [row for row in rows if row.startswith(b"[") and row.endswith(b"]")]
        yield Key(boot, int(seq)), path, whole
