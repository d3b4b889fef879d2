"""Which coordinator leads, and which stand by. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.documents.overview import StandbyView
from coordinator.runtime.holder import told
from worker.contract.instant import Instant, parse_rfc3339

HEARD_MS: Final = 10_000
"""Who stands by tells so every two seconds."""


def leader_of(coordinator: Mapping[str, Any]) -> str | None:
    """The process that leads, in words; None when none ever told."""
    holder = coordinator.get("holder")
    return told(holder) if isinstance(holder, str) and holder else None


def standbys_of(standings: Sequence[Mapping[str, Any]], now: Instant | None) -> list[StandbyView]:
    """Those that stand by now."""
    return [
        {"process": one["process"], "since": one["since"], "heard_at": one["at"]}
        for one in standings
        if now is None or now - parse_rfc3339(one["at"]) <= HEARD_MS
    ]
