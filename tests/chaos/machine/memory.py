"""An end for want of memory: by the kernel, in a control group that is too small, where this
machine lets us make one; else by the same signal.
"""

import atexit
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_LIMIT: Final = 32 << 20
_PATIENCE_S: Final = 20.0
_HOG: Final = f"b = bytearray({4 * _LIMIT}); import time; time.sleep({_PATIENCE_S})"


def _own_group() -> Path | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kinds, path = line.split(":", 2)
        group = Path(f"/sys/fs/cgroup/memory{path}")
        if "memory" in kinds.split(",") and os.access(group, os.W_OK):
            return group
    return None


def by_kernel() -> bool:
    """Whether it is the kernel that kills."""
    return os.getuid() == 0 and _own_group() is not None


def kill(pid: int) -> bool:
    """The process ends, and nothing else does; whether it was the kernel that ended it."""
    own = _own_group()
    if not by_kernel() or own is None:
        os.kill(pid, signal.SIGKILL)
        return False
    group = own / f"outscope-chaos-{os.getpid()}"
    group.mkdir(exist_ok=True)
    atexit.register(_remove, group)  # not before who ended is waited for
    (group / "memory.limit_in_bytes").write_text(str(_LIMIT))
    (group / "cgroup.procs").write_text(str(pid))
    Path(f"/proc/{pid}/oom_score_adj").write_text("1000")  # it goes first
    joins = f"echo $$ > {group}/cgroup.procs && exec {sys.executable} -c '{_HOG}'"
    hog = subprocess.Popen(["sh", "-c", joins])
    try:
        return _ended(pid)
    finally:
        hog.kill()
        hog.wait()


def _remove(group: Path) -> None:
    with suppress(OSError):
        group.rmdir()


def _ended(pid: int) -> bool:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)  # the kernel found room elsewhere
    return False
