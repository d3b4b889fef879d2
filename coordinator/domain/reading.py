"""A reading: what the votes of one cell say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from worker.contract.instant import Instant
from worker.contract.outcome import Reason


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell's votes say. `bad` of `looks` failed in the run that the reading rests on.

    The run began in (last_good, first_bad] and, when good looks follow, ended in (last_bad, first_good]. A single
    failed look among good ones is a run, too, until the suspicion has worn off.
    """

    failing: bool = False
    nats: float = 0.0
    """Evidence that the cell fails, floored at zero."""
    looks: int = 0
    bad: int = 0
    lasted_ms: int = 0
    """From the first to the last failure of the run that came in in time."""
    last_good: Instant | None = None
    first_bad: Instant | None = None
    last_bad: Instant | None = None
    first_good: Instant | None = None
    good_since: int = 0
    """Good looks in a row since the last bad one."""
    ended: tuple[Instant, Instant] | None = None
    """(last bad, first good] of the last run of several failures that is over."""
    reasons: Mapping[Reason, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def is_partial(self) -> bool:
        """Whether good looks lie between the failures."""
        return self.looks > self.bad


CLEAN = Reading()
"""No look failed."""
