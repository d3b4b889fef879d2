"""The lengths of buckets: minutes, hours, and days of UTC."""

from typing import Final, Literal

from worker.contract.instant import Instant

Level = Literal["minute", "hour", "day"]
LENGTH_MS: Final[dict[Level, int]] = {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
ABOVE: Final[dict[Level, Level]] = {"minute": "hour", "hour": "day"}
BELOW: Final[dict[Level, Level]] = {"hour": "minute", "day": "hour"}


def floor(at: Instant, level: Level) -> Instant:
    """Where the bucket begins in which a moment lies."""
    return at // LENGTH_MS[level] * LENGTH_MS[level]
