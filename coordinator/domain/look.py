"""A look: what the judge keeps of a result, and how it votes."""

from enum import Enum
from typing import NamedTuple

from coordinator.domain.rules import Rules
from coordinator.domain.topology import Check
from worker.contract.instant import Instant
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

SILENT_INTERVALS = 3
"""Nothing heard for this many intervals means that nothing is known any more."""


class Vote(Enum):
    """What a look says of its target. It abstains when the failure was ours or our resolver's."""

    GOOD = "good"
    BAD = "bad"
    ABSTAINS = "abstains"


class Look(NamedTuple):
    """One result as the judge sees it. Looks sort by event time, then by id, so that arrival order never matters."""

    at: Instant
    """Event time: the moment in the slot at which the look was due, on the coordinator's clock."""
    id: str
    vote: Vote
    ok: bool
    late: bool
    """It came in too late to raise an alarm; it still corrects where a disruption began and ended."""
    reason: Reason
    check: str
    region: str
    worker: str
    fresh_until: Instant
    """After this moment the look says nothing about the present."""

    def is_newer_than(self, other: "Look") -> bool:
        """Whether it is a later look, and not the same one reported again."""
        return self[:2] > other[:2]

    @property
    def was_made(self) -> bool:
        """False when the worker came too late to look at all, which says nothing of any endpoint."""
        return self.reason is not Reason.LATE


def look_of(result: Result, check: Check, rules: Rules) -> Look:
    """The look that a result of this check is. One from the future is placed where it was received and abstains."""
    future = max(result.scheduled_at, result.started_at) - result.received_at > rules.future_ms
    at = min(result.scheduled_at, result.received_at)
    return Look(
        at,
        result.id,
        Vote.ABSTAINS if future else _vote(result),
        result.ok and not future,
        result.received_at - at > check.timeout_ms + check.interval_ms,
        Reason.LATE if future else result.reason,
        check.id,
        result.region,
        result.worker,
        at + fresh_ms(check.interval_ms, rules),
    )


def fresh_ms(interval_ms: int, rules: Rules) -> int:
    """How long a look every `interval_ms` speaks for the present."""
    return max(SILENT_INTERVALS * interval_ms, rules.silent_after_ms)


def _vote(result: Result) -> Vote:
    if result.ok:
        return Vote.GOOD
    if result.blame is Blame.TARGET or result.blame is Blame.PATH:
        return Vote.BAD
    return Vote.ABSTAINS
