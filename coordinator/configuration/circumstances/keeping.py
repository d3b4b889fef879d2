"""How long one service is kept, where that is not as for all."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator

from coordinator.configuration.duration import PATTERN, milliseconds, readable
from coordinator.configuration.retention import DAY_MS, Keep, first_kept
from coordinator.domain.rollups.level import Level
from worker.contract.instant import Instant

_LEVELS: Final = ("results", "minutes", "hours", "days")
_MOST_MS: Final = 10_000 * DAY_MS
_BY_LEVEL: Final[Mapping[Level, str]] = {
    "minute": "minutes_ms",
    "hour": "hours_ms",
    "day": "days_ms",
}


def _days(text: Any) -> int:
    amount = milliseconds(text)
    if not DAY_MS <= amount <= _MOST_MS:
        raise ValueError("must be between 1d and 10000d")
    return amount


Kept = Annotated[
    int,
    BeforeValidator(_days),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["30d"]}),
]


class KeepEntry(BaseModel):
    """How long things of one service are kept; what is left out is kept as for all."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    results: Kept | None = None
    """Single results."""
    minutes: Kept | None = None
    """Rollups of minutes, as long as results at least."""
    hours: Kept | None = None
    """Rollups of hours, as long as minutes at least."""
    days: Kept | None = None
    """Rollups of days, as long as hours at least."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        given = [(name, getattr(self, name)) for name in _LEVELS if getattr(self, name)]
        for (below, kept), (above, longer) in pairwise(given):
            if kept > longer:
                raise ValueError(
                    f"keeps {above} for {readable(longer)}, less than {below}"
                    f" ({readable(kept)}); rollups are made from what is below them and must be"
                    " kept as long at least"
                )
        return self

    def to_document(self) -> dict[str, int]:
        """Milliseconds by level, of those that are given."""
        return {f"{name}_ms": getattr(self, name) for name in _LEVELS if getattr(self, name)}


def keep_of(told: Mapping[str, int], usual: Keep) -> Keep:
    """How long a service is kept that says this of itself. Levels that it leaves out are kept as
    usual, but lower ones no longer than a higher one that it tells, and higher ones as long as the
    one below at least.
    """
    names = [field.name for field in fields(Keep)]
    kept: dict[str, int] = {}
    for place, name in enumerate(names):
        above = map(told.__getitem__, told.keys() & {*names[place:]})
        own = told.get(name, min((getattr(usual, name), *above)))
        kept[name] = max((own, *kept.values()))
    return Keep(**kept)


def forgotten(told: Mapping[str, int], now: Instant) -> dict[Level, Instant]:
    """Before when each level is not kept of a service that says this of itself: as long as the
    shortest that it tells of that level and those above.
    """
    names = [field.name for field in fields(Keep)]
    found: dict[Level, Instant] = {}
    for level, name in _BY_LEVEL.items():
        above = told.keys() & {*names[names.index(name) :]}
        if above:
            shortest = min(map(told.__getitem__, above))
            found[level] = first_kept(now, shortest)
    return found


def keeps_of(services: Iterable[Mapping[str, Any]], usual: Keep) -> dict[str, Keep]:
    """How long each service is kept that says something of that."""
    return {one["id"]: keep_of(one["keep"], usual) for one in services if one.get("keep")}
