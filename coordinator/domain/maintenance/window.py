"""A maintenance window as it is announced: once, or by a rule (RFC 5545), by the clocks of a
zone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from worker.contract.instant import Instant, rfc3339

DAY_MS: Final = 86_400_000
LONGEST_MS: Final = 31 * DAY_MS
"""What lasts longer is no window."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is announced. Empty `targets` and `regions` leave nothing out."""

    id: str
    title: str
    begins: datetime
    """The first time, by the clocks of `zone`, without a zone of its own."""
    lasts_ms: int
    """Time that passes, whatever the clocks do meanwhile."""
    zone: str = "UTC"
    repeat: str = ""
    """The value of an RRULE; empty when it comes once."""
    without: tuple[datetime, ...] = ()
    """Times of the rule at which it does not come."""
    targets: frozenset[str] = frozenset()
    """Services (`claude`) and components of them (`claude/api`)."""
    regions: frozenset[str] = frozenset()
    source: str = "configuration"
    """Who announced it: `configuration`, `operator`, or `feed:ID` and `page:ID`."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a window comes: from `since` until before `until`."""

    window: str
    title: str
    source: str
    since: Instant
    until: Instant
    targets: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str, Instant]:
        """The same for the same time of the same window."""
        return self.source, self.window, self.since

    def covers(self, service: str, components: Collection[str], regions: Collection[str]) -> bool:
        """Whether all of this is announced."""
        parts = set(map(f"{service}/".__add__, components))
        anywhere = _allows(self.regions, regions)
        return anywhere and (service in self.targets or _allows(self.targets, parts))

    def touches(self, service: str) -> bool:
        """Whether anything of the service is."""
        return _allows(self.services, {service})

    @property
    def services(self) -> frozenset[str]:
        """The services of which anything is; of all when it is empty."""
        return frozenset(one.partition("/")[0] for one in self.targets)

    def to_document(self) -> dict[str, Any]:
        """JSON-able, times as RFC 3339 text."""
        return {
            "window": self.window,
            "title": self.title,
            "source": self.source,
            "since": rfc3339(self.since),
            "until": rfc3339(self.until),
            "services": sorted(self.targets),
            "regions": sorted(self.regions),
        }


def _allows(named: frozenset[str], wanted: Collection[str]) -> bool:
    """Whether all that is wanted, and that is anything, is named. Naming nothing names all."""
    if not named:
        return True
    return bool(wanted) and named.issuperset(wanted)
