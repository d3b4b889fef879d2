"""The phases of one look, timed one after the other: they cannot overlap. The total is the time
that has passed, of which a look that failed may have spent a part on no phase that came to its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure, success
from worker.probes.look.vantage import Look

_FIELDS: Final = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms")


class Reached(Protocol):
    """A target that was reached over a connection, and what that took."""

    ip: str
    dns_ms: float | None
    connect_ms: float


class Exchanged(Protocol):
    """A whole exchange over HTTP. Times are milliseconds; None means that the phase did not
    happen.
    """

    ip: str | None
    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    ttfb_ms: float | None
    total_ms: float


class Phases:
    """Begins with the phases that are over; `end` says what the time since the last end was spent
    on, or since the phases that were over.
    """

    __slots__ = ("_began_ms", "_look", "_ms", "ip")

    def __init__(self, look: Look, ip: str | None, **ms: float | None) -> None:
        self._look = look
        self._ms = ms
        self._began_ms = self._sum_ms
        self.ip = ip

    @classmethod
    def since(cls, connected: Reached, look: Look) -> "Phases":
        """Phases that begin where the connection was made."""
        return cls(look, connected.ip, dns_ms=connected.dns_ms, connect_ms=connected.connect_ms)

    @classmethod
    def of(cls, answer: Exchanged, look: Look) -> "Phases":
        """Phases of a whole exchange over HTTP, where the answer ends with its last byte."""
        known_ms = (answer.dns_ms or 0.0) + (answer.connect_ms or 0.0) + (answer.tls_ms or 0.0)
        return cls(
            look,
            answer.ip,
            dns_ms=answer.dns_ms,
            connect_ms=answer.connect_ms,
            tls_ms=answer.tls_ms,
            ttfb_ms=None if answer.ttfb_ms is None else answer.total_ms - known_ms,
        )

    @property
    def _sum_ms(self) -> float:
        return sum(filter(None, self._ms.values()))

    def end(self, phase: str) -> None:
        """The time since the last end belongs to this phase, too. One that is no field of results
        goes to `extra`.
        """
        now_ms = self._look.elapsed_ms()
        self._ms[phase] = (self._ms.get(phase) or 0.0) + now_ms - self._began_ms
        self._began_ms = now_ms

    @contextmanager
    def phase(self, phase: str) -> Iterator[None]:
        """What is done inside belongs to this phase, however it ends."""
        try:
            yield
        finally:
            self.end(phase)

    def spent(self, phase: str, ms: float) -> None:
        """This phase took so long, as something else has timed it; the time since the last end is
        none of it.
        """
        self._ms[phase] = ms
        self._began_ms = self._look.elapsed_ms()

    def outcome(
        self,
        fault: Fault | None,
        extra: dict[str, Any] | None = None,
        *,
        slow_ms: float | None = None,
    ) -> Outcome:
        """What the look came to; a fault is noted in the trace. One that took longer than `slow_ms`
        is a failure.
        """
        ms = {name: None if value is None else round(value, 3) for name, value in self._ms.items()}
        measured: dict[str, Any] = {name: ms.pop(name, None) for name in _FIELDS}
        passed_ms = 0.0 if fault is None else self._look.elapsed_ms()
        measured["total_ms"] = round(max(self._sum_ms, passed_ms), 3)
        measured |= {"ip": self.ip, "extra": {**(extra or {}), **ms}}
        if fault is None and slow_ms is not None and measured["total_ms"] > slow_ms:
            sentence = f"the look took {measured['total_ms']:.0f} ms, more than {slow_ms:g} ms"
            fault = Reason.SLOW, Blame.TARGET, sentence
        if fault is None:
            return success(**measured)
        reason, blame, sentence = fault
        self._look.step(sentence)
        return failure(reason, sentence, blame=blame, **measured)
