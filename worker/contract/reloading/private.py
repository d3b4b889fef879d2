"""Private copies of files that others may change, and what is let go of some time after its use."""

import os
from collections.abc import Callable
from typing import Final

from worker.contract.clock import monotonic_s

AFTER_S: Final = 600.0
"""What began with the old one has ended by then."""


class Retired:
    """Closes what is no longer used once nobody can be using it any more."""

    def __init__(self, after_s: float = AFTER_S) -> None:
        self._after_s = after_s
        self._waiting: list[tuple[float, Callable[[], None]]] = []

    def add(self, close: Callable[[], None]) -> None:
        """Something is out of use from now on. Closes what has been for long."""
        now_s = monotonic_s()
        due = [close for since_s, close in self._waiting if now_s - since_s > self._after_s]
        self._waiting = [*self._waiting[len(due) :], (now_s, close)]
        for one in due:
            one()

    def close(self) -> None:
        """Close all of it now."""
        waiting, self._waiting = self._waiting, []
        for _, close in waiting:
            close()


class PrivateCopy:
    """What a file held, at a path of its own that nobody else can change; in memory, so that
    nothing is left behind.
    """

    def __init__(self, content: bytes, name: str = "copy") -> None:
        self._number = os.memfd_create(name)
        with os.fdopen(os.dup(self._number), "wb") as file:
            file.write(content)

    @property
    def path(self) -> str:
        """Where this process finds it, until it is closed."""
        return f"/proc/self/fd/{self._number}"

    def close(self) -> None:
        """Let go of it; who has it open or mapped keeps it."""
        os.close(self._number)
