"""Reads what the product says, the way any client does: over HTTP."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.demo.script import Claim

_PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class View:
    """What the product says at one moment: a claim and a sentence a service, fitness and why a region."""

    services: Mapping[str, tuple[Claim, str]]
    regions: Mapping[str, tuple[str, str]]
    incidents: frozenset[str]


async def get(port: int, path: str) -> Any:
    """The JSON document at a path of the API on this machine; OSError when there is none."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                writer.close()
    except TimeoutError as error:
        raise OSError(f"{path} did not answer") from error
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise OSError(f"{path} answered {head[:40].decode(errors='replace')}")
    return json.loads(body)


async def view(port: int) -> View:
    """What the product says now."""
    overview = await get(port, "/v1/overview")
    return View(
        services={
            service["id"]: (claim_of(service["verdict"]), service["verdict"]["reason"])
            for service in overview["services"]
            if service["role"] == "service"
        },
        regions={region["id"]: (region["fitness"], region["why"]) for region in overview["regions"]},
        incidents=frozenset(f"{incident['service']} {incident['scope']}" for incident in overview["incidents"]),
    )


def claim_of(verdict: Mapping[str, Any]) -> Claim:
    """What a verdict claims, as far as the script cares.

    A claim about everywhere is compared without its regions, and one about everything without its components.
    """
    scope = verdict["scope"]
    regions = frozenset(verdict["regions"]) if scope == "regional" else frozenset()
    components = frozenset(verdict["components"]) if scope in ("regional", "component") else frozenset()
    return Claim(scope, regions, components)
