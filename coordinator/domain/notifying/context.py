"""What is known around an incident when it is told: announced maintenance, and what is upstream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coordinator.domain.dependencies.cascade import cause_named
from coordinator.domain.dependencies.cause import Cause
from coordinator.domain.maintenance.announced import Announced, Bearing
from coordinator.domain.model.topology import Topology
from worker.contract.instant import Instant, rfc3339


@dataclass(frozen=True, slots=True)
class Context:
    """Both are None where there is nothing to be said."""

    announced: Announced | None = None
    cause: Cause | None = None

    @property
    def waits(self) -> bool:
        """Whether its messages wait: it is within announced maintenance."""
        return self.announced is not None and self.announced.state is Bearing.WITHIN

    def to_document(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "maintenance": self.announced.to_document() if self.announced else None,
            "probably_caused_by": self.cause.to_document() if self.cause else None,
        }

    def sentences(self, topology: Topology) -> dict[str, str]:
        """What a message says of it, by the name of the line; nothing of nothing."""
        told = {}
        if self.announced is not None:
            told["Maintenance"] = _maintenance(self.announced)
        if self.cause is not None:
            named = cause_named(self.cause.service, self.cause.components, topology)
            told["Probably caused by"] = f"{named} ({self.cause.probability:.0%})"
        return told

    def note(self, topology: Topology) -> str:
        """The same in one line."""
        told = self.sentences(topology).items()
        return "; ".join(f"{name}: {what}" for name, what in told) or "Nothing explains it any more"


NOTHING = Context()


def _maintenance(found: Announced) -> str:
    until = f"{_clock(found.until)} UTC"
    if found.state is Bearing.WITHIN:
        return f"within announced maintenance, {found.occurrence.title}, until {until}"
    return f"announced, {found.occurrence.title}, until {until}; outlasted it"


def _clock(at: Instant) -> str:
    return rfc3339(at)[:16].replace("T", " ")


Contexts = Mapping[str, Context]
"""By incident."""
