"""Results to roll up, and what the rollups of a store count."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coordinator.domain.rollups.columns import reasons_of
from coordinator.domain.rollups.level import LENGTH_MS, Level
from coordinator.domain.rollups.sketch import packed, unpacked
from coordinator.encoding import from_text, to_text
from coordinator.store import Store
from coordinator.store.rollups.rows import COLUMNS
from worker.contract.result import Result

Make = Callable[..., Result]
DAY = 20_500 * 86_400_000
HOUR_MS, MINUTE_MS = 3_600_000, 60_000


def look(make_result: Make, n: int, at: int, **fields: Any) -> Result:
    """The n-th look, at a time of its own; each takes a millisecond longer than the one before."""
    return make_result(n, scheduled_at=at, total_ms=10.0 + n, **fields)


async def make_all(store: Store, until: int = DAY * 2) -> None:
    """Every bucket that is due, minutes first."""
    for level in LENGTH_MS:
        for at in await store.rollups.due(level, until):
            await store.rollups.make(level, at)


async def everything(store: Store, level: Level) -> list[tuple[Any, ...]]:
    """All rows of a level in order."""
    return sorted(
        map(tuple, await store._database.rows(f"SELECT {COLUMNS} FROM rollup_{level}")), key=repr
    )


async def whole(store: Store, level: Level, at: int = DAY, **equal: str) -> dict[str, Any]:
    """The rows of a bucket as one; the higher levels have one row."""
    rows = await store.buckets.between(level, "claude", at, at + LENGTH_MS[level], **equal)
    assert len(rows) == 1 or level == "minute"
    reasons = reasons_of([from_text(row["reasons"]) for row in rows])
    return {
        **{name: sum(row[name] for row in rows) for name in ("looks", "good", "bad")},
        "reasons": to_text(reasons),
        "sketch": packed(
            unpacked([row["sketch"] for row in rows], np.zeros(len(rows), dtype=np.int64)), 1
        )[0],
    }
