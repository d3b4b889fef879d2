"""The test of one cell: a sequential one, for total and for partial failures.

Each vote adds the logarithm of how much likelier it is if the cell fails than if all is well; the sum never falls
below zero, and above `alarm_nats` the cell fails. Once it fails, the test is turned round: it is well again when
so many good looks in a row would have been too unlikely at the share that failed before.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from types import MappingProxyType

from coordinator.domain.look import Look, Vote
from coordinator.domain.reading import CLEAN, Reading
from coordinator.domain.rules import Rules
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

LEAST_SHARE = 0.25
"""A partial failure of less than this is not told from recovery by a single cell."""


def read(votes: Iterable[Look], rules: Rules, gap_ms: int) -> Reading:
    """Fold a cell's votes, oldest first, into its reading. A gap ends a mere suspicion; it never ends a failure."""
    tape = _Tape(rules)
    previous: Look | None = None
    for look in votes:
        if previous is not None and look.at - previous.at > gap_ms:
            tape.pause()
        tape.bad(look) if look.vote is Vote.BAD else tape.good(look)
        previous = look
    return tape.reading()


@dataclass(frozen=True, slots=True)
class _Steps:
    """What one vote adds to each of the two sums."""

    total_bad: float
    total_good: float
    partial_bad: float
    partial_good: float
    clear: float


@lru_cache(maxsize=64)
def _steps(rules: Rules) -> _Steps:
    normal, partial, total = rules.normal_share, rules.partial_share, rules.total_share
    return _Steps(
        log(total / normal),
        log((1 - total) / (1 - normal)),
        log(partial / normal),
        log((1 - partial) / (1 - normal)),
        -log(rules.clear_share),
    )


class _Run:
    """The looks since trouble began: how many, how many failed, and why."""

    __slots__ = ("bad", "first_bad", "first_good", "good_since", "last_bad", "last_good", "looks", "reasons", "timely")

    def __init__(self, last_good: Instant | None, first_bad: Instant) -> None:
        self.last_good = last_good
        self.first_bad = self.last_bad = first_bad
        self.first_good: Instant | None = None
        self.looks = self.bad = self.good_since = 0
        self.timely: tuple[Instant, Instant] | None = None
        self.reasons: Counter[Reason] = Counter()

    def fail(self, look: Look) -> None:
        self.looks += 1 + self.good_since
        self.bad += 1
        self.good_since = 0
        self.first_good = None
        self.last_bad = look.at
        self.reasons[look.reason] += 1
        if not look.late:
            self.timely = (self.timely[0] if self.timely else look.at, look.at)

    @property
    def lasted_ms(self) -> int:
        return self.timely[1] - self.timely[0] if self.timely else 0

    def succeed(self, at: Instant) -> None:
        self.good_since += 1
        if self.first_good is None:
            self.first_good = at

    @property
    def share(self) -> float:
        """The share that failed, as cautious as so few looks demand, so that luck is not taken for recovery."""
        share = (self.bad + 0.5) / (self.looks + 1)
        if self.bad == self.looks:
            return share
        return max(LEAST_SHARE, share - sqrt(share * (1 - share) / self.looks))


class _Tape:
    """The running state of the fold: two sums, each with the run since it last was zero."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._steps = _steps(rules)
        self._total = self._partial = 0.0
        self._failing = False
        self._sharp: _Run | None = None
        self._wide: _Run | None = None
        self._ended: _Run | None = None
        self._last_good: Instant | None = None

    def bad(self, look: Look) -> None:
        self._sharp = self._sharp or _Run(self._last_good, look.at)
        self._wide = self._wide or _Run(self._last_good, look.at)
        self._sharp.fail(look)
        if self._wide is not self._sharp:
            self._wide.fail(look)
        if not look.late:
            self._total += self._steps.total_bad
            self._partial += self._steps.partial_bad
            self._alarm()

    def _alarm(self) -> None:
        if not self._failing and max(self._total, self._partial) >= self._rules.alarm_nats:
            self._failing = True
            self._wide = self._sharp if self._total >= self._rules.alarm_nats else self._wide
            self._sharp = self._wide

    def good(self, look: Look) -> None:
        self._last_good = look.at
        if self._wide is None:
            return
        self._wide.succeed(look.at)
        if self._sharp is not None and self._sharp is not self._wide:
            self._sharp.succeed(look.at)
        self._total = max(0.0, self._total + self._steps.total_good)
        self._partial = max(0.0, self._partial + self._steps.partial_good)
        self._settle(self._wide)

    def _settle(self, run: _Run) -> None:
        if self._failing:
            if -run.good_since * log(1 - run.share) >= self._steps.clear:
                self._end()
            return
        if self._total == 0.0:
            self._sharp = None
        if self._partial == 0.0:
            self._end()

    def _end(self) -> None:
        if self._wide is not None and self._wide.bad > 1:
            self._ended = self._wide
        self._total = self._partial = 0.0
        self._failing = False
        self._sharp = self._wide = None

    def pause(self) -> None:
        if not self._failing:
            self._end()

    def reading(self) -> Reading:
        if self._wide is not None:
            return self._told(self._wide, max(self._total, self._partial), self._wide.last_good, self._wide.first_bad)
        if self._ended is not None:
            return self._told(self._ended, 0.0, self._last_good, None)
        return CLEAN

    def _told(self, run: _Run, nats: float, last_good: Instant | None, first_bad: Instant | None) -> Reading:
        return Reading(
            failing=self._failing,
            nats=nats,
            looks=run.looks,
            bad=run.bad,
            lasted_ms=run.lasted_ms,
            last_good=last_good,
            first_bad=first_bad,
            last_bad=run.last_bad,
            first_good=run.first_good,
            good_since=run.good_since,
            ended=_end_of(self._ended),
            reasons=MappingProxyType(dict(run.reasons)),
        )


def _end_of(run: _Run | None) -> tuple[Instant, Instant] | None:
    if run is None or run.first_good is None:
        return None
    return run.last_bad, run.first_good
