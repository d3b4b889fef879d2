"""The four clocks of an acknowledgement, and how late it came."""

from dataclasses import dataclass
from typing import Any, Final

from coordinator.domain.acknowledging.statement import Statement
from coordinator.domain.acknowledging.words import Course
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant, rfc3339

SKEW_MS: Final = 900_000
"""By so much the vendor's clock may differ from ours; what differs more is another time zone, or
was never meant.
"""
LONGEST_MS: Final = 7 * 86_400_000
"""A claimed start that lies further before what is said of it first is not believed."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Between two durations in milliseconds, both possible; None where there is no bound. `best` is
    the likeliest.
    """

    least_ms: int | None
    most_ms: int | None
    best_ms: int

    def to_document(self) -> dict[str, int | None]:
        """JSON-able."""
        return {"best_ms": self.best_ms, "least_ms": self.least_ms, "most_ms": self.most_ms}


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the vendor claims, and what we saw of it. The page first had it in (after, by]."""

    claimed_at: Instant | None
    """When it began, as the vendor claims."""
    published_at: Instant | None
    """When the vendor first said anything, as it says."""
    after: Instant | None
    """The page had it not yet, allowing for old copies; None when it was not read before."""
    by: Instant
    """The first look that read it."""
    announced: bool
    """Whether it was announced before, as work is."""

    @property
    def in_future(self) -> bool:
        """Whether it says that it was published after we read it."""
        return self.published_at is not None and self.published_at > self.by + SKEW_MS

    @property
    def published(self) -> Instant | None:
        """When it was published, if that can be: within what we saw, or shortly outside of it."""
        if self.published_at is None or self.in_future or self.announced:
            return None
        return self.published_at

    @property
    def backdated(self) -> bool | None:
        """Whether it is dated before a look that read the page without it; None: cannot say."""
        if self.published is None or self.after is None:
            return None
        return self.published < self.after

    @property
    def claimed(self) -> Instant | None:
        """The claimed start, if that can be."""
        at = self.claimed_at
        if at is None or at > self.by + SKEW_MS or at < self.by - LONGEST_MS:
            return None
        return at

    @property
    def likely(self) -> Instant:
        """When the page most likely had it first."""
        at = self.published
        inside = at is not None and at <= self.by and (self.after is None or at >= self.after)
        return at if at is not None and inside else self.by

    def lag(self, incident: Incident) -> Interval:
        """How long after its start an incident was admitted; less than nothing when before. The
        error is that of our start and that of the first look that read it.
        """
        began, before = incident.started_by, incident.started_after
        return Interval(
            None if self.after is None else self.after - began,
            None if before is None else self.by - before,
            self.likely - began,
        )

    def claim(self, incident: Incident) -> Interval | None:
        """How long after our start the claimed one lies; None when none is told or believed."""
        at = self.claimed
        if at is None:
            return None
        before = incident.started_after
        most = None if before is None else at - before
        return Interval(at - incident.started_by, most, at - incident.started_by)

    def to_document(self) -> dict[str, Any]:
        """JSON-able, times as RFC 3339 text."""
        return {
            "claimed_start": _text(self.claimed_at),
            "published_at": _text(self.published_at),
            "seen_after": _text(self.after),
            "seen_by": rfc3339(self.by),
        }


def clocks_of(statement: Statement) -> Clocks | None:
    """The clocks of a statement; None while it only announces."""
    first = statement.spoke
    if first is None or first.words is None:
        return None
    position = statement.wordings.index(first)
    announced = any(
        edit.words is not None and edit.words.course is Course.NOT_BEGUN
        for edit in statement.wordings[:position]
    )
    before = statement.wordings[position - 1].last_at if announced else first.after
    told = [edit.words for edit in statement.wordings if edit.words is not None]
    published = [words.published_at for words in told if words.published_at is not None]
    current = statement.current.claimed_at
    return Clocks(
        claimed_at=current if current is not None else first.words.claimed_at,
        published_at=first.words.published_at or next(iter(published), None),
        after=None if before is None else min(before, first.first_at) - statement.settle_ms,
        by=first.first_at,
        announced=announced,
    )


def _text(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
