"""What a process is called that holds something alone, and whether it still runs."""

import os
import socket
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS: Final = "/proc/self/ns/pid"


def holder_name() -> str:
    """A name for this process that no other one has: its machine, its number there, and where that
    number counts.
    """
    return f"{socket.gethostname()[:64]}/{os.getpid()}/{numbered_where()}-{uuid4().hex[:8]}"


@cache
def numbered_where() -> str:
    """Where process numbers mean what they mean here: this boot of this machine, in this container.

    Two machines may have one name, and two containers always have the same small numbers.
    """
    told = ""
    with suppress(OSError):
        told = _BOOT.read_text() + os.readlink(_NUMBERS)
    return sha256(told.encode()).hexdigest()[:8]


def told(holder: str) -> str:
    """A holder in words."""
    host, pid, *_ = (*holder.split("/"), "?")
    return f"process {pid} on {host}"


def ended(holder: str) -> bool:
    """Whether the holder was a process that we would see here, and runs no more."""
    host, pid, where, *_ = (*holder.split("/"), "", "")
    here = host == socket.gethostname()[:64] and where.split("-")[0] == numbered_where()
    if not here or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True  # our own number: whoever had it before us is gone
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(int(pid))


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended, and its parent has not noticed."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return False
