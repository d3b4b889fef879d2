"""What is left of a gap when results of some of its slots arrived after all."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from coordinator.domain.schedule.ledger import Gap
from worker.contract.instant import Instant


def without(gap: Gap, slots: Collection[int]) -> list[Gap]:
    """The parts of the gap that are still missing, in order: none, one, or one more than there are
    holes.
    """
    inside = sorted({slot for slot in slots if gap.first_slot <= slot <= gap.last_slot})
    return [_part(gap, first, last) for first, last in _between(gap, inside) if first <= last]


def moments(gap: Gap) -> Iterator[tuple[int, Instant]]:
    """Each slot of a gap, and when it was due."""
    for slot in range(gap.first_slot, gap.last_slot + 1):
        yield slot, gap.first_at + (slot - gap.first_slot) * _step_ms(gap)


def _step_ms(gap: Gap) -> int:
    """Looks are due at even distances, so the gap's own ends tell its moments."""
    length = gap.last_slot - gap.first_slot
    return (gap.last_at - gap.first_at) // length if length else 0


def _between(gap: Gap, holes: list[int]) -> Iterator[tuple[int, int]]:
    first = gap.first_slot
    for hole in holes:
        yield first, hole - 1
        first = hole + 1
    yield first, gap.last_slot


def _part(gap: Gap, first: int, last: int) -> Gap:
    """A part of a gap."""
    step_ms = _step_ms(gap)
    return replace(
        gap,
        first_slot=first,
        last_slot=last,
        first_at=gap.first_at + (first - gap.first_slot) * step_ms,
        last_at=gap.first_at + (last - gap.first_slot) * step_ms,
    )
