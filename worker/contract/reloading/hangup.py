"""SIGHUP: read what may have changed; or, when it comes because the terminal is gone, stop.

Heard from the first line of a process on, so that none ends it however early it comes; those that
come before anybody listens are answered then. As `nohup` asks for, one that was ignored at the
start never stops.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

_TERMINAL: Final = "/dev/tty"
_OUTLIVES: Final = "OUTSCOPE_OUTLIVES_TERMINAL"
"""Set by a process that begins anew in its place, and is not to end with its terminal."""


class Hangups:
    """The SIGHUPs of this process. Made on its main thread, once."""

    def __init__(self) -> None:
        self._heard: SimpleQueue[bool] = SimpleQueue()  # can be put to while it is being put to
        self._wake: Callable[[], object] = _nobody
        before = signal.signal(signal.SIGHUP, self._hear)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        told = before is signal.SIG_IGN or _OUTLIVES in os.environ
        self._stops = not told and has_terminal()

    def next(self) -> bool:
        """Wait for the next; several that came meanwhile are one. False when no more are heard."""
        goes_on = self._heard.get()
        return self.pending() and goes_on

    def pending(self) -> bool:
        """Take what has come and was not answered; False when no more are heard."""
        goes_on = True
        while True:
            try:
                goes_on = self._heard.get_nowait() and goes_on
            except Empty:
                return goes_on

    def waking(self, wake: Callable[[], object]) -> None:
        """Have somebody called at each of them, and now if one waits; inside of a signal handler,
        so all that it may do is note that.
        """
        self._wake = wake
        if not self._heard.empty():
            wake()

    @property
    def hung_up(self) -> bool:
        """Whether they came because this process's terminal is gone: then it shall stop."""
        return self._stops and not has_terminal()

    def _hear(self, *_: object) -> None:
        self._heard.put(True)
        self._wake()

    def end(self) -> None:
        """Hear no more of them; they do no harm from now on. On the main thread."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self._heard.put(False)

    def pass_on(self) -> None:
        """Let the program that takes this one's place not end by one that comes while it loads, and
        be no other before its terminal. From any thread.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})  # the next one lets them in
        if not self._stops:
            os.environ[_OUTLIVES] = "1"


@cache
def hold() -> Hangups:
    """The SIGHUPs of this process, all of which are heard from the first call on."""
    return Hangups()


@contextmanager
def held() -> Iterator[None]:
    """The life of a process, from its first line on: no SIGHUP ends it, and none its end."""
    hangups = hold()
    try:
        yield
    finally:
        hangups.end()


@contextmanager
def answered(reload: Callable[[], None]) -> Iterator[None]:
    """Reload at each SIGHUP, on a thread of its own, until this is left."""
    hangups = hold()

    def answer() -> None:
        while hangups.next():
            if not hangups.hung_up:
                reload()
            if hangups.hung_up:  # asked again: the kernel may take the terminal after the signal
                os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=answer, name="reload", daemon=True).start()
    try:
        yield
    finally:
        hangups.end()


def _nobody() -> None:
    """Whoever waits for them looks by itself."""


def has_terminal() -> bool:
    """Whether this process has a terminal that controls it."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True
