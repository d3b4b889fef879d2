"""What each cell of a matrix saw over time: counts from rollups, a frame for each step."""

from collections.abc import Sequence
from typing import Any, Final

from coordinator.domain.rollups.cover import cover
from coordinator.domain.rollups.level import LENGTH_MS, Level
from coordinator.store import Store
from coordinator.store.database import Row
from worker.contract.instant import Instant, rfc3339

QUARTER_MS: Final = 900_000
MOST_FRAMES: Final = 400
_FINEST: Final = ((26 * 3_600_000, QUARTER_MS), (8 * 86_400_000, LENGTH_MS["hour"]))
"""Up to which span a step is chosen when none is asked for; days beyond."""


def step_for(span_ms: int) -> int:
    """The step that shows a span in about a hundred frames."""
    return next((step for most_ms, step in _FINEST if span_ms <= most_ms), LENGTH_MS["day"])


async def cells(
    store: Store, service: str, since: Instant, until: Instant, step_ms: int
) -> dict[str, Any]:
    """Looks that went well and failures that count, by component and region, in frames of a step
    that together hold [since, until).

    A pair that was never looked at is left out; one that was not in a frame has two zeros there.
    """
    begin = since // step_ms * step_ms
    kept = await store.buckets.kept(begin, until)
    rows = [
        row
        for level, start, end in cover(_level(step_ms), begin, until, kept)
        for row in await store.buckets.cells(level, service, start, end, step_ms)
    ]
    starts = range(begin, until, step_ms)
    return {
        "service": service,
        "step_ms": step_ms,
        "since": rfc3339(begin),
        "until": rfc3339(until),
        "starts": [rfc3339(at) for at in starts],
        "cells": _series(rows, starts),
    }


def _level(step_ms: int) -> Level:
    """The longest bucket that fits into a step."""
    fitting: list[Level] = [level for level, length in LENGTH_MS.items() if length <= step_ms]
    return fitting[-1]


def _series(rows: Sequence[Row], starts: range) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = row["component"], row["region"]
        if key not in found:
            zeros = {"good": [0] * len(starts), "bad": [0] * len(starts)}
            found[key] = {"component": key[0], "region": key[1], **zeros}
        # a bucket whose parts are forgotten may begin before the first frame
        frame = max(0, (row["frame"] - starts.start) // starts.step)
        found[key]["good"][frame] += row["good"]
        found[key]["bad"][frame] += row["bad"]
    return [found[key] for key in sorted(found)]
