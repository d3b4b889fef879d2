"""Incidents as tests of messages need them."""

from typing import Any

from coordinator.domain.model.incident import Closed, Incident
from coordinator.domain.model.topology import Component, Region, Role, Service, Topology
from coordinator.domain.model.verdict import Scope, Severity

AT = 1_772_000_000_000
MINUTE = 60_000
PARTS = (Component("api", "Claude API"), Component("web", "claude.ai"))
TOPOLOGY = Topology(
    regions=(Region("eu-west", "Ireland"), Region("us-east", "Virginia")),
    services=(
        Service(
            "claude",
            "Claude",
            Role.SERVICE,
            (Component("api", "Claude API"), Component("web", "claude.ai")),
        ),
        Service("shop", "Our shop", Role.SERVICE, (Component("buy", "Checkout"),)),
    ),
)


def incident(name: str = "claude-1", service: str = "claude", **told: Any) -> Incident:
    """An open incident that began at AT."""
    usual = {
        "severity": Severity.OUTAGE,
        "scope": Scope.COMPONENT,
        "regions": ("eu-west", "us-east"),
        "components": ("api",),
        "opened_at": AT,
        "started_after": AT - 30_000,
        "started_by": AT,
        "reason": "Claude API fails everywhere.",
    }
    return Incident(id=name, service=service, **{**usual, **told})


def over(of: Incident, at: int, *, withdrawn: bool = False) -> Incident:
    """The same, ended."""
    because = Closed.WITHDRAWN if withdrawn else Closed.ENDED
    ended = {"ended_after": at - 30_000, "ended_by": at, "resolved_at": at, "withdrawn": withdrawn}
    values = {name: getattr(of, name) for name in of.__dataclass_fields__}
    return Incident(**{**values, **ended, "closed_because": str(because)})
