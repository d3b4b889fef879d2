"""A course: the truths of one service in one play, and what may rightly be said of it at any
moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from coordinator.evaluation.simulator import Truth
from tests.verdicts.story import Claim
from worker.contract.instant import Instant

SETTLE_MS = 90_000
"""When the truth changes, what was true until then counts as right for so long."""
SLACK_MS = 120_000
"""So long after its end a disruption may still be found, and an incident be opened for it."""


@dataclass(frozen=True, slots=True)
class Course:
    """The truths of one service in order of time; several may hold at once."""

    service: str
    truths: tuple[Truth, ...]

    @property
    def since(self) -> Instant:
        """When it began."""
        return min(truth.since for truth in self.truths)

    @property
    def until(self) -> Instant:
        """When it was over."""
        return max(truth.until for truth in self.truths)

    @property
    def known(self) -> bool:
        """Whether an observer could know how far it reaches."""
        return any(truth.scope != "unknown" for truth in self.truths)

    @property
    def twofold(self) -> bool:
        """Whether two disruptions run at once."""
        return any(len(self.within(truth.since, truth.since)) > 1 for truth in self.truths)

    def within(self, since: Instant, until: Instant) -> list[Truth]:
        """The truths that hold at any moment of [since, until]."""
        return [truth for truth in self.truths if truth.since <= until and since < truth.until]

    def holding(self, at: Instant) -> list[Truth]:
        """The truths at a moment, and those that held until just before."""
        return self.within(at - SETTLE_MS, at)

    def strongest(self, at: Instant) -> float:
        """The largest share that fails at a moment."""
        return max((truth.share for truth in self.within(at, at)), default=0.0)

    def settled(self, at: Instant) -> bool:
        """Whether the truth has been the same for a while."""
        moments = {moment for truth in self.truths for moment in (truth.since, truth.until)}
        return not any(moment <= at < moment + SETTLE_MS for moment in moments)

    def is_right(self, claim: Claim | None, at: Instant) -> bool:
        """Whether the claim is exactly one of the truths that hold."""
        return claim is not None and any(agrees(claim, truth) for truth in self.holding(at))

    def is_right_scope(self, claim: Claim | None, at: Instant) -> bool:
        """Whether the scope alone is right."""
        return claim is not None and any(claim.scope == truth.scope for truth in self.holding(at))

    def is_right_severity(self, severity: str, at: Instant) -> bool:
        """Whether it is that of one of the truths that hold."""
        return any(severity == truth.severity for truth in self.holding(at))

    def has_cells_of(self, claim: Claim, since: Instant, until: Instant) -> bool:
        """Whether the claim shares a cell with what fails then, and claims no more than can be
        known.
        """
        held = self.within(since, until)
        return any(
            (truth.scope != "unknown" or claim.scope == "unknown")
            and claim.touches(claim_of(truth))
            for truth in held
        )


def courses(truths: Iterable[Truth]) -> dict[str, Course]:
    """The course of each service that has one."""
    found: dict[str, list[Truth]] = {}
    for truth in sorted(truths, key=lambda truth: truth.since):
        found.setdefault(truth.service, []).append(truth)
    return {service: Course(service, tuple(held)) for service, held in found.items()}


def claim_of(truth: Truth) -> Claim:
    """What the truth would say."""
    return Claim(truth.scope, frozenset(truth.regions), frozenset(truth.components))


def agrees(claim: Claim, truth: Truth) -> bool:
    """Scope, regions and components are the same; where nobody can know, the scope `unknown` is
    all.
    """
    return claim.scope == "unknown" if truth.scope == "unknown" else claim == claim_of(truth)
