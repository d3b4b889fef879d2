"""Records and truths made by hand, in seconds after a beginning."""

from typing import Any

from coordinator.evaluation.simulator import Family, Truth
from coordinator.evaluation.simulator.truth import Scope
from tests.verdicts.score import Facts
from worker.contract.instant import Instant, rfc3339

BEGIN = 1_790_000_000_000
HOUR_S = 3600


def at(seconds: float) -> Instant:
    return BEGIN + round(seconds * 1000)


def truth(
    since: float,
    until: float,
    scope: Scope,
    regions: str,
    components: str,
    share: float = 1.0,
    slow: bool = False,
    service: str = "aster",
) -> Truth:
    places, parts = tuple(regions.split()), tuple(components.split())
    return Truth(service, at(since), at(until), scope, places, parts, share, slow)


def verdict(
    seconds: float,
    scope: str,
    regions: str = "",
    components: str = "",
    confidence: float = 0.9,
    service: str = "aster",
    severity: str = "outage",
) -> dict[str, Any]:
    return {
        "type": "verdict",
        "at": rfc3339(at(seconds)),
        "service": service,
        "scope": scope,
        "regions": regions.split(),
        "components": components.split(),
        "confidence": confidence,
        "severity": severity,
    }


def incident(
    seconds: float,
    event: str,
    regions: str,
    components: str,
    after: float | None = None,
    by: float = 0.0,
    scope: str = "regional",
    name: str = "one",
    service: str = "aster",
) -> dict[str, Any]:
    return {
        "type": "incident",
        "at": rfc3339(at(seconds)),
        "event": event,
        "id": name,
        "service": service,
        "scope": scope,
        "regions": regions.split(),
        "components": components.split(),
        "started_after": None if after is None else rfc3339(at(after)),
        "started_by": rfc3339(at(by)),
    }


def facts(
    *truths: Truth,
    family: Family = Family.DISRUPTION,
    services: tuple[str, ...] = ("aster", "bramble"),
) -> Facts:
    return Facts("handmade", family, 1, services, at(0), at(300), at(HOUR_S), truths)
