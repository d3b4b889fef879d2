"""Orders that came in before the coordinator's time was known: held in their order, and passed on
when their age can be judged, or after a bounded time.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock, Timer
from typing import Any, Final, NamedTuple

from worker.contract.instant import Instant

PATIENCE_S: Final = 8.0
"""Longer than a heartbeat's interval, shorter than the shortest life of a regular order: a worker
whose clock is right loses none.
"""
MOST: Final = 300
"""Minutes of orders. The oldest make room: they are the most likely to have expired."""


class Held(NamedTuple):
    """An order as it came in, and when it expires by the coordinator's clock."""

    message: Any
    signed: Any
    expires_at: Instant | None


class Hold:
    """Holds until it is told to end, or for `patience_s` from its beginning. `pass_on` may block;
    `dropped` is told of what had to make room.
    """

    def __init__(
        self,
        pass_on: Callable[[Held], None],
        dropped: Callable[[Held], None],
        *,
        patience_s: float = PATIENCE_S,
        most: int = MOST,
        timer: Callable[[float, Callable[[], None]], Timer] = Timer,
    ) -> None:
        self._pass_on = pass_on
        self._dropped = dropped
        self._most = most
        self._held: deque[Held] = deque()
        self._lock = Lock()
        self._over = False
        self._timer = timer(patience_s, self.end)
        self._timer.daemon = True

    def begin(self) -> None:
        """From now on the time counts."""
        self._timer.start()

    def on(self) -> bool:
        """Whether orders are still held."""
        return not self._over

    def keep(self, order: Held) -> bool:
        """Hold an order; False when nothing is held any more."""
        with self._lock:
            if self._over:
                return False
            self._held.append(order)
            if len(self._held) > self._most:
                self._dropped(self._held.popleft())
            return True

    def end(self) -> None:
        """Pass on what is held, in its order, before anything that comes later."""
        self._timer.cancel()
        with self._lock:
            while self._held:
                self._pass_on(self._held.popleft())
            self._over = True
