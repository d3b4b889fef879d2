"""What is true in a simulated internet: what an observer who knows everything would say."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias

from coordinator.domain.model.topology import Topology
from worker.contract.instant import Instant, rfc3339

Scope: TypeAlias = Literal["regional", "component", "system_wide", "unknown"]
Severity: TypeAlias = Literal["outage", "degraded"]

NEARLY_ALL: Final = 0.8
"""From this share of the regions (or components) on, a disruption is everywhere (or of the whole
service).
"""
OUTAGE: Final = 0.8
"""From this failing share on it is an outage."""
_FEWEST: Final = 3
"""Of fewer regions nobody can say that it is everywhere; nor of less than half of them."""


class Family(StrEnum):
    """What an observer should make of a scenario."""

    DISRUPTION = "disruption"
    """Something of the target's fails, and an incident is right."""
    QUIET = "quiet"
    """Nothing fails for long enough to be an incident."""
    OURS = "ours"
    """The fault is ours (vantage, silence, key), and an incident is wrong."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One phase of one disruption: in [since, until), this much of these components fails in these
    regions.

    `regions` are those that can be heard. `share` is that of the looks that fail, or that are slow
    when `slow`. Where nobody could know how far it reaches, `scope` is `unknown`, and regions and
    components are where it is.
    """

    service: str
    since: Instant
    until: Instant
    scope: Scope
    regions: tuple[str, ...]
    components: tuple[str, ...]
    share: float
    slow: bool = False

    @property
    def severity(self) -> Severity:
        """How bad it is where it is; slow answers are answers."""
        return "outage" if self.share >= OUTAGE and not self.slow else "degraded"

    def to_record(self) -> dict[str, Any]:
        """As a JSON-able record, times as RFC 3339."""
        return {
            "service": self.service,
            "since": rfc3339(self.since),
            "until": rfc3339(self.until),
            "scope": self.scope,
            "regions": list(self.regions),
            "components": list(self.components),
            "share": self.share,
            "slow": self.slow,
            "severity": self.severity,
        }


def reach(
    topology: Topology, service: str, regions: Sequence[str], components: Sequence[str], heard: int
) -> Scope:
    """How far a disruption of these components in these regions reaches when so many regions can be
    heard.

    Everywhere can only be said when enough of it is heard; that others are well, when they are
    heard.
    """
    if len(regions) < NEARLY_ALL * heard:
        return "regional"
    if heard < max(_FEWEST, len(topology.regions) / 2):
        return "unknown"
    if len(components) < NEARLY_ALL * len(topology.service[service].components):
        return "component"
    return "system_wide"
