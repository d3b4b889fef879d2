"""A worker's key may be replaced while it runs (`outscope-worker join --replace`): then it goes
over to the new one.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

from worker.joining.key import FILE

LOOK_S: Final = 1.0


def follow(folder: Path, changed: Callable[[], object]) -> None:
    """Call `changed` each time that the key in a folder was replaced, for as long as the process
    runs. Does nothing where there is none.
    """
    path = folder / FILE
    seen = _state(path)
    if seen is not None:
        Thread(target=_watch, args=(path, seen, changed), name="key", daemon=True).start()


def _watch(path: Path, seen: tuple[int, int], changed: Callable[[], object]) -> None:
    pause = Event()
    while not pause.wait(LOOK_S):
        found = _state(path)
        if found is not None and found != seen:
            seen = found
            changed()


def _state(path: Path) -> tuple[int, int] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_ino
