"""A worker fits the smallest machine: what it never uses is not loaded, what the start left over is
returned.
"""

import ctypes
import gc
import sys
from contextlib import suppress
from typing import Final

UNUSED: Final = ("yaml", "cryptography", "opentelemetry", "backports.zstd", "msgpack", "cffi")
"""Packages that Celery and the client of the broker load when they are installed, for features that
no worker has.
"""
_M_ARENA_MAX: Final = -8  # of malloc.h


def leave_out_unused() -> None:
    """Make later imports of what is unused fail, as if it were not installed. Call before Celery is
    imported.
    """
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # documented to mean just this
    # Python's threads take turns anyhow; heaps of their own are kept for ever
    tell_libc("mallopt", _M_ARENA_MAX, 1)


def settle() -> None:
    """Leave what the start made out of garbage collections, collect less often, and return free
    memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)  # a look makes no cycles
    tell_libc("malloc_trim", 0)


def tell_libc(function: str, *arguments: int) -> None:
    """Call a function of the C library where it has it: glibc does."""
    with suppress(AttributeError):
        getattr(ctypes.CDLL(None), function)(*arguments)
