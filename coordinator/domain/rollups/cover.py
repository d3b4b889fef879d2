"""Which buckets add up to a span: the longest that lie in it and are up to date, shorter ones at
its ends. However fine the points are that are shown of a span, its sums are the same.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from coordinator.domain.rollups.level import BELOW, LENGTH_MS, Level, floor
from worker.contract.instant import Instant


class Piece(NamedTuple):
    """The buckets of a level that begin in [since, until)."""

    level: Level
    since: Instant
    until: Instant


class Kept(NamedTuple):
    """What there is of each level: where its first bucket begins (none: nothing is kept of it), and
    the buckets that got something since they were made.
    """

    first: Mapping[Level, Instant]
    due: Mapping[Level, Collection[Instant]]


def later(kept: Kept, first: Mapping[Level, Instant]) -> Kept:
    """The same, where each level begins no earlier than told."""
    begins = {level: max(at, first.get(level, at)) for level, at in kept.first.items()}
    return Kept(begins, kept.due)


def cover(longest: Level, since: Instant, until: Instant, kept: Kept) -> list[Piece]:
    """Pieces in order of time that together are [since, until), to whole minutes outwards; no
    bucket is longer than `longest`.

    A bucket that is not up to date is taken in parts. One whose parts are forgotten is taken as a
    whole, and reaches beyond the span.
    """
    minute = LENGTH_MS["minute"]
    last = -(-until // minute) * minute
    return list(_joined(_pieces(longest, floor(since, "minute"), last, kept)))


def _pieces(level: Level, since: Instant, until: Instant, kept: Kept) -> Iterator[Piece]:
    if level == "minute":
        yield Piece(level, since, until)
        return
    below, length_ms, forgotten_until = (
        BELOW[level],
        LENGTH_MS[level],
        _forgotten_until(level, kept),
    )
    for at in range(floor(since, level), until, length_ms):
        end = at + length_ms
        is_inside = since <= at and end <= until and at not in kept.due.get(level, ())
        if is_inside or at < forgotten_until:
            yield Piece(level, at, end)
        else:
            yield from _pieces(below, max(at, since), min(end, until), kept)


def _forgotten_until(level: Level, kept: Kept) -> Instant:
    """Before which moment a bucket's parts may be forgotten: 0 when its level begins with them."""
    first = kept.first.get(level)
    if first is None:
        return 0
    parts = kept.first.get(BELOW[level])
    if parts is None:
        return first + (1 << 62)
    return 0 if floor(parts, level) <= first else parts


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of a level as one."""
    before = next(pieces, None)
    for piece in pieces:
        if before and before.level == piece.level and before.until == piece.since:
            before = before._replace(until=piece.until)
        else:
            if before:
                yield before
            before = piece
    if before:
        yield before
