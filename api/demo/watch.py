"""Reads what the product says, the way any client does: over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.demo.script import Claim
from api.supervisor.api_client import get


@dataclass(frozen=True, slots=True)
class View:
    """What the product says at one moment: a claim and a sentence a service, fitness and why a
    region.
    """

    services: Mapping[str, tuple[Claim, str]]
    regions: Mapping[str, tuple[str, str]]
    incidents: frozenset[str]


async def view(port: int) -> View:
    """What the product says now."""
    overview = await get("127.0.0.1", port, "/v1/overview")
    return View(
        services={
            service["id"]: (claim_of(service["verdict"]), service["verdict"]["reason"])
            for service in overview["services"]
            if service["role"] == "service"
        },
        regions={
            region["id"]: (region["fitness"], region["why"]) for region in overview["regions"]
        },
        incidents=frozenset(
            f"{incident['service']} {incident['scope']}" for incident in overview["incidents"]
        ),
    )


def claim_of(verdict: Mapping[str, Any]) -> Claim:
    """What a verdict claims, as far as the script cares.

    A claim about everywhere is compared without its regions, and one about everything without its
    components.
    """
    scope = verdict["scope"]
    regions = frozenset(verdict["regions"]) if scope == "regional" else frozenset()
    components = (
        frozenset(verdict["components"]) if scope in ("regional", "component") else frozenset()
    )
    return Claim(scope, regions, components)
