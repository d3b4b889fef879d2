"""Attempts to join that were refused: so many in a minute from one client, and no more."""

from collections import deque
from typing import Final

from api.http.answers.errors import BusyError
from api.http.sources.export_places import client_of

MOST: Final = 10
WITHIN_S: Final = 60.0
MOST_CLIENTS: Final = 10_000
MOST_TOLD: Final = 60
"""Refusals a minute that the audit log tells of one by one."""


class Attempts:
    """Counts refusals by client; a token is too long to be guessed, and this keeps it quiet."""

    def __init__(self) -> None:
        self._of: dict[str, deque[float]] = {}
        self._told: deque[float] = deque()

    def check(self, address: str, at_s: float) -> None:
        """BusyError when this client was refused too often."""
        times = self._of.get(client_of(address), deque())
        _drop_old(times, at_s)
        if len(times) >= MOST:
            wait_s = int(times[0] + WITHIN_S - at_s) + 1
            raise BusyError(
                "too_many_attempts",
                f"{MOST} attempts from this address were refused within a minute; try again in"
                f" {wait_s} s",
                wait_s,
            )

    def refused(self, address: str, at_s: float) -> bool:
        """Count a refusal; whether the audit log should tell of it."""
        if len(self._of) >= MOST_CLIENTS:
            self._of = {
                client: times for client, times in self._of.items() if _drop_old(times, at_s)
            }
        if len(self._of) < MOST_CLIENTS:
            self._of.setdefault(client_of(address), deque()).append(at_s)
        _drop_old(self._told, at_s)
        self._told.append(at_s)
        return len(self._told) <= MOST_TOLD


def _drop_old(times: deque[float], at_s: float) -> bool:
    """Forget what is long past; whether anything is left."""
    while times and times[0] <= at_s - WITHIN_S:
        times.popleft()
    return bool(times)
