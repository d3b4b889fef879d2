"""The ends of time: instants that stand for "not yet" and "no more", beyond all that are real."""

from worker.contract.instant import Instant

LONGEST_AGO: Instant = -(1 << 60)
"""Earlier than every instant."""
NEVER: Instant = 1 << 62
"""Later than every instant."""
