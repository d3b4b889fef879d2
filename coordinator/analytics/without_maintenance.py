"""A span without announced maintenance: which buckets are left, and which rows of them count."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.rollups.cover import Kept, Piece, cover
from coordinator.domain.rollups.level import LENGTH_MS, Level, floor
from coordinator.store.database import Row
from worker.contract.instant import Instant

_MINUTE: Level = "minute"


class Part(NamedTuple):
    """Buckets that count, without the rows that maintenance covers which goes on then."""

    piece: Piece
    partly: tuple[Occurrence, ...] = ()

    def counting(self, rows: Iterable[Row]) -> list[Row]:
        """Those of the rows that count. Rows for wholes, which are all that is kept of old times,
        do.
        """
        return [row for row in rows if not row["check"] or not self._is_covered(row)]

    def _is_covered(self, row: Row) -> bool:
        what = (row["service"], (row["component"],), _named(row["region"]))
        return any(one.covers(*what) for one in self.partly)


def parts_of(
    level: Level,
    since: Instant,
    until: Instant,
    kept: Kept,
    windows: Sequence[Occurrence],
    asked: Mapping[str, str | None],
    service: str,
) -> list[Part]:
    """What is left of a span in buckets that are not longer than a level, in order. Windows count
    to whole minutes outwards.
    """
    edges = {since, until}
    for one in windows:
        edges |= {min(max(at, since), until) for at in minutes_of(one)}
    found: list[Part] = []
    done = 0
    for begin, end in pairwise(sorted(edges)):
        now = tuple(one for one in windows if minutes_of(one)[0] <= begin < minutes_of(one)[1])
        if any(is_all(one, service, asked) for one in now):
            continue
        for piece in cover(_MINUTE if now else level, begin, end, kept):
            if piece.until > done:
                found.append(Part(piece._replace(since=max(piece.since, done)), now))
                done = piece.until
    return found


def is_all(one: Occurrence, service: str, asked: Mapping[str, str | None]) -> bool:
    """Whether a window covers all that is asked for."""
    component, region = asked.get("component"), asked.get("region")
    return one.covers(service, _named(component), _named(region))


def left_out_ms(
    windows: Iterable[Occurrence],
    service: str,
    asked: Mapping[str, str | None],
    since: Instant,
    until: Instant,
) -> int:
    """How much of a span is left out as a whole."""
    total, done = 0, since
    spans = [minutes_of(one) for one in windows if is_all(one, service, asked)]
    for begin, end in sorted(spans):
        total += max(0, min(end, until) - max(begin, done))
        done = max(done, min(end, until))
    return total


def minutes_of(one: Occurrence) -> tuple[Instant, Instant]:
    """From when until when a window counts: to whole minutes outwards."""
    length_ms = LENGTH_MS[_MINUTE]
    return floor(one.since, _MINUTE), -(-one.until // length_ms) * length_ms


def _named(one: str | None) -> tuple[str, ...]:
    return (one,) if one else ()
