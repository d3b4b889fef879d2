"""Pacing: looks that are due together start one after another, so that our own burst is nobody's
latency.

A hundred handshakes begun in the same millisecond wait for this worker's own CPU, and their times
would say so of the target. So starts are spaced by what a look costs here, as measured, such that
the loop is busy for a part of the time only, and nobody waits long. Steady demand gets the share
that it needs; a burst does not, until it is `PATIENT_S` late. What cannot be done yet waits here,
where it is late and says so, and not among the looks whose time runs.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import thread_time
from typing import Final, Generic, TypeVar

from worker.contract.clock import monotonic_s

SHARE: Final = 0.5
"""Of the loop's time that looks may take while there is no more demand."""
HEADROOM: Final = 1.25
"""How much more than steady demand needs it gets, so that nothing piles up."""
FULL_SHARE: Final = 1.25
"""The most: all of the loop's time, and a bit, for what is measured lags behind."""
PATIENT_S: Final = 0.6
BEHIND_S: Final = 1.0
"""From the one lateness to the other the share grows to the full one."""
LONGEST_GAP_S: Final = 0.005
FIRST_COST_S: Final = 0.001
"""The CPU of a look before any was measured: a TLS handshake's."""
TIMER_S: Final = 0.001
"""The loop's timers are this coarse, and ring at once for less."""
CATCH_UP_S: Final = 2 * TIMER_S
"""Starts that fell between two turns of the timer are made up for, and no more than those."""
_ENOUGH: Final = 5
_NEWEST: Final = 0.3
_STEADY_S: Final = 2.0
"""Demand counts when it has lasted about so long."""

T = TypeVar("T")


class Pacer(Generic[T]):
    """Starts what is due, evenly. Belongs to one event loop, in whose thread everything here
    runs.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, start: Callable[[T], None]) -> None:
        self._loop = loop
        self._start = start
        self._waiting: deque[tuple[float, T]] = deque()
        self._next_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._cost_s = FIRST_COST_S
        self._ended = 0
        self._cpu_s = 0.0
        self._arrived = 0
        self._arrived_per_s = 0.0
        self._measured_s = monotonic_s()

    def due(self, what: T) -> None:
        """This is due now: start it as soon as its turn comes."""
        self._waiting.append((monotonic_s(), what))
        self._arrived += 1
        if self._timer is None:
            self._release()

    def ended(self) -> None:
        """A look has ended, well or not."""
        self._ended += 1

    def measure(self) -> None:
        """Learn how many looks there are and what one costs, from the CPU of this thread since this
        was last called.
        """
        cpu_s, now_s = thread_time(), monotonic_s()
        if (passed_s := now_s - self._measured_s) > 0:
            newest = min(1.0, passed_s / _STEADY_S)
            self._arrived_per_s += newest * (self._arrived / passed_s - self._arrived_per_s)
            self._measured_s, self._arrived = now_s, 0
        if self._ended >= _ENOUGH:
            self._cost_s += _NEWEST * ((cpu_s - self._cpu_s) / self._ended - self._cost_s)
        if self._ended >= _ENOUGH or not self._waiting:
            self._cpu_s, self._ended = cpu_s, 0

    def gap_s(self, late_s: float) -> float:
        """How long after a start the next one follows, when that one is late by so much."""
        share = min(FULL_SHARE, max(SHARE, HEADROOM * self._arrived_per_s * self._cost_s))
        if late_s > PATIENT_S:
            behind = min(1.0, (late_s - PATIENT_S) / (BEHIND_S - PATIENT_S))
            share += behind * (FULL_SHARE - share)
        return min(LONGEST_GAP_S, self._cost_s / share)

    def _release(self) -> None:
        self._timer = None
        now_s = monotonic_s()
        self._next_s = max(self._next_s, now_s - CATCH_UP_S)
        while self._waiting and self._next_s <= now_s:
            due_s, what = self._waiting.popleft()
            self._next_s += self.gap_s(now_s - due_s)
            self._start(what)
        if self._waiting:
            self._timer = self._loop.call_later(max(TIMER_S, self._next_s - now_s), self._release)
