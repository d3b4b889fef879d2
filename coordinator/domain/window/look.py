"""A look: what the judge keeps of a result, packed into one whole number, and how it votes.

A window of looks is an `array` of such numbers, eight bytes each, in order of event time. The bits
from high to low: event time (ms since 2020), attempt, worker, vote, late, slow, reason. All but the
last four name the look, so that a repeat is found by comparing numbers. A good look has no reason;
in its place is the level of its time (`Baseline.level`).
"""

from enum import IntEnum

from worker.contract.instant import Instant
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

SILENT_INTERVALS = 3
"""Nothing heard for this many intervals means that nothing is known any more."""


class Vote(IntEnum):
    """What a look says of its target. It abstains when the failure was ours or our resolver's."""

    GOOD = 0
    BAD = 1
    ABSTAINS = 2


GOOD, BAD, ABSTAINS = Vote
"""By these names in what runs for every look: through the class they cost three times as much."""
REASONS = tuple(Reason)
REASON_CODE = {reason: code for code, reason in enumerate(REASONS)}
EPOCH: Instant = 1_577_836_800_000
REASON_BITS, SLOW_BIT, LATE_BIT, VOTE_SHIFT, WORKER_SHIFT, ATTEMPT_SHIFT, AT_SHIFT = (
    4,
    4,
    5,
    6,
    8,
    19,
    23,
)
NAME_SHIFT = WORKER_SHIFT
"""Above this bit a number tells which look it is, below what it saw."""
REASON_MASK = (1 << REASON_BITS) - 1
SLOW, LATE = 1 << SLOW_BIT, 1 << LATE_BIT
WORKER_MASK = (1 << (ATTEMPT_SHIFT - WORKER_SHIFT)) - 1
ATTEMPT_MASK = (1 << (AT_SHIFT - ATTEMPT_SHIFT)) - 1
_FARTHEST = 1 << 40
_OK = REASONS[0]

_COUNTS_AGAINST = frozenset({Blame.TARGET, Blame.PATH})


def vote_of(result: Result) -> Vote:
    """How a result votes."""
    if result.ok:
        return GOOD
    return BAD if result.blame in _COUNTS_AGAINST else ABSTAINS


def placed(result: Result, future_ms: int) -> tuple[Instant, Vote, Reason]:
    """When a look counts, its vote and its reason. One from the future counts when it was
    received, and abstains when it claims to be further ahead than `future_ms`.
    """
    received, at, started = result.received_at, result.scheduled_at, result.started_at
    if at <= received and started <= received:
        return at, vote_of(result), result.reason
    if max(at, started) - received > future_ms:
        return min(at, received), ABSTAINS, Reason.LATE
    return min(at, received), vote_of(result), result.reason


def pack(
    at: Instant, attempt: int, worker: int, vote: Vote, late: bool, slow: bool, reason: Reason
) -> int:
    """The number of a look."""
    offset = at - EPOCH
    if not -_FARTHEST <= offset < _FARTHEST:
        offset = -_FARTHEST if offset < 0 else _FARTHEST - 1
    return (
        offset << AT_SHIFT
        | (attempt if attempt < ATTEMPT_MASK else ATTEMPT_MASK) << ATTEMPT_SHIFT
        | (worker & WORKER_MASK) << WORKER_SHIFT
        | vote << VOTE_SHIFT
        | late << LATE_BIT
        | slow << SLOW_BIT
        | (REASON_CODE[reason] if reason is not _OK else 0)
    )


def first_code(at: Instant) -> int:
    """A number not above that of any look of this moment or later."""
    return (at - EPOCH) << AT_SHIFT


def at_of(code: int) -> Instant:
    """The event time of a look."""
    return (code >> AT_SHIFT) + EPOCH


def worker_of(code: int) -> int:
    """Which of its region's workers made a look."""
    return code >> WORKER_SHIFT & WORKER_MASK


def failed_in(code: int) -> bool:
    """Whether a look failed or was slow: what an unfit worker's looks are."""
    return bool(code & SLOW) or code >> VOTE_SHIFT & 3 == Vote.BAD


def vote_in(code: int) -> int:
    """The vote of a look, as `Vote` numbers them."""
    return code >> VOTE_SHIFT & 3


def fresh_ms(interval_ms: int, silent_after_ms: int) -> int:
    """How long a look every `interval_ms` speaks for the present."""
    return max(SILENT_INTERVALS * interval_ms, silent_after_ms)
