"""What the loop counts and measures of itself, for heartbeat, self-test and watchdog."""

from dataclasses import dataclass, field

from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant


@dataclass(slots=True)
class Tally:
    """Counters since the start, and the worst or best since they were last taken."""

    in_flight: int = 0
    """Looks taken and not yet done."""
    blocked: int = 0
    """Orders that wait for room: while there are any, a quiet consumer is no sign of a dead
    link.
    """
    late: int = 0
    """Looks that came too late to be made."""
    alone: int = 0
    """Looks that no order asked for, made by standing orders."""
    refused: int = 0
    """Orders and looks that made no sense."""
    ticked_at_s: float = field(default_factory=monotonic_s)
    """When the loop last turned, on the monotonic clock."""
    _forged: int = 0
    _lag_s: float = 0.0
    _age_ms: int | None = None

    def ticked(self, due_s: float) -> None:
        """The loop turned, and should have at this moment."""
        self.ticked_at_s = monotonic_s()
        self._lag_s = max(self._lag_s, self.ticked_at_s - due_s)

    def refuse_forged(self) -> None:
        """A message was refused that the coordinator did not sign."""
        self.refused += 1
        self._forged += 1

    def take_forged(self) -> int:
        """How many of those there were since this was last asked."""
        forged, self._forged = self._forged, 0
        return forged

    def ordered(self, issued_at: Instant) -> None:
        """An order came in that was issued at this moment of the coordinator's clock."""
        age_ms = now() - issued_at
        self._age_ms = age_ms if self._age_ms is None else min(age_ms, self._age_ms)

    def take_lag_ms(self) -> float:
        """The longest that the loop was late since this was last asked."""
        lag_s, self._lag_s = self._lag_s, 0.0
        return lag_s * 1000

    def take_order_age_ms(self) -> int | None:
        """The age of the youngest order since this was last asked, by this machine's clock; None
        without an order.
        """
        age_ms, self._age_ms = self._age_ms, None
        return age_ms
