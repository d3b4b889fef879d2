"""What a running product has for itself: its data folder and its port. Refused before anything
starts.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import SystemRandom
from typing import Final

from api.supervisor.problem import CannotStartError
from worker.contract.settings.machine import no_port

_NOT_GIVEN_OUT: Final = range(10_000, 32_768)
"""Linux gives 32768 and above to outgoing connections (ip(7), ip_local_port_range), others 49152
and above (RFC 6335).
"""
_TRIES: Final = 200


@contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Hold the data folder; CannotStartError when another instance holds it. The kernel lets go if
    we die.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStartError(
            f"The data folder {data} cannot be used ({error.strerror}); give another one with"
            " --data."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
            raise CannotStartError(
                f"Outscope is already running on the data folder {data} (process {owner}). Stop it"
                " first, or give this one its own folder with --data and its own port with --port."
            ) from error
        _sign(handle, data)
        yield
    finally:
        os.close(handle)


def _sign(handle: int, data: Path) -> None:
    """Say in the folder who holds it."""
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise CannotStartError(
            f"The data folder {data} cannot be used ({error.strerror}); make room on its disk, or"
            " give another one with --data."
        ) from error


def require_free(host: str, port: int) -> None:
    """CannotStartError when nobody can listen on this address now."""
    wrong = no_port(host, port)
    if wrong:
        raise CannotStartError(wrong)


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that is free at this moment, and of those that no system gives to outgoing
    connections by itself: none takes it while its server is started again. CannotStartError when
    nobody can listen on the address.
    """
    wrong = ""
    for port in SystemRandom().sample(_NOT_GIVEN_OUT, _TRIES):
        wrong = no_port(host, port)
        if not wrong:
            return port
    raise CannotStartError(wrong)
