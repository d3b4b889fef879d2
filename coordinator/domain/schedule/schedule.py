"""Which looks are due when: arithmetic on the clock, spread by a hash, without any state that could
drift.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from coordinator.domain.model.topology import Check, Topology
from worker.contract.instant import Instant


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


def phase(check: str, region: str, interval_ms: int) -> int:
    """How far into each slot a check is due from a region: spread evenly, and the same for ever."""
    digest = blake2b(f"{check}\n{region}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % interval_ms


class Schedule:
    """All looks of a topology. To find those due costs as much as there are, however many checks
    exist.
    """

    def __init__(self, topology: Topology) -> None:
        by_interval: dict[int, list[tuple[int, str, str, Check]]] = defaultdict(list)
        strides = {region.id: region.stride for region in topology.regions}
        for check in topology.checks:
            for region in check.regions:
                by_interval[check.interval_ms].append(
                    (phase(check.id, region, check.interval_ms), check.id, region, check)
                )
        self._rings = [
            _Ring(interval_ms, sorted(entries, key=lambda e: e[:3]), strides)
            for interval_ms, entries in by_interval.items()
        ]

    def due(self, start: Instant, end: Instant) -> list[Due]:
        """The looks due in [start, end), in order of time."""
        found = [due for ring in self._rings for due in ring.due(start, end)]
        found.sort(key=lambda due: due.scheduled_at)
        return found

    def missed(self, start: Instant, end: Instant) -> list[Span]:
        """The looks due in [start, end) as spans, at a cost that does not grow with its length."""
        return [span for ring in self._rings for span in ring.missed(start, end)]


class _Ring:
    """The looks of one interval, sorted by phase: a dial that the clock passes over."""

    def __init__(
        self,
        interval_ms: int,
        entries: Iterable[tuple[int, str, str, Check]],
        strides: Mapping[str, int],
    ) -> None:
        self.interval_ms = interval_ms
        self.rare = {region: stride for region, stride in strides.items() if stride > 1}
        self.looks = [(phase_ms, region, check) for phase_ms, _, region, check in entries]
        self.phases = [phase_ms for phase_ms, _, _ in self.looks]

    def due(self, start: Instant, end: Instant) -> Iterator[Due]:
        for slot in range(start // self.interval_ms, (end - 1) // self.interval_ms + 1):
            base = slot * self.interval_ms
            low, high = bisect_left(self.phases, start - base), bisect_left(self.phases, end - base)
            for phase_ms, region, check in self.looks[low:high]:
                if region not in self.rare or self._has_its_turn(check, region, slot):
                    yield Due(check, region, slot, base + phase_ms)

    def _has_its_turn(self, check: Check, region: str, slot: int) -> bool:
        """Whether a region that looks in few slots looks in this one; checks take turns."""
        stride = self.rare[region]
        return (slot - phase(check.id, f"{region}\nturn", stride)) % stride == 0

    def missed(self, start: Instant, end: Instant) -> Iterator[Span]:
        for phase_ms, region, check in self.looks:
            if region in self.rare:
                continue  # it promises nothing for a moment
            # the first slot due at or after start
            first = -((phase_ms - start) // self.interval_ms)
            last = (end - 1 - phase_ms) // self.interval_ms
            if first <= last:
                yield Span(check, region, first, last)
