"""Notices that the loop that looks turns no more, which only a restart mends."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

CHECK_S: Final = 0.5
HUNG_CHECKS: Final = 4
"""One check could be the first moment after the whole machine was paused."""

log = logging.getLogger(f"outscope.{__name__}")


class Lookout:
    """Looks again and again on a thread of its own."""

    def __init__(self, hung: Callable[[], bool], restart: Callable[[], None]) -> None:
        self._hung = hung
        self._restart = restart
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="lookout", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no longer; does not wait."""
        self._stopping.set()

    def _run(self) -> None:
        checks = 0
        while not self._stopping.wait(CHECK_S):
            checks = checks + 1 if self._hung() else 0
            if checks >= HUNG_CHECKS:
                log.error("loop_stuck act=restart")
                self._restart()
