"""The history of a service from its rollups: looks, uptime, reasons and percentiles, in buckets and
as a whole.
"""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from coordinator.analytics.without_maintenance import Part, parts_of
from coordinator.analytics.without_maintenance import left_out_ms as out_of
from coordinator.domain.rollups.columns import reasons_of
from coordinator.domain.rollups.cover import later
from coordinator.domain.rollups.level import LENGTH_MS, Level, floor
from coordinator.encoding import from_text
from coordinator.store import Store
from coordinator.store.database import Row
from worker.contract.instant import Instant, rfc3339

if TYPE_CHECKING:
    from coordinator.domain.rollups.sketch import Counts

MOST_POINTS: Final = 5_000
_FINEST: Final[dict[Level, int]] = {"minute": 6 * 3_600_000, "hour": 45 * 86_400_000}
"""Up to which span a level is chosen when none is asked for."""


def level_for(span_ms: int) -> Level:
    """The level that shows a span in some hundreds of points."""
    return next((level for level, most_ms in _FINEST.items() if span_ms <= most_ms), "day")


async def history(
    store: Store,
    service: str,
    since: Instant,
    until: Instant,
    level: Level,
    *,
    without_maintenance: bool = False,
    forgotten: Mapping[Level, Instant] | None = None,
    **equal: str | None,
) -> dict[str, Any]:
    """What was seen of a service in [since, until), to whole minutes outwards, in buckets of a
    level and as a whole; `equal` as in `Buckets.between`.

    `uptime` is the share of looks that went well among those that count: failures that are our own,
    or of a resolver, do not. Whichever level shows it, a span has one uptime: a bucket that it cuts
    counts with the part that lies in it, as long as shorter ones are kept. One without looks is
    left out. `without_maintenance` leaves out what lies in announced maintenance, as far as it is
    kept apart. `forgotten` tells before when each level is not kept of this service, where that is
    not as for all.
    """
    kept = later(await store.buckets.kept(since, until), forgotten or {})
    as_of = await store.buckets.counted_until() or until
    windows = [
        one
        for one in (await store.maintenance_times.between(since, until))
        if without_maintenance and one.touches(service)
    ]
    spans = (since, until, kept, windows, equal, service)
    whole, pieces = parts_of("day", *spans), parts_of(level, *spans)
    rows = await _rows(store, service, pieces, equal)
    all_rows = rows if whole == pieces else await _rows(store, service, whole, equal)
    left_out_ms = out_of(windows, service, equal, since, until)
    since = min((part.piece.since for part in whole), default=since)
    until = max((part.piece.until for part in whole), default=until)
    told = await to_thread(_told, rows, all_rows, level)
    return {
        "service": service,
        "resolution": level,
        "since": rfc3339(since),
        "until": rfc3339(until),
        "as_of": rfc3339(max(since, min(as_of, until))),
        "left_out_ms": left_out_ms,
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
    store: Store, service: str, parts: Sequence[Part], equal: Mapping[str, str | None]
) -> list[Row]:
    found: list[Row] = []
    for part in parts:
        level, since, until = part.piece
        rows = await store.buckets.between(level, service, since, until, **equal)
        found += part.counting(rows) if part.partly else rows
    return found


def _told(
    rows: Sequence[Row], all_rows: Sequence[Row], level: Level
) -> tuple[dict[str, Any], list[tuple[Instant, dict[str, Any]]]]:
    """All as one, and bucket by bucket."""
    import numpy as np

    from coordinator.domain.rollups.sketch import percentiles

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


def _counts(rows: Sequence[Row], owners: Sequence[int]) -> "Counts":
    import numpy as np

    from coordinator.domain.rollups.sketch import added, unpacked

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
