"""Looks that people wish for: their numbers within a slot, and what came of each. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from coordinator.domain.model.topology import Topology
from worker.contract.instant import Instant
from worker.contract.result import MOST_ATTEMPTS

WISHED_FROM: Final = MOST_ATTEMPTS - 20
"""Attempts from here on are those of people, so that none is one of the judge's."""
NO_NUMBER: Final = 0
_SPARE_MS: Final = 10_000
"""So long the way of an order and of a report may take besides the look itself."""


class Came(StrEnum):
    """What came of an ask for an extra look."""

    ORDERED = "ordered"
    CAPPED = "capped"
    SILENT = "silent"
    BROKER_AWAY = "broker_away"
    NOT_CONFIGURED = "not_configured"
    TOO_OFTEN = "too_often"


_NOT_SENT: Final = (Came.CAPPED, Came.SILENT)


class Wished(NamedTuple):
    """A look that somebody wishes for: its number within its slot once it has one, and what came
    of it once that is known.
    """

    check: str
    region: str
    attempt: int = NO_NUMBER
    came: Came | None = None


Taken = tuple[Instant, Sequence[Wished]]
"""When looks were numbered, and which."""


def numbered(
    wishes: Iterable[Wished], before: Iterable[Taken], topology: Topology, at: Instant
) -> list[Wished]:
    """These wishes with numbers that no look of their slot had before; `too_often` where there are
    none left, and `not_configured` where the topology has no such check.
    """
    used: dict[tuple[str, str], set[int]] = defaultdict(set)
    for taken_at, looks in before:
        for look in looks:
            check = topology.check.get(look.check)
            if look.came in _NOT_SENT or check is None:
                continue
            if check.slot(taken_at) == check.slot(at):
                used[look.check, look.region].add(look.attempt)
    return [_numbered(wish, used[wish.check, wish.region], topology) for wish in wishes]


def _numbered(wish: Wished, used: set[int], topology: Topology) -> Wished:
    check = topology.check.get(wish.check)
    if check is None or wish.region not in check.regions:
        return wish._replace(came=Came.NOT_CONFIGURED)
    free = next((one for one in range(WISHED_FROM, MOST_ATTEMPTS) if one not in used), NO_NUMBER)
    return wish._replace(attempt=free, came=None if free else Came.TOO_OFTEN)


def over_by(wishes: Iterable[Wished], topology: Topology, at: Instant) -> Instant:
    """When nothing is heard any more of looks that are ordered at this moment."""
    checks = [topology.check.get(wish.check) for wish in wishes]
    longest = max((check.timeout_ms for check in checks if check is not None), default=0)
    # an order is good for as long as a look takes, and its last look takes that long, too
    return at + 2 * longest + _SPARE_MS
