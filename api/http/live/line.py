"""How a client that waits is told at once, without the task that serves it being woken: that, and
what thousands of wake-ups leave to be collected, was most of the time until all had heard.
"""

from collections.abc import Callable
from typing import Final

from api.http.live.frames import EVERYTHING, Frame, Wants
from worker.contract.clock import monotonic_s

LINE: Final = "outscope.line"
"""In the scope of a request while it is told events: the line, for the server to say that nobody is
there any more.
"""


class Line:
    """What one client was told up to now, and whether it can be told more at once."""

    __slots__ = ("gone", "last", "let_in_until_s", "tell", "told_s", "wants")

    def __init__(self, wants: Wants = EVERYTHING) -> None:
        self.wants = wants
        self.last = 0
        """The number of the last event that it was told, or wanted not to be."""
        self.told_s = 0.0
        """When it was told at once last."""
        self.let_in_until_s = 0.0
        """Until then nobody need ask whether it may still be told."""
        self.tell: Callable[[Frame], bool] | None = None
        """Tells it now or not at all; whether it did. None where that cannot be."""
        self.gone: Callable[[], None] = _nothing
        """The client is gone: what waits for it is let go of."""

    def takes(self, frame: Frame) -> bool:
        """Whether nobody need be woken for this one: the client was told, or does not want it."""
        if frame.number > self.last and self.wants.take(frame):
            at_s = monotonic_s()
            if self.tell is None or at_s >= self.let_in_until_s or not self.tell(frame):
                return False
            self.told_s = at_s
        self.last = max(self.last, frame.number)
        return True


def _nothing() -> None:
    pass
