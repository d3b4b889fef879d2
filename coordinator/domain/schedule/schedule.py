"""The looks of a topology: which are due when, in words of the domain. The arithmetic is in the
contract, for a worker that hears nobody goes by the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from coordinator.domain.model.topology import Check, Topology
from worker.contract.instant import Instant
from worker.contract.standing.schedule import Dials, Rhythm, phase


@dataclass(frozen=True, slots=True)
class Due:
    """One look: this check from this region in this slot, at `scheduled_at`."""

    check: Check
    region: str
    slot: int
    scheduled_at: Instant


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive slots of one check in one region, first to last."""

    check: Check
    region: str
    first_slot: int
    last_slot: int

    def instant(self, slot: int) -> Instant:
        """When this check is due from this region in a slot."""
        return slot * self.check.interval_ms + phase(
            self.check.id, self.region, self.check.interval_ms
        )


def looks_of(span: Span | None) -> Iterator[Due]:
    """Each look of a span, if there is one."""
    if span is not None:
        for slot in range(span.first_slot, span.last_slot + 1):
            yield Due(span.check, span.region, slot, span.instant(slot))


class Schedule:
    """All looks of a topology. To find those due costs as much as there are, however many checks
    exist.
    """

    def __init__(self, topology: Topology) -> None:
        self._dials = Dials(
            _rhythms(topology), {region.id: region.stride for region in topology.regions}
        )

    def due(self, start: Instant, end: Instant) -> list[Due]:
        """The looks due in [start, end), in order of time."""
        return [Due(*what, slot, at) for at, slot, what in self._dials.due(start, end)]

    def missed(self, start: Instant, end: Instant) -> list[Span]:
        """The looks due in [start, end) as spans, at a cost that does not grow with its length."""
        return [Span(*what, first, last) for first, last, what in self._dials.spans(start, end)]


def _rhythms(topology: Topology) -> Iterator[tuple[Rhythm, tuple[Check, str]]]:
    for check in topology.checks:
        for region in check.regions:
            yield Rhythm(check.id, region, check.interval_ms), (check, region)
