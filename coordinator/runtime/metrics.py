"""What the coordinator counts about itself; it is stored with what stands, and the API shows it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

WINDOW: Final = 1_000
"""So many recent measurements a percentile rests on."""


class Recent:
    """The last measurements of one quantity."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=WINDOW)

    def add(self, value: float) -> None:
        """One more measurement."""
        self._values.append(value)

    def percentile(self, share: float) -> float | None:
        """The value that this share of the measurements does not exceed; None without any."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)


@dataclass(slots=True)
class Counters:
    """Counts since the start, and recent delays in milliseconds."""

    reports: int = 0
    results: int = 0
    repeats: int = 0
    refused: int = 0
    looks_ordered: int = 0
    looks_lost: int = 0
    extra_looks_asked: int = 0
    """Looks that the judge asked for, beside the regular ones."""
    extra_looks_ordered: int = 0
    extra_looks_dropped: int = 0
    """No worker to look, or no broker to tell it."""
    extra_looks_capped: int = 0
    """More than the cap allows: the judge should never ask for so many."""
    gaps: int = 0
    folded_until_ms: int = 0
    """When results were last folded, on the clock."""
    judged_at_ms: int = 0
    """When services were last judged, on the clock."""
    order_lag_ms: Recent = field(default_factory=Recent)
    """How long after its first look was due the broker took an order; 0 when in time."""
    ingest_lag_ms: Recent = field(default_factory=Recent)
    """From a report's arrival to its commit."""
    judge_ms: Recent = field(default_factory=Recent)
    """How long one judging took."""

    def to_document(self) -> dict[str, Any]:
        """The counters as JSON; percentiles are over the last measurements."""
        return {
            "reports": self.reports,
            "results": self.results,
            "repeats": self.repeats,
            "refused": self.refused,
            "looks_ordered": self.looks_ordered,
            "looks_lost": self.looks_lost,
            "extra_looks_asked": self.extra_looks_asked,
            "extra_looks_ordered": self.extra_looks_ordered,
            "extra_looks_dropped": self.extra_looks_dropped,
            "extra_looks_capped": self.extra_looks_capped,
            "gaps": self.gaps,
            "folded_until_ms": self.folded_until_ms,
            "order_lag_p99_ms": self.order_lag_ms.percentile(0.99),
            "ingest_lag_p50_ms": self.ingest_lag_ms.percentile(0.5),
            "ingest_lag_p99_ms": self.ingest_lag_ms.percentile(0.99),
            "judge_p99_ms": self.judge_ms.percentile(0.99),
        }
