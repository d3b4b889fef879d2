"""What a vendor says of one incident at one time, in its own words."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from worker.contract.instant import Instant, parse_rfc3339

MOST_NAMES: Final = 16
"""So many names of components, and of regions, a look tells; of components beyond only what they
mean here.
"""
_OVER: Final = frozenset(
    {"resolved", "postmortem", "completed", "cancelled", "canceled", "available"}
)
_NOT_BEGUN: Final = frozenset({"scheduled", "planned", "upcoming"})
_GOES_ON: Final = frozenset(
    {
        *("investigating", "identified", "monitoring", "mitigated", "verifying", "in progress"),
        *("active", "open", "ongoing", "update", "informational", "degraded", "disrupted"),
        *("service disruption", "service outage", "service information", "started", "confirmed"),
        *("acknowledged", "detected", "fixing", "recovering", "watching", "in review"),
    }
)


class Course(StrEnum):
    """Whether an incident goes on, as its vendor says."""

    GOES_ON = "goes_on"
    OVER = "over"
    NOT_BEGUN = "not_begun"
    UNKNOWN = "unknown"
    """The vendor tells no state, or one that is not known here."""


@dataclass(frozen=True)
class Words:
    """One wording. A moment that the vendor does not tell is None."""

    incident: str
    """The vendor's own id."""
    title: str = ""
    status: str = ""
    impact: str = ""
    latest: str = ""
    url: str = ""
    claimed_at: Instant | None = None
    """When it began, as the vendor claims."""
    published_at: Instant | None = None
    updated_at: Instant | None = None
    resolved_at: Instant | None = None
    updates: int = 0
    names: tuple[str, ...] = ()
    """Components as the vendor writes them, the first sixteen."""
    regions: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()
    """Components of ours that its names mean, as the worker was told."""

    @cached_property
    def digest(self) -> str:
        """The same for the same wording, whatever its names mean here; 32 hexadecimal digits."""
        told = {name: value for name, value in asdict(self).items() if name != "meant"}
        text = json.dumps(told, sort_keys=True, ensure_ascii=True)
        return blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def course(self) -> Course:
        """Whether it goes on."""
        said = " ".join(self.status.casefold().replace("_", " ").replace("-", " ").split())
        if self.resolved_at is not None or said in _OVER:
            return Course.OVER
        if said in _NOT_BEGUN:
            return Course.NOT_BEGUN
        return Course.GOES_ON if said in _GOES_ON else Course.UNKNOWN

    @property
    def moved_at(self) -> Instant:
        """When the vendor last did anything about it, as far as that is told."""
        told = (self.resolved_at, self.updated_at, self.published_at, self.claimed_at)
        return max((moment for moment in told if moment is not None), default=0)

    def means(self, components: Mapping[str, str] | None) -> frozenset[str]:
        """The components of ours that it names; `components` has the vendor's names in small
        letters. Without any, what they meant when they were read.
        """
        if components is None:
            return frozenset(self.meant)
        meant = {
            components[name.casefold()] for name in self.names if name.casefold() in components
        }
        return frozenset(meant | set(self.meant if len(self.names) >= MOST_NAMES else ()))


def words_of(told: Mapping[str, Any]) -> Words | None:
    """The wording in an entry of a look's `extra.incidents`; None when it names no incident."""
    if not isinstance(told.get("id"), str) or not told["id"]:
        return None
    return Words(
        incident=told["id"].replace("\0", ""),  # which no table holds
        **{
            name: str(told.get(name, "")) for name in ("title", "status", "impact", "latest", "url")
        },
        claimed_at=_moment(told.get("started_at")),
        published_at=_moment(told.get("published_at")),
        updated_at=_moment(told.get("updated_at")),
        resolved_at=_moment(told.get("resolved_at")),
        updates=told["updates"] if isinstance(told.get("updates"), int) else 0,
        names=_names(told.get("vendor_components")),
        regions=_names(told.get("regions")),
        meant=_names(told.get("components")),
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(str, value))) if isinstance(value, list | tuple) else ()


def _moment(value: Any) -> Instant | None:
    try:
        return parse_rfc3339(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
