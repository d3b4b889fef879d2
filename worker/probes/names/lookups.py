"""Threads for lookups: `getaddrinfo` blocks, sometimes for half a minute, and must hold up nobody
else.

libcurl has 20 such threads and shares them among all its transfers, so a vendor whose name servers
are silent would make every other target look unresolvable. The standard library's pool joins its
threads when the process exits, so a silent resolver would hold up the exit. These are many, end
when they were idle for a while, and are joined by nobody.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

MOST: Final = 256
IDLE_S: Final = 30.0


class Lookups:
    """Runs blocking work on daemon threads, started when all others are busy."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = 0
        self._waiting = 0
        self._lock = threading.Lock()

    def busy(self) -> bool:
        """Whether every thread that may be started is at work."""
        with self._lock:
            return self._threads - self._waiting >= self._most

    def run(self, work: Callable[[], None]) -> None:
        """Have this work done soon. It must not raise."""
        with self._lock:
            start = self._waiting == 0
            if start:
                self._threads += 1
            else:
                self._waiting -= 1
        self._work.put(work)
        if start:
            threading.Thread(target=self._serve, name="lookup", daemon=True).start()

    def close(self) -> None:
        """Let idle threads end; busy ones end when their work does."""
        with self._lock:
            idle = self._threads
        for _ in range(idle):
            self._work.put(None)

    def _serve(self) -> None:
        while True:
            try:
                work = self._work.get(timeout=IDLE_S)
            except Empty:
                if self._leave():
                    return
                continue
            if work is None:
                return
            work()
            with self._lock:
                self._waiting += 1

    def _leave(self) -> bool:
        """Whether this thread may end: not when work was promised to it just now."""
        with self._lock:
            if self._waiting == 0:
                return False
            self._waiting -= 1
            self._threads -= 1
            return True
