"""One process of the product: how to start it, how to know that it is ready, and how to end it."""

import asyncio
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.supervisor.logfile import opened

_PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `stage` orders stopping, from the highest down; 0 is ready before others
    start.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    stage: int
    address: str = ""
    ready_file: Path | None = None
    answers: Callable[[], bool] = field(default=lambda: True)
    """Asked besides the ready file, for a program that cannot write one."""

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a session of its own, its output in its log; it dies with this process,
        however that ends.
        """
        if self.ready_file is not None:
            self.ready_file.unlink(missing_ok=True)
        with opened(self.log) as log:
            return subprocess.Popen(  # noqa: S603 - our own command line
                self.argv,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )

    def told_ready_at(self) -> int | None:
        """When it said last that it is ready, in nanoseconds; it does so again after a reload."""
        try:
            return None if self.ready_file is None else self.ready_file.stat().st_mtime_ns
        except OSError:
            return None

    def ready(self) -> bool:
        """Whether the running process does its work by now."""
        return (self.ready_file is None or self.ready_file.exists()) and self.answers()


def _die_with(parent: int) -> Callable[[], None]:
    """What the child does before it becomes the program: ask the kernel to end it when its parent
    is gone, and let no SIGHUP do so before it listens for one.
    """
    prctl = getattr(_libc, "prctl", None)

    def ask() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def send(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    """Send a signal to the process and to all that it started."""
    try:
        os.killpg(process.pid, what)
    except ProcessLookupError:
        process.poll()


async def ended(process: subprocess.Popen[bytes], within_s: float | None = None) -> bool:
    """Wait until the process has ended; False when it has not `within_s` seconds from now."""
    loop = asyncio.get_running_loop()
    deadline = None if within_s is None else loop.time() + within_s
    while process.poll() is None:
        if deadline is not None and loop.time() >= deadline:
            return False
        await asyncio.sleep(0.05)
    return True


async def stop(process: subprocess.Popen[bytes], grace_s: float) -> None:
    """End the process politely, and after `grace_s` seconds for certain."""
    if process.poll() is None:
        send(process, signal.SIGTERM)
        if not await ended(process, grace_s):
            send(process, signal.SIGKILL)
            await ended(process)


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
