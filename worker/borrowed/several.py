"""Several borrowed regions of one machine: an ordinary worker process for each, forked from one
that has loaded everything, so that they share most of their memory.

Each has its own queues, outbox and state, as if it had been started alone; what happens to one is
nothing to the others. One that ends is started again.
"""

import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from worker.contract.borrowing.rules import broker_of
from worker.contract.reloading.hangup import hold
from worker.lean import tell_libc

_PR_SET_PDEATHSIG: Final = 1  # of sys/prctl.h
POLL_S: Final = 0.2
AGAIN_S: Final = 1.0
WRONG: Final = 2
"""The exit code of a worker that can never run by its settings."""
_OF_ONE: Final = ("--region", "--ready-file")
_OF_FIRST: Final = "--health", "OUTSCOPE_HEALTH"
"""Flags that say something else for each."""

log = logging.getLogger(f"outscope.{__name__}")

Run = Callable[[Sequence[str]], int]
"""Runs a worker by its flags and the environment, until it is told to stop; its exit code."""


class Several:
    """The workers of some regions. `words` are the flags that all of them share, `ready` the file
    that says when all are connected.
    """

    def __init__(
        self, regions: Sequence[str], words: Sequence[str], ready: Path | None, run: Run
    ) -> None:
        self._regions = regions
        self._words = without(words, _OF_ONE)
        self._ready = ready
        self._run = run
        self._at_work: dict[int, str] = {}
        self._again: dict[str, float] = {}
        self._stopping = False
        self._wrong = False

    def run(self) -> int:
        """Start all, and keep them until told to stop; the exit code."""
        gc.collect()
        gc.freeze()  # what is never looked at again stays shared
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        hold().waking(lambda: self._tell(signal.SIGHUP))
        if self._ready is not None:
            self._ready.unlink(missing_ok=True)
        for region in self._regions:
            self._start(region)
        while self._at_work or (self._again and not self._stopping):
            self._look_after()
            time.sleep(POLL_S)
        return WRONG if self._wrong else 0

    def _look_after(self) -> None:
        ended, status = os.waitpid(-1, os.WNOHANG) if self._at_work else (0, 0)
        if ended in self._at_work:
            self._ended(self._at_work.pop(ended), os.waitstatus_to_exitcode(status))
        for region, at_s in tuple(self._again.items()):
            if time.monotonic() >= at_s and not self._stopping:
                del self._again[region]
                self._start(region)
        self._tell_ready()

    def _ended(self, region: str, code: int) -> None:
        if code == WRONG:
            self._wrong = True
            self._told_to_stop()
        elif code and not self._stopping:
            log.warning("worker_ended region=%s code=%d; it is started again", region, code)
            self._again[region] = time.monotonic() + AGAIN_S

    def _start(self, region: str) -> None:
        pid = os.fork()
        if pid:
            self._at_work[pid] = region
            return
        code = 1
        try:
            self._become(region)
            first = region == self._regions[0]
            code = self._run(self._words if first else without(self._words, _OF_FIRST[:1]))
        except Exception:
            log.exception("worker_failed region=%s", region)
        finally:  # nothing of the one that we came from is ours to end
            sys.stderr.flush()
            os._exit(code)

    def _become(self, region: str) -> None:
        """Be the worker of one region, also when it begins anew by its own command line."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        self._at_work.clear()
        os.setpgid(0, 0)  # a Ctrl-C is for the one that started us, who passes it on
        tell_libc("prctl", _PR_SET_PDEATHSIG, signal.SIGTERM)  # and none outlives that one
        hold().waking(lambda: None)
        os.environ["OUTSCOPE_REGION"] = region
        if region != self._regions[0]:
            os.environ.pop(_OF_FIRST[1], None)
        if self._ready is not None:
            os.environ["OUTSCOPE_READY_FILE"] = str(self._ready_of(region))
        brokers = {name: os.environ.pop(broker_of(name), "") for name in self._regions}
        if brokers[region]:
            os.environ["OUTSCOPE_BROKER"] = brokers[region]
        sys.orig_argv[:] = without(sys.orig_argv, _OF_ONE)

    def _ready_of(self, region: str) -> Path:
        assert self._ready is not None  # noqa: S101 - asked for only where there is one
        return self._ready.with_name(f"{self._ready.name}.{region}")

    def _tell_ready(self) -> None:
        """Touch the file of all as soon as each has touched its own since it was touched last."""
        if self._ready is None:
            return
        with suppress(FileNotFoundError):
            each = [self._ready_of(region).stat().st_mtime_ns for region in self._regions]
            if not self._ready.exists() or min(each) > self._ready.stat().st_mtime_ns:
                self._ready.touch()

    def _told_to_stop(self, *_: object) -> None:
        self._stopping = True
        self._tell(signal.SIGTERM)

    def _tell(self, number: int) -> None:
        for pid in tuple(self._at_work):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def without(words: Sequence[str], flags: Sequence[str]) -> list[str]:
    """A command line without some flags and what follows them."""
    left: list[str] = []
    skips = False
    for word in words:
        name, sign, _ = word.partition("=")
        if skips:
            skips = False
        elif name in flags:
            skips = not sign
        else:
            left.append(word)
    return left
