"""A rule: of which incidents somebody wants to be told, and when."""

from collections.abc import Collection
from dataclasses import dataclass

from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.notifying.hours import QuietHours
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Rule:
    """What is empty leaves nothing out."""

    id: str
    services: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    """Only if it reaches one of these: `only if my region`."""
    scopes: frozenset[Scope] = frozenset()
    severity: Severity = Severity.DEGRADED
    """At least so bad."""
    confidence: float = 0.0
    """The verdict of the service is at least so sure."""
    after_ms: int = 0
    """Only what has lasted so long."""
    quiet: QuietHours | None = None
    workers: bool = False
    """Also regions that fall silent or unfit."""

    def wants(self, incident: Incident, confidence: float) -> bool:
        """Whether the incident is one of those, however long it lasts."""
        order = list(Severity)
        return (
            (not self.services or incident.service in self.services)
            and _meets(self.components, incident.components)
            and _meets(self.regions, incident.regions)
            and (not self.scopes or incident.scope in self.scopes)
            and order.index(incident.severity) >= order.index(self.severity)
            and confidence >= self.confidence
        )

    def is_due(self, incident: Incident, at: Instant) -> bool:
        """Whether it has lasted long enough, and people are not left alone."""
        lasted = at - incident.started_by >= self.after_ms
        return lasted and not (self.quiet and self.quiet.holds(incident.severity, at))


def _meets(wanted: Collection[str], reached: Collection[str]) -> bool:
    return not wanted or any(one in wanted for one in reached)
