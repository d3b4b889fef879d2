"""Which looks are due when: arithmetic on the clock, spread by a hash, without any state that could
drift. Coordinator and worker compute it with this one piece, so both mean the same look by a slot.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Final, Generic, NamedTuple, TypeVar

from worker.contract.instant import Instant

T = TypeVar("T")
_BYTES: Final = 8


class Rhythm(NamedTuple):
    """How often a check is looked at from a region."""

    check: str
    region: str
    interval_ms: int


def phase(check: str, region: str, interval_ms: int) -> int:
    """How far into each slot a check is due from a region: spread evenly, and the same for ever."""
    digest = blake2b(f"{check}\n{region}".encode(), digest_size=_BYTES).digest()
    return int.from_bytes(digest) % interval_ms


def has_its_turn(check: str, region: str, slot: int, stride: int) -> bool:
    """Whether a region that looks in one slot of `stride` looks in this one; checks take turns."""
    return (slot - phase(check, f"{region}\nturn", stride)) % stride == 0


def next_due(rhythm: Rhythm, at: Instant, stride: int = 1) -> Instant:
    """When a check is due from a region next, at `at` or after it."""
    check, region, interval_ms = rhythm
    into = phase(*rhythm)
    slot = -((into - at) // interval_ms)
    slot += (phase(check, f"{region}\nturn", stride) - slot) % stride
    return slot * interval_ms + into


def looker(check: str, slot: int, workers: Iterable[str]) -> str:
    """Which of a region's workers makes a look that nobody hands out: each gets its share, and who
    leaves or joins moves no look between the others. ValueError without any worker.
    """
    return min(workers, key=lambda worker: (_weight(check, slot, worker), worker))


def _weight(check: str, slot: int, worker: str) -> bytes:
    return blake2b(f"{check}\n{slot}\n{worker}".encode(), digest_size=_BYTES).digest()


class Dials(Generic[T]):
    """All looks of some rhythms, each with what the caller knows it by. To find those due costs as
    much as there are, however many checks exist. `strides` are of regions that look in few slots.
    """

    def __init__(
        self, rhythms: Iterable[tuple[Rhythm, T]], strides: Mapping[str, int] | None = None
    ) -> None:
        by_interval: dict[int, list[tuple[int, Rhythm, T]]] = defaultdict(list)
        for rhythm, what in rhythms:
            by_interval[rhythm.interval_ms].append((phase(*rhythm), rhythm, what))
        self._dials = [
            _Dial(interval_ms, sorted(looks, key=lambda look: look[:2]), strides or {})
            for interval_ms, looks in by_interval.items()
        ]

    def due(self, start: Instant, end: Instant) -> list[tuple[Instant, int, T]]:
        """(scheduled_at, slot, what) of each look due in [start, end), in order of time."""
        found = [due for dial in self._dials for due in dial.due(start, end)]
        found.sort(key=lambda due: due[0])
        return found

    def spans(self, start: Instant, end: Instant) -> Iterator[tuple[int, int, T]]:
        """(first slot, last slot, what) of each rhythm that has looks due in [start, end), at a
        cost that does not grow with its length; of none that looks in few slots, which promises
        nothing for a moment.
        """
        for dial in self._dials:
            yield from dial.spans(start, end)


class _Dial(Generic[T]):
    """The looks of one interval, sorted by phase: a dial that the clock passes over."""

    def __init__(
        self, interval_ms: int, looks: list[tuple[int, Rhythm, T]], strides: Mapping[str, int]
    ) -> None:
        self._interval_ms = interval_ms
        self._rare = {region: stride for region, stride in strides.items() if stride > 1}
        self._looks = looks
        self._phases = [phase_ms for phase_ms, _, _ in looks]

    def due(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, int, T]]:
        phases, rare = self._phases, self._rare
        for slot in range(start // self._interval_ms, (end - 1) // self._interval_ms + 1):
            base = slot * self._interval_ms
            low, high = bisect_left(phases, start - base), bisect_left(phases, end - base)
            for phase_ms, (check, region, _), what in self._looks[low:high]:
                if region not in rare or has_its_turn(check, region, slot, rare[region]):
                    yield base + phase_ms, slot, what

    def spans(self, start: Instant, end: Instant) -> Iterator[tuple[int, int, T]]:
        for phase_ms, rhythm, what in self._looks:
            # the first slot due at or after start
            first = -((phase_ms - start) // self._interval_ms)
            last = (end - 1 - phase_ms) // self._interval_ms
            if first <= last and rhythm.region not in self._rare:
                yield first, last, what
