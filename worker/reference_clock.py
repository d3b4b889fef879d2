"""The coordinator's clock, as far as its messages tell it: due moments and expiry go by it, so that
a worker whose own clock is wrong works all the same.

Each message bounds how far our clock is ahead. An order was issued before it came in, so we are
ahead by its age at most; its age may be time that it lay in the broker, and an old one may be sent
again. The receipt of a heartbeat was written after that was sent and before it came in, so we are
ahead by what lies between at least, and by the receipt's age at most; this start asked for it, so
it is never an old one. Between the bounds our own clock is believed when they allow it, else the
closest message. Only the monotonic clock is compared with, so setting this machine's clock does not
disturb it.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from worker.contract import clock
from worker.contract.instant import Instant

KEPT_S: Final = 120.0
"""Bounds of the last one or two such times count: clocks drift."""
CLOSE_MS: Final = 1_000
"""Less than this may be the way of a message; then our own clock is believed."""
CLOSE_ENOUGH_MS: Final = 2_000
"""Bounds of receipts no further apart tell the time; else a heartbeat or a receipt lay waiting."""
BEATS: Final = 100
"""Heartbeats whose receipts still tell something."""


class Bound:
    """The lowest of the values of late, so that old ones are forgotten."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._lately: float | None = None
        self._since_s = 0.0
        self.lowest: float | None = None
        """The lowest of late; None without any."""

    def add(self, value: float, at_s: float) -> None:
        """One more value."""
        if at_s - self._since_s >= KEPT_S:
            self._before = self._lately
            self._lately, self._since_s = None, at_s
        self._lately = value if self._lately is None else min(value, self._lately)
        self.lowest = min(self._lately, self._lately if self._before is None else self._before)


class ReferenceClock:
    """Tells the coordinator's time. Thread-safe; what is told of messages may come in any order."""

    def __init__(
        self,
        now: Callable[[], Instant] = clock.now,
        monotonic_s: Callable[[], float] = clock.monotonic_s,
    ) -> None:
        self._now = now
        self._monotonic_s = monotonic_s
        self._lock = Lock()
        self._asked: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._answered = (float("-inf"), float("inf"))
        self._forget()

    def now(self) -> Instant:
        """This moment by the coordinator's clock."""
        with self._lock:
            own_ms = self._now()
            return own_ms - self._ahead_ms(own_ms)

    def ahead_ms(self) -> int:
        """How far our clock is ahead of the coordinator's, negative when it is behind; 0 when it
        may well be right.
        """
        with self._lock:
            return self._ahead_ms(self._now())

    def is_known(self) -> bool:
        """Whether receipts have told the coordinator's time since this start. Orders alone never
        do.
        """
        with self._lock:
            least, most = self._answered
            return most - least <= CLOSE_ENOUGH_MS

    def behind_ms(self) -> float | None:
        """By how much the monotonic clock is behind the coordinator's, negative when it is ahead,
        as receipts of this start tell; None when they do not.
        """
        with self._lock:
            least, most = self._answered
            return -(least + most) / 2 if most - least <= CLOSE_ENOUGH_MS else None

    def remember(self, behind_ms: float) -> None:
        """An earlier start on this machine knew this; what this one hears decides."""
        with self._lock:
            at_s = self._monotonic_s()
            self._most.add(-behind_ms, at_s)
            self._least.add(behind_ms, at_s)

    def ordered(self, issued_at: Instant) -> None:
        """An order came in that was issued at this moment of the coordinator's clock."""
        with self._lock:
            at_s = self._monotonic_s()
            most = at_s * 1000 - issued_at
            self._most.add(most, at_s)
            lowest = self._lowest()
            if lowest is not None and lowest > most + CLOSE_MS:
                self._forget()  # one of the clocks was set
                self._most.add(most, at_s)

    def asked(self, boot: str, seq: int) -> None:
        """A heartbeat is about to be sent."""
        with self._lock:
            self._asked[boot, seq] = self._monotonic_s()
            if len(self._asked) > BEATS:
                self._asked.popitem(last=False)

    def answered(self, boot: str, seq: int, at: Instant) -> None:
        """A receipt came that was written at this moment of the coordinator's clock."""
        with self._lock:
            sent_s = self._asked.pop((boot, seq), None)
            if sent_s is None:
                return
            at_s = self._monotonic_s()
            least, most = sent_s * 1000 - at, at_s * 1000 - at
            if self._most.lowest is not None and least > self._most.lowest + CLOSE_MS:
                self._forget()
            self._least.add(-least, at_s)
            self._most.add(most, at_s)
            self._answered = max(self._answered[0], least), min(self._answered[1], most)

    def _ahead_ms(self, own_ms: Instant) -> int:
        highest = self._most.lowest
        if highest is None:
            return 0
        own, lowest = own_ms - self._monotonic_s() * 1000, self._lowest()
        ahead = own + highest  # at most
        surely = lowest is not None and own + lowest > CLOSE_MS
        return round(ahead) if surely or ahead < -CLOSE_MS else 0

    def _lowest(self) -> float | None:
        found = self._least.lowest
        return None if found is None else -found

    def _forget(self) -> None:
        self._most, self._least = Bound(), Bound()
