"""How much of the relay one worker may take, and all of them together. Times are told."""

from asyncio import Lock
from typing import Final

RATE: Final = 1 << 20
"""Bytes a second of one worker, over a while: a thousand times what a usual one needs."""
BURST: Final = 32 << 20
"""Bytes at once, such as what waited while the relay was away."""


class Flow:
    """A bucket that fills by the second and is emptied by reports."""

    def __init__(self, at_s: float, *, rate: float = RATE, burst: float = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at_s = at_s

    def wait_s(self, at_s: float) -> float:
        """How long this worker has to wait; 0 when it may go on."""
        self._left = min(self._burst, self._left + (at_s - self._at_s) * self._rate)
        self._at_s = at_s
        return max(0.0, -self._left / self._rate)

    def took(self, size: int) -> None:
        """So many bytes were taken, be it more than there were."""
        self._left -= size


class Share:
    """What all starts of one worker share: its flow, and its turn to report."""

    def __init__(self, at_s: float) -> None:
        self.flow = Flow(at_s)
        self.reporting = Lock()


class Room:
    """The memory that requests may take that are on their way in."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> bool:
        """Whether there was room for so many bytes, which are taken then."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def free(self, size: int) -> None:
        """Give them back."""
        self._left += size


class Taking:
    """What one request takes of the room, given back at its end."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._taken = 0

    def __enter__(self) -> "Taking":
        return self

    def __exit__(self, *_: object) -> None:
        self._room.free(self._taken)

    def more(self, size: int) -> bool:
        """Whether there is room for so many bytes more."""
        if not self._room.take(size):
            return False
        self._taken += size
        return True
