"""Looks that arrive long after they were made, from the outbox of a worker that could not be heard:
which span they fill, when it is whole enough to look at history again, and what to say of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

from coordinator.domain.model.topology import Topology
from worker.contract.instant import Instant, rfc3339
from worker.contract.result import STANDING, Result

SETTLED_MS: Final = 5_000
"""A backlog of which nothing more came for so long has arrived."""
PATIENCE_MS: Final = 30_000
"""So long after a backlog began to arrive history is looked at again, though more may come."""
KEPT_MS: Final = 60_000
"""A result that comes in later than this was kept, and not only slow."""
LINK_MS: Final = 300
"""What a look takes from its end until the coordinator has it, when nothing is in the way."""


def late_ms_of(topology: Topology) -> dict[str, int]:
    """How late the results of each check may come in and be timely."""
    return {check.id: check.timeout_ms + check.interval_ms for check in topology.checks}


def is_late(result: Result, late_ms: int) -> bool:
    """Whether a result came in too long after it was due to tell of the present."""
    return result.received_at - result.scheduled_at > late_ms


def is_of_backlog(result: Result, late_ms: int) -> bool:
    """Whether a late result was kept for longer than a slow link takes: its worker heard nobody, or
    could not be heard.
    """
    if result.attempt or not is_late(result, late_ms):
        return False
    kept_ms = result.received_at - result.scheduled_at
    return kept_ms > KEPT_MS or bool(result.extra.get(STANDING))


def as_if_timely(result: Result, late_ms: int) -> Result:
    """The result as it would have come in if its worker had been heard; one that is not late is
    that already.
    """
    if not is_late(result, late_ms):
        return result
    ended = max(result.scheduled_at, result.started_at) + ceil(result.total_ms or 0)
    return result._replace(received_at=min(result.received_at, ended + LINK_MS))


@dataclass(frozen=True, slots=True)
class Arrival:
    """Late looks of one region: how many, the moments for which the first and last were due, and
    when they came in.
    """

    region: str
    looks: int
    first_at: Instant
    last_at: Instant
    arrived_from: Instant
    arrived_until: Instant
    failed: int = 0
    """How many of them failed."""
    failing: frozenset[str] = frozenset()
    """The services of which some failed."""

    def counts(self) -> tuple[int, int]:
        """How many looks there are, and how many of them failed."""
        return self.looks, self.failed

    def sentence(self) -> str:
        """What history says of it."""
        span = lasting(self.last_at - self.first_at)
        clock = rfc3339(self.arrived_until)[11:16]
        return f"{span} of looks from {self.region} arrived at {clock} UTC"


def lasting(span_ms: int) -> str:
    """A duration in words, in its largest unit: `3 hours`."""
    for unit, unit_ms in (("hour", 3_600_000), ("minute", 60_000)):
        if span_ms >= unit_ms:
            return _counted(round(span_ms / unit_ms), unit)
    return _counted(max(1, round(span_ms / 1_000)), "second")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


class Arrivals:
    """Backlogs that are coming in. `late_ms` tells how late a check's results may be."""

    def __init__(self) -> None:
        self._coming: dict[str, Arrival] = {}

    def __len__(self) -> int:
        return len(self._coming)

    def note(self, results: Iterable[Result], late_ms: Callable[[str], int]) -> None:
        """These were stored for the first time."""
        for result in results:
            if is_of_backlog(result, late_ms(result.check)):
                self._coming[result.region] = _with(self._coming.get(result.region), result)

    def take(self, now: Instant) -> list[Arrival]:
        """The backlogs that have arrived by now, or have been arriving for long; they are forgotten
        here.
        """
        whole = [
            arrival
            for arrival in self._coming.values()
            if now - arrival.arrived_until >= SETTLED_MS
            or now - arrival.arrived_from >= PATIENCE_MS
        ]
        for arrival in whole:
            del self._coming[arrival.region]
        return whole

    def put_back(self, arrivals: Iterable[Arrival]) -> None:
        """These were taken in vain."""
        for arrival in arrivals:
            more = self._coming.get(arrival.region)
            self._coming[arrival.region] = arrival if more is None else _both(arrival, more)


def _both(one: Arrival, other: Arrival) -> Arrival:
    return Arrival(
        one.region,
        one.looks + other.looks,
        min(one.first_at, other.first_at),
        max(one.last_at, other.last_at),
        min(one.arrived_from, other.arrived_from),
        max(one.arrived_until, other.arrived_until),
        one.failed + other.failed,
        one.failing | other.failing,
    )


def _with(before: Arrival | None, result: Result) -> Arrival:
    at, received = result.scheduled_at, result.received_at
    failing = frozenset() if result.ok else frozenset({result.service})
    alone = Arrival(result.region, 1, at, at, received, received, len(failing), failing)
    return alone if before is None else _both(before, alone)
