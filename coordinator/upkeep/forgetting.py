"""Forgets results and rollups: what nobody keeps any longer at once, what some services keep for a
shorter time than others service by service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from coordinator.configuration.circumstances.keeping import keeps_of
from coordinator.configuration.retention import Keep, first_kept
from coordinator.store import Store
from coordinator.store.results.retention import Table
from worker.contract.instant import Instant

_LEVELS: Final[Mapping[str, Table]] = {
    "results": "result",
    "minutes": "rollup_minute",
    "hours": "rollup_hour",
    "days": "rollup_day",
}
_OTHERS: Final = ""
"""Stands for all services that say nothing of how long they are kept."""
Kept: TypeAlias = Mapping[str, Keep]


@dataclass(frozen=True, slots=True)
class Horizons:
    """Before when a level is not kept: of all services, and of each that is kept for a shorter
    time.
    """

    all: Instant
    own: Mapping[str, Instant]


def horizons(level: str, usual: Keep, own: Kept, now: Instant) -> Horizons:
    """Of one level; `_OTHERS` are those that are kept as usual."""
    name = f"{level}_ms"
    kept = {service: getattr(keep, name) for service, keep in own.items()}
    kept[_OTHERS] = getattr(usual, name)
    longest = max(kept.values())
    shorter = {one: first_kept(now, kept_ms) for one, kept_ms in kept.items() if kept_ms < longest}
    return Horizons(first_kept(now, longest), shorter)


class Forgetting:
    """What was forgotten of a service is not looked for again."""

    def __init__(self, store: Store, usual: Keep, *, archived: bool) -> None:
        self._store = store
        self._usual = usual
        self._levels = [one for one in _LEVELS if one != "results" or not archived]
        self._done: dict[tuple[str, str], Instant] = {}

    async def forget(self, now: Instant) -> dict[str, int]:
        """Forget what is too old; how much of each level (days, where whole days go)."""
        found = await self._store.configurations.current()
        document = found[1] if found is not None else {}
        own = keeps_of(document.get("services", ()), self._usual)
        return {level: await self._level(level, own, now) for level in self._levels}

    async def _level(self, level: str, own: Kept, now: Instant) -> int:
        retention, table = self._store.retention, _LEVELS[level]
        bounds = horizons(level, self._usual, own, now)
        gone = await retention.all_of(table, bounds.all)
        for service, before in bounds.own.items():
            since = self._done.get((level, service), 0)
            names = [*own] if service == _OTHERS else [service]
            span = (max(since, bounds.all), before)
            gone += await retention.services(table, span, names, others=service == _OTHERS)
            self._done[level, service] = before
        return gone
