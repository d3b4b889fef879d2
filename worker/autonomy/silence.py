"""When a worker is alone, as a rule on times that are told: since when nobody was heard, and from
which moment on it has to look by itself. Pure; moments are seconds on the monotonic clock.

A worker that is heard is answered: each heartbeat by a receipt. So silence for a few heartbeats
means that the broker, the coordinator or the way to them is gone. Heartbeats are frequent enough
for silence to be noticed before a look that nobody ordered is an interval late, so that it can
still be made.
"""

from typing import Final

from worker.reporting.sender import HEARTBEAT_S

SHORTEST_BEAT_S: Final = 0.25
AFTER: Final = 3
"""Heartbeats without an answer that are silence, unless the operator says otherwise."""
OVERLAP_S: Final = 1.5
"""What was ordered for so long before the last word may be lost with it: an order reaches this far
ahead.
"""
START_S: Final = 6.5
"""The same before a start: an earlier one may have looked until then, and a repeat does no harm."""
HANDOVER_S: Final = 5.0
"""So long after it hears somebody again a worker goes on by itself: whoever heard it has to order
first. What is ordered meanwhile is not looked at twice.
"""


def beat_s(quickest_ms: int | None, after: int = AFTER) -> float:
    """How often a heartbeat is sent where the quickest check is looked at so often: `after` of them
    are less than its interval.
    """
    if quickest_ms is None or not after:
        return HEARTBEAT_S
    return max(SHORTEST_BEAT_S, min(HEARTBEAT_S, quickest_ms / 1000 / (after + 1)))


class Silence:
    """Whether somebody is heard. After `after` heartbeats without a word a worker is alone; never
    when it is 0.
    """

    def __init__(self, after: int, at_s: float) -> None:
        self._after = after
        self._heard_s = at_s
        self._overlap_s = START_S
        self._alone_since_s: float | None = None
        self._back_s: float | None = None

    def heard(self, at_s: float) -> None:
        """The coordinator wrote at this moment what came in now."""
        if at_s > self._heard_s:
            self._heard_s, self._overlap_s = at_s, OVERLAP_S

    @property
    def is_silent(self) -> bool:
        """Whether nobody is heard, as far as was asked last: not even to hand over."""
        return self._alone_since_s is not None and self._back_s is None

    def alone_since(self, at_s: float, quickest_ms: int | None) -> float | None:
        """From which moment on looks have to be made without an order; None when somebody else sees
        to it. Ask often: what is asked decides.
        """
        if not self._after:
            return None
        if at_s - self._heard_s > self._after * beat_s(quickest_ms, self._after):
            self._back_s = None
            if self._alone_since_s is None:
                self._alone_since_s = self._heard_s - self._overlap_s
        elif self._alone_since_s is not None:
            self._end(at_s)
        return self._alone_since_s

    def _end(self, at_s: float) -> None:
        if self._back_s is None:
            self._back_s = at_s
        if at_s - self._back_s >= HANDOVER_S:
            self._alone_since_s = self._back_s = None
