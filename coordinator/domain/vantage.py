"""A vantage point: one worker of one region, and what its looks say about itself rather than about the targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from coordinator.domain.fitness import Fitness
from coordinator.domain.look import Look
from worker.contract.instant import Instant

WITNESSING_INTERVALS = 2
"""A look bears witness in its own interval and the next: the current and the previous bucket."""
SLOTS_KEPT = 64
"""Slots of which a worker remembers whether anything answered."""
SPANS_KEPT = 7
"""Former sicknesses that a worker remembers, for the looks that are still in some window."""
REFERENCE_INTERVALS = 8
"""A reference that answered is remembered for longer, since several workers share the looks of a region."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the judge of vantage points must know of a check."""

    group: str
    """Endpoints of one group share their fate and are one witness: a service, or one component of a reference."""
    reference: bool
    interval_ms: int

    def still_witness(self, look_at: Instant, now: Instant) -> bool:
        """Whether a look of that moment still bears witness."""
        return look_at > now - WITNESSING_INTERVALS * self.interval_ms


class Glimpse(NamedTuple):
    """What a region saw of a check: its newest look, and since when its looks came to the same."""

    look: Look
    since: Instant

    def was_good_around(self, at: Instant) -> bool:
        """Whether the check answered there both before and after a moment."""
        return self.look.ok and self.since <= at <= self.look.at


@dataclass(slots=True)
class Vantage:
    """What is remembered of one worker. Bounded: one look per check, and the spans in which it was unfit."""

    region: str
    name: str
    bucket_ms: int
    heard_at: Instant
    fresh_ms: int
    answered_at: Instant | None = None
    """Event time of the newest look that anything answered: proof that the worker itself was alive."""
    fitness: Fitness = Fitness.SILENT
    why: str = "heard, but nothing has answered it yet"
    newest: dict[str, Look] = field(default_factory=dict)
    """The newest look of each check."""
    failing: dict[str, int] = field(default_factory=dict)
    """The checks whose newest look failed, with the number of failures in a row."""
    doubted_since: Instant | None = None
    """From when on its failed looks wait, because some of its references fail, too."""
    unfit_since: Instant | None = None
    unfit_spans: list[tuple[Instant, Instant]] = field(default_factory=list)
    last_sick_slot: int = 0
    good_slots: set[int] = field(default_factory=set)
    """Slots in which anything answered it, the newest few."""

    def hear(self, look: Look) -> None:
        """Take one look in."""
        self.heard_at = max(self.heard_at, look.at)
        if not look.was_made:
            return
        newest = self.newest.get(look.check)
        if newest is None or look.is_newer_than(newest):
            self.newest[look.check] = look
            self._count(look)
        if look.ok:
            self.answered_at = look.at if self.answered_at is None else max(look.at, self.answered_at)
            self._remember_good(look.at // self.bucket_ms)

    def _remember_good(self, slot: int) -> None:
        self.good_slots.add(slot)
        if len(self.good_slots) > 2 * SLOTS_KEPT:
            self.good_slots = set(sorted(self.good_slots)[-SLOTS_KEPT:])

    def clean_slots(self) -> list[int]:
        """The slots since the last sign of sickness in which something answered."""
        oldest = self.heard_at // self.bucket_ms - SLOTS_KEPT
        return sorted(slot for slot in self.good_slots if slot > max(self.last_sick_slot, oldest))

    def _count(self, look: Look) -> None:
        if look.ok:
            self.failing.pop(look.check, None)
        else:
            self.failing[look.check] = self.failing.get(look.check, 0) + 1

    def answered_since(self, at: Instant) -> bool:
        """Whether anything answered this worker at that moment or later, which proves that it was alive."""
        return self.answered_at is not None and self.answered_at >= at

    def vouches_for(self, failed_at: Instant) -> bool:
        """Whether a failed look of that moment counts: the worker was alive since, and is not in doubt.

        Until anything has answered it, it may be the worker that is dead.
        """
        return self.answered_since(failed_at) and (self.doubted_since is None or failed_at < self.doubted_since)

    def sets_aside(self, at: Instant) -> bool:
        """Whether looks of that moment do not count, because the worker was unfit."""
        if self.unfit_since is not None and at >= self.unfit_since:
            return True
        return bool(self.unfit_spans) and any(start <= at < end for start, end in self.unfit_spans)

    def silent_at(self) -> Instant:
        """The moment at which the worker is silent, if nothing more is heard."""
        return self.heard_at + self.fresh_ms

    def witnesses(self, endpoints: Mapping[str, Endpoint]) -> list[tuple[Endpoint, Look]]:
        """The newest look of each check that still bears witness."""
        return [
            (endpoint, look)
            for check, look in self.newest.items()
            if (endpoint := endpoints[check]).still_witness(look.at, self.heard_at)
        ]

    def references_answered(self, endpoints: Mapping[str, Endpoint]) -> set[str]:
        """The groups of references that answered when last looked at, and not too long ago."""
        return {
            endpoint.group
            for check, look in self.newest.items()
            if look.ok
            and (endpoint := endpoints[check]).reference
            and look.at > self.heard_at - REFERENCE_INTERVALS * endpoint.interval_ms
        }

    def fall_ill(self, since: Instant) -> None:
        """From `since` on, its looks do not count."""
        self.unfit_since = since

    def recover(self) -> None:
        """Its looks count again from its first clean slot on."""
        if self.unfit_since is not None:
            back = min(self.clean_slots(), default=0) * self.bucket_ms
            self.unfit_spans = [*self.unfit_spans[-SPANS_KEPT:], (self.unfit_since, max(back, self.unfit_since))]
        self.unfit_since = None

    def note(self, signs: Sequence[Instant], doubtful: bool) -> None:
        """Signs of sickness: only slots after them are clean, and in doubt, looks around them wait."""
        self.doubted_since = min(signs) - self.bucket_ms if doubtful else None
        self.last_sick_slot = max([self.last_sick_slot, *(sign // self.bucket_ms for sign in signs)])
