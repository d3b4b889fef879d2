"""The history of a service from its rollups: looks, uptime, reasons and percentiles, in buckets and
as a whole.
"""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from coordinator.domain.rollups.cover import Piece, cover
from coordinator.domain.rollups.level import LENGTH_MS, Level, floor
from coordinator.domain.rollups.sketch import Counts, added, percentiles, reasons_of, unpacked
from coordinator.encoding import from_text
from coordinator.store import Store
from coordinator.store.database import Row
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
    """What was seen of a service in [since, until), to whole minutes outwards, in buckets of a
    level and as a whole; `equal` as in `Buckets.between`.

    `uptime` is the share of looks that went well among those that count: failures that are our own,
    or of a resolver, do not. Whichever level shows it, a span has one uptime: a bucket that it cuts
    counts with the part that lies in it, as long as shorter ones are kept. One without looks is
    left out.
    """
    kept = await store.buckets.kept(since, until)
    as_of = await store.buckets.counted_until() or until
    whole = cover("day", since, until, kept)
    pieces = cover(level, since, until, kept)
    rows = await _rows(store, service, pieces, equal)
    all_rows = rows if whole == pieces else await _rows(store, service, whole, equal)
    since, until = min(piece.since for piece in whole), max(piece.until for piece in whole)
    told = await to_thread(_told, rows, all_rows, level)
    return {
        "service": service,
        "resolution": level,
        "since": rfc3339(since),
        "until": rfc3339(until),
        "as_of": rfc3339(max(since, min(as_of, until))),
        "whole": told[0],
        "points": [
            {
                "at": rfc3339(at),
                "since": rfc3339(max(at, since)),
                "until": rfc3339(max(at, min(at + LENGTH_MS[level], until, as_of))),
                **point,
            }
            for at, point in told[1]
        ],
    }


async def _rows(
    store: Store, service: str, pieces: Sequence[Piece], equal: Mapping[str, str | None]
) -> list[Row]:
    found = [
        await store.buckets.between(level, service, since, until, **equal)
        for level, since, until in pieces
    ]
    return [row for rows in found for row in rows]


def _told(
    rows: Sequence[Row], all_rows: Sequence[Row], level: Level
) -> tuple[dict[str, Any], list[tuple[Instant, dict[str, Any]]]]:
    """All as one, and bucket by bucket."""
    starts = sorted({floor(row["at"], level) for row in rows})
    place = {at: number for number, at in enumerate(starts)}
    owners = [place[floor(row["at"], level)] for row in rows]
    parts: list[list[Row]] = [[] for _ in starts]
    for owner, row in zip(owners, rows, strict=True):
        parts[owner].append(row)
    counts = _counts(rows, owners)
    points = zip(parts, percentiles(counts, len(starts)), strict=True)
    if all_rows is not rows:
        counts = _counts(all_rows, [0] * len(all_rows))
    _, phases, buckets, numbers = counts
    (latency,) = percentiles((np.zeros_like(phases), phases, buckets, numbers), 1)
    return _point(all_rows, latency), list(
        zip(starts, (_point(part, times) for part, times in points), strict=True)
    )


def _counts(rows: Sequence[Row], owners: Sequence[int]) -> Counts:
    sketches = [bytes(row["sketch"]) for row in rows]
    return added(unpacked(sketches, np.array(owners, dtype=np.int64)))


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
