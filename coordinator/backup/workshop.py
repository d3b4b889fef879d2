"""A folder beside a target, in which it is made before it is put in its place by renaming."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coordinator.backup.manifest import BackupError


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """An empty folder for its owner only, on the file system of the target; it is gone afterwards.

    What a process left that was killed is removed. BackupError when another one works on the same
    target now.
    """
    folder = target.with_name(f".{target.name}.making")
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                f"another process is making {target} at this moment; wait for it"
            ) from None
        inner = folder / "work"
        shutil.rmtree(inner, ignore_errors=True)
        inner.mkdir(mode=0o700)
        try:
            yield inner
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)
