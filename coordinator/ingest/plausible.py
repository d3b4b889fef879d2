"""Whether a result can be what it says: of a look that somebody may have made, at a moment that has
come.

A region's credential can claim anything of its own region, but not what was never due and not what
is yet to be: such a result would stand in the record and turn real failures into repeats of it.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from coordinator.domain.model.topology import Check, Topology
from worker.contract.instant import Instant
from worker.contract.message import ResultRow
from worker.contract.result import MOST_ATTEMPTS
from worker.contract.standing.schedule import phase

MOST_STATUS: Final = 1_000
AHEAD_MS: Final = 30_000
"""A look that is due, or began, so long after we received it was not made."""

_phase = lru_cache(maxsize=1 << 18)(phase)


class Slots:
    """When each check was ever due: by its interval now, and by those of configurations before,
    whose results may wait in a worker's outbox.
    """

    def __init__(self) -> None:
        self._before: dict[str, set[int]] = defaultdict(set)

    def learn(self, topology: Topology) -> None:
        """Looks were ordered by this topology."""
        for check in topology.checks:
            self._before[check.id].add(check.interval_ms)

    def learn_document(self, document: Mapping[str, Any]) -> None:
        """Looks were ordered by this configuration's document."""
        for service in document.get("services", ()):
            for component in service.get("components", ()):
                for check in component.get("checks", ()):
                    self._before[check["id"]].add(check["interval_ms"])

    def due(self, check: Check, region: str, row: ResultRow) -> bool:
        """Whether a row's look was due in its slot at its moment."""
        if _due(check.interval_ms, check, region, row):
            return True
        return any(_due(before, check, region, row) for before in self._before.get(check.id, ()))


def impossible(
    row: ResultRow, check: Check, region: str, received_at: Instant, slots: Slots
) -> str | None:
    """What no look can have measured and no table can hold; None when all is well."""
    latest = received_at + AHEAD_MS
    if not (0 <= row[3] <= latest and 0 <= row[4] <= latest):
        return f"scheduled_at {row[3]}, started_at {row[4]}"
    if not 0 <= row[2] < MOST_ATTEMPTS:
        return f"attempt {row[2]}"
    if row[9] is not None and not 0 <= row[9] < MOST_STATUS:
        return f"status_code {row[9]}"
    if not slots.due(check, region, row):
        return f"slot {row[1]}, which was not due at {row[3]}"
    return None


def _due(interval_ms: int, check: Check, region: str, row: ResultRow) -> bool:
    if row[2]:  # an extra look is due whenever it is asked for
        return row[3] // interval_ms == row[1]
    return row[1] * interval_ms + _phase(check.id, region, interval_ms) == row[3]
