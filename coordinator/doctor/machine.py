"""This machine: its Python, its disks, its limits, and its clock."""

import ctypes
import os
import platform
import resource
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from coordinator.doctor.finding import Finding, failure, ok, warning
from worker.contract.instant import Instant

OLDEST_PYTHON: Final = (3, 11)
LITTLE_ROOM: Final = 2_000_000_000
NO_ROOM: Final = 200_000_000
"""Bytes free, below which room is running out, and below which a database soon stops."""
FEW_FILES: Final = 1_024
CLOCK_WARNING_MS: Final = 1_000
CLOCK_FAILURE_MS: Final = 30_000
_TIME_ERROR: Final = 5
"""What adjtimex(2) returns when nobody sets the clock."""
_TIMEX_BYTES: Final = 256

LITTLE_MEMORY: Final = 512 << 20
"""What coordinator and API need together, with a hundred checks."""
_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where the kernel tells the limit of a container, by its version."""

Usage = Callable[[Path], tuple[int, int, int]]
"""Bytes of the file system at a path: all, used, free."""


def look_at_python() -> Finding:
    """The versions that decide what is supported."""
    try:
        own = version("outscope")
    except PackageNotFoundError:
        own = "(not installed)"
    said = f"Python {platform.python_version()}, Outscope {own}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info < OLDEST_PYTHON:
        return failure("python", said, "run Outscope with Python 3.11 or newer")
    return ok("python", said)


def look_at_open_files() -> Finding:
    """How many files and connections a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = f"{soft:,} open files a process (at most {hard:,})"
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        return warning(
            "open files",
            said,
            "raise it before the start: ulimit -n 4096, or LimitNOFILE= of systemd",
        )
    return ok("open files", said)


def look_at_disk(folders: Sequence[Path], usage: Usage = shutil.disk_usage) -> list[Finding]:
    """Free room where something is kept; folders on the same file system are told together."""
    together: dict[int, list[Path]] = {}
    for folder in folders:
        together.setdefault(_existing(folder).stat().st_dev, []).append(folder)
    return [_disk(paths, usage(_existing(paths[0]))) for paths in together.values()]


def look_at_writing(folders: Sequence[Path]) -> Finding:
    """Whether this user may write where something is kept. Nothing is written to find out."""
    closed = [folder for folder in folders if _why_closed(_existing(folder))]
    if not closed:
        return ok("writing", f"{' and '.join(map(str, folders))} can be written")
    why = _why_closed(_existing(closed[0]))
    todo = "mount it writable, or change its owner, or name another folder (OUTSCOPE_DATA, --data)"
    return failure("writing", f"{closed[0]} cannot be written: {why}", todo)


def _why_closed(path: Path) -> str:
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return "its file system is mounted read-only"
    return "" if os.access(path, os.W_OK | os.X_OK) else "this user may not"


def look_at_memory(limits: Sequence[str] = _LIMITS) -> Finding:
    """The memory of this machine, or of the container that this runs in."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in limits:
        with suppress(OSError, ValueError):  # not in a container, or without a limit
            memory = min(memory, int(Path(path).read_text()))
    said = f"{memory / 2**20:,.0f} MB of memory"
    if memory < LITTLE_MEMORY:
        todo = "give it 512 MB, or run coordinator and API on machines of their own"
        return warning("memory", said, todo)
    return ok("memory", said)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _disk(folders: Sequence[Path], usage: tuple[int, int, int]) -> Finding:
    total, _, free = usage
    said = (
        f"{free / 1e9:,.1f} GB of {total / 1e9:,.1f} GB are free for"
        f" {' and '.join(map(str, folders))}"
    )
    todo = "make room, or keep less: docs/how-to/check-an-installation.md says what takes how much"
    if free < NO_ROOM:
        return failure("disk", said, todo)
    return warning("disk", said, todo) if free < LITTLE_ROOM else ok("disk", said)


def look_at_clock(offsets_ms: Sequence[tuple[str, int]]) -> Finding:
    """This machine's clock beside that of others, each told as (whose, how far it is ahead of
    ours).
    """
    said = ", ".join(f"{whose} is {offset / 1000:+.1f} s from here" for whose, offset in offsets_ms)
    worst = max((abs(offset) for _, offset in offsets_ms), default=0)
    todo = "let a time service (chrony, systemd-timesyncd) set the clocks of both machines"
    if worst > CLOCK_FAILURE_MS:
        return failure("clock", said, todo)
    if worst > CLOCK_WARNING_MS:
        return warning("clock", said, todo)
    if not said and _nobody_sets_the_clock():
        said = "the kernel says that nobody sets this clock"
        return warning(
            "clock", said, "run a time service (chrony, systemd-timesyncd), here or on the host"
        )
    return ok("clock", said or "set by a time service; there is no other machine to compare with")


def offset_ms(before: Instant, theirs: int, after: Instant) -> int:
    """How far a clock is ahead that was read at some moment between two of ours; nothing within
    that uncertainty.
    """
    if before <= theirs <= after:
        return 0
    return theirs - after if theirs > after else theirs - before


def _nobody_sets_the_clock() -> bool:
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):  # no Linux
        return False
    return bool(answer == _TIME_ERROR)
