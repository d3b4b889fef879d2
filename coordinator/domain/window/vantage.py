"""A vantage point: one worker of one region, and what its looks say about itself rather than about
the targets.
"""

from dataclasses import dataclass, field

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

SPANS_KEPT = 7
"""Former unfit spans that a worker remembers, for the looks that are still in some window."""


@dataclass(slots=True, eq=False)
class Vantage:
    """What is remembered of one worker. Bounded: the checks that fail now, and the spans in which
    it was unfit.
    """

    region: str
    name: str
    number: int
    """Which of its region's workers it is, in the order in which they were first heard."""
    bucket_ms: int
    heard_at: Instant
    fresh_ms: int
    answered_at: Instant = LONGEST_AGO
    """Event time of the newest look that anything answered: proof that the worker itself was
    alive.
    """
    fitness: Fitness = Fitness.SILENT
    why: str = "heard, but nothing has answered it yet"
    failing: dict[Series, Instant] = field(default_factory=dict)
    """The checks that failed when last looked at, and when."""
    doubted_since: Instant | None = None
    """From when on its failed looks wait, because much else fails it, too."""
    examined_at: Instant = 0
    """When it was last looked at closely."""
    unfit_since: Instant | None = None
    unfit_spans: list[tuple[Instant, Instant]] = field(default_factory=list)
    standpoint: str = ""
    """Where it looks from, as its newest look said; empty when it did not."""

    def hear(self, series: Series, at: Instant, ok: bool, made: bool, slow: bool = False) -> None:
        """Take one look in. One that was not `made` proves only that the worker is there; `slow`
        ones are suspect.
        """
        if at > self.heard_at:
            self.heard_at = at
        if ok:
            if at > self.answered_at:
                self.answered_at = at
            if self.failing and not slow and self.failing.get(series, at) <= at:
                self.failing.pop(series, None)
        if made and (slow or not ok):
            self.failing[series] = max(at, self.failing.get(series, at))

    def vouches_for(self, failed_at: Instant) -> bool:
        """Whether a failed look of that moment counts: the worker was alive since, and is not in
        doubt.

        Until anything has answered it, it may be the worker that is dead.
        """
        return self.answered_at >= failed_at and (
            self.doubted_since is None or failed_at < self.doubted_since
        )

    def excludes(self, at: Instant) -> bool:
        """Whether looks of that moment do not count, because the worker was unfit."""
        return any(start <= at < end for start, end in self.spans(at + 1))

    def spans(self, end: Instant) -> list[tuple[Instant, Instant]]:
        """All spans up to `end` in which its looks do not count."""
        now = [] if self.unfit_since is None else [(self.unfit_since, end)]
        return [*self.unfit_spans, *now]

    def was_unfit(self, since: Instant) -> bool:
        """Whether it was at any time since then."""
        return self.unfit_since is not None or any(end > since for _, end in self.unfit_spans)

    def silent_at(self) -> Instant:
        """The moment at which the worker is silent, if nothing more is heard."""
        return self.heard_at + self.fresh_ms

    def become_unfit(self, since: Instant) -> None:
        """From `since` on, its looks do not count."""
        self.unfit_since = since

    def recover(self, since: Instant) -> None:
        """Its looks count again from `since` on."""
        if self.unfit_since is not None:
            self.unfit_spans = [
                *self.unfit_spans[-SPANS_KEPT:],
                (self.unfit_since, max(since, self.unfit_since)),
            ]
        self.unfit_since = None
