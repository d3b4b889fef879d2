"""The receive clock: stamps on what was received: never back, whatever somebody does to the
clock.
"""

from collections.abc import Callable
from typing import Final

from worker.contract.instant import Instant

SET_BACK_MS: Final = 2_000
GRID_MS: Final = 1_000


class ReceiveClock:
    """Gives instants that never go back. When the clock is set back, they go on from where they
    were.

    No stamp is a whole second: the judge looks at whole seconds, so no result is ever just as old
    as a judgement, and a replay cannot disagree about which came first.
    """

    def __init__(
        self, clock: Callable[[], Instant], monotonic_s: Callable[[], float], last: Instant = 0
    ) -> None:
        self._clock = clock
        self._monotonic_s = monotonic_s
        self._last = last
        self._last_s = monotonic_s()

    def not_before(self, earliest: Instant) -> None:
        """Give no stamp below this one from now on."""
        if earliest > self._last:
            self._last, self._last_s = earliest, self._monotonic_s()

    def next(self) -> Instant:
        """The stamp of this moment."""
        now, now_s = self._clock(), self._monotonic_s()
        expected = self._last + int((now_s - self._last_s) * 1000)
        at = expected if now < expected - SET_BACK_MS else max(now, self._last)
        at += at % GRID_MS == 0
        self._last, self._last_s = at, now_s
        return at
