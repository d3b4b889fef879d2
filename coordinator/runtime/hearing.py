"""Since when whoever speaks is heard: while the store holds us up, nothing is taken from the
broker, and silence says nothing. And who was heard by other processes.
"""

from collections.abc import Callable
from typing import Final

from coordinator.domain.schedule.presence import Presence
from coordinator.runtime.retry import persistently
from coordinator.store import Store
from worker.contract import clock

HELD_UP_S: Final = 5.0
"""A turn of a loop that takes longer is one in which nobody is heard."""
HEARD_MS: Final = 20_000
"""Workers heard since then are asked for; who was not is silent by all measures."""


async def hear_others(store: Store, presence: Presence) -> None:
    """Let those be heard who were heard by the writers; they write it down each second."""
    now = clock.now()
    heard = await persistently("heard", lambda: store.workers.since(now - HEARD_MS))
    for region, worker, heard_at in heard:
        at_s = clock.monotonic_s() - max(0, now - heard_at) / 1000
        presence.heard(region, at_s, worker)


class Turns:
    """How a loop goes on that hears workers, turn by turn. Moments are on the monotonic clock."""

    def __init__(self, monotonic_s: Callable[[], float] = clock.monotonic_s) -> None:
        self._monotonic_s = monotonic_s
        self._last_s = monotonic_s()
        self._going_since_s = float("-inf")

    def turn(self) -> None:
        """One more turn begins."""
        now_s = self._monotonic_s()
        if now_s - self._last_s > HELD_UP_S:
            self._going_since_s = now_s
        self._last_s = now_s

    def heard_since_s(self, connected_since_s: float | None) -> float | None:
        """Since when everybody is heard, who has been connected since then; None while nobody can
        be.
        """
        if connected_since_s is None or self._monotonic_s() - self._last_s > HELD_UP_S:
            return None
        return max(connected_since_s, self._going_since_s)
