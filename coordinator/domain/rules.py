"""Every threshold of the judge in one place, each with its reason. `judge:` in the configuration overrides them."""

from dataclasses import dataclass

VERSION = "1"
"""Version of the rules; stored with every verdict."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds. Durations are milliseconds. The defaults need no tuning."""

    silent_after_ms: int = 90_000
    """A region or worker not heard for this long, and for three intervals, is silent."""
    fit_again_after_slots: int = 5
    """Clean slots before an unfit vantage point speaks again."""
    unfit_share: float = 0.6
    """Share of references (or of independent witnesses) that must fail before a vantage point is unfit."""
    nearly_all: float = 0.8
    """Share of the heard regions (or components) that counts as everywhere."""
    enough_regions: int = 3
    """Fewer regions heard than this cannot say that something is down everywhere."""
    enough_share: float = 0.5
    """Nor can less than this share of the regions that should look."""
    narrow_after_ms: int = 300_000
    """An incident narrows only after this long of steady evidence; it widens at once."""
    resolve_after_ms: int = 300_000
    """An incident resolves after this long of good looks, and after `resolve_after_slots` slots."""
    resolve_after_slots: int = 10
    """As above, in slots of the slowest check involved."""
    future_ms: int = 30_000
    """A result that claims to have begun this long after it was received is our own clock's fault."""
    step_ms: int = 1_000
    """The judge looks again on a fixed grid of this step, so that a replay judges at the same moments."""
    rebuild_ms: int = 900_000
    """How far back stored results are read to rebuild the judge's state after a restart."""
