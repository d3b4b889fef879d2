"""Whether the coordinator does its work, by what it last told of itself. Empty words mean that it
does.
"""

from collections.abc import Mapping
from typing import Any, Final

from worker.contract.instant import Instant, parse_rfc3339

STORED_WITHIN_MS: Final = 90_000
_INTERVALS: Final = 3
_MINUTE_MS: Final = 60_000


def without_link(told: Mapping[str, Any]) -> str:
    """Why it orders and hears nothing; a coordinator that does not tell has not been asked."""
    return "" if told.get("connected", True) else "the coordinator has no link to the broker"


def without_results(
    told: Mapping[str, Any], newest: Instant | None, interval_ms: int, now: Instant
) -> str:
    """Why what is shown may be old although the coordinator lives: looks are ordered, and nothing
    is stored. `interval_ms` is that of the checks that look most often.
    """
    if not told.get("outstanding_looks"):
        return ""
    started = told.get("started_at")
    since = max(newest or 0, parse_rfc3339(started) if started else 0)
    if now - since <= max(_INTERVALS * interval_ms, STORED_WITHIN_MS):
        return ""
    last = "ever" if newest is None else f"for {ago(now - newest)}"
    return f"no result was stored {last}, though looks are ordered"


def ago(length_ms: int) -> str:
    """A length of time in words: `40 s`, `12 min`, `3 h`, `5 days`."""
    minutes = max(0, length_ms) // _MINUTE_MS
    if minutes < 1:
        return f"{max(0, length_ms) // 1000} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
