"""The history of a service from its rollups: looks, uptime, reasons and percentiles, in buckets and
as a whole.
"""

from asyncio import to_thread
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from coordinator.domain.rollups.sketch import added, percentiles, reasons_of, unpacked
from coordinator.encoding import from_text
from coordinator.store import Store
from coordinator.store.database import Row
from coordinator.store.results.rollups import LENGTH_MS, Level
from worker.contract.instant import Instant, rfc3339

MOST_POINTS: Final = 5_000
_FINEST: Final[dict[Level, int]] = {"minute": 6 * 3_600_000, "hour": 45 * 86_400_000}
"""Up to which span a level is chosen when none is asked for."""


def level_for(span_ms: int) -> Level:
    """The level that shows a span in some hundreds of points."""
    return next((level for level, most_ms in _FINEST.items() if span_ms <= most_ms), "day")


async def history(
    store: Store, service: str, since: Instant, until: Instant, level: Level, **equal: str | None
) -> dict[str, Any]:
    """The buckets of a service that begin in [since, until), and all of them as one; `equal` as in
    `Rollups.between`.

    `uptime` is the share of looks that went well among those that count: failures that are our own,
    or of a resolver, do not. A bucket without looks is left out.
    """
    first = since // LENGTH_MS[level] * LENGTH_MS[level]
    rows = await store.rollups.between(level, service, first, until, **equal)
    told = await to_thread(_told, rows)
    return {
        "service": service,
        "resolution": level,
        "since": rfc3339(first),
        "until": rfc3339(until),
        **told,
    }


def _told(rows: Sequence[Row]) -> dict[str, Any]:
    """`whole` and `points`."""
    starts = sorted({row["at"] for row in rows})
    place = {at: number for number, at in enumerate(starts)}
    owners = np.array([place[row["at"]] for row in rows], dtype=np.int64)
    _, phases, buckets, numbers = counts = added(
        unpacked([bytes(row["sketch"]) for row in rows], owners)
    )
    (latency,) = percentiles((np.zeros_like(phases), phases, buckets, numbers), 1)
    parts: list[list[Row]] = [[] for _ in starts]
    for row in rows:
        parts[place[row["at"]]].append(row)
    points = zip(starts, parts, percentiles(counts, len(starts)), strict=True)
    return {
        "whole": _point(rows, latency),
        "points": [{"at": rfc3339(at), **_point(part, times)} for at, part, times in points],
    }


def _point(rows: Sequence[Row], latency: dict[str, dict[str, float] | None]) -> dict[str, Any]:
    looks = sum(row["looks"] for row in rows)
    good = sum(row["good"] for row in rows)
    bad = sum(row["bad"] for row in rows)
    reasons = [row["reasons"] for row in rows]
    return {
        "looks": looks,
        "good": good,
        "bad": bad,
        "uptime": good / (good + bad) if good + bad else None,
        "reasons": reasons_of(list(map(from_text, reasons))),
        **latency,
    }
