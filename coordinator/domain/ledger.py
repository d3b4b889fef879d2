"""The ledger of looks: what was ordered, what came back, and the gaps between."""

from dataclasses import dataclass
from enum import StrEnum

from worker.contract.instant import Instant


class GapReason(StrEnum):
    """Why a look is missing."""

    NO_WORKER = "no_worker"
    """No worker of the region was heard, so nothing was ordered."""
    NO_RESULT = "no_result"
    """It was ordered, and nothing came back."""
    PAUSED = "paused"
    """The coordinator itself stood still."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive slots of one check in one region without a result, and why."""

    check: str
    service: str
    region: str
    first_slot: int
    last_slot: int
    first_at: Instant
    last_at: Instant
    reason: GapReason
