"""What is looked at: services that answer, and outages of them that reach so far."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from worker.contract.outcome import Outcome, Reason, failure, success

NOISE: Final = 1 / 1_000
"""Looks that fail for no reason of the target's."""
CONTINENTS: Final = ("EU", "NA", "AS", "SA", "AF", "OC")
COUNTRIES: Final = ("IE", "US", "IN", "BR", "ZA", "AU", "DE", "CA", "JP", "CL")


@dataclass(frozen=True, slots=True)
class Outage:
    """One component, or all of a service, fails from some regions, or from all."""

    service: str
    component: str
    """Empty for all."""
    regions: frozenset[str]
    """Empty for all."""


class World:
    """What a look comes to, by a seed. `outages` stand at the moment."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.outages: dict[int, Outage] = {}

    def look(self, check: str, region: str, slot: int, attempt: int) -> Outcome:
        """What it sees, and how long that takes."""
        throw = self._throw(f"{check} {region} {slot} {attempt}")
        took_ms = 20 + 60 * self._throw(region) + 10 * throw
        service, component, _ = check.split(".")
        for outage in self.outages.values():
            if (
                outage.service == service
                and outage.component in ("", component)
                and (not outage.regions or region in outage.regions)
            ):
                return failure(Reason.TIMEOUT, "no answer within 2000 ms", total_ms=2_000.0)
        if throw < NOISE:
            return failure(Reason.RESET, "reset by the peer", total_ms=took_ms)
        return success(connect_ms=took_ms, total_ms=took_ms, ip="192.0.2.1")

    def _throw(self, what: str) -> float:
        digest = blake2b(f"{self._seed} {what}".encode(), digest_size=4).digest()
        return int.from_bytes(digest) / (1 << 32)


def names(regions: int) -> list[str]:
    """The ids of so many regions."""
    return [f"r{number:02}" for number in range(regions)]


def document(regions: Iterable[str], interval_s: int, services: int, checks: int) -> dict[str, Any]:
    """A configuration: services of two components, and two references."""

    def check(name: str) -> dict[str, Any]:
        params = {"host": "192.0.2.1", "port": 443}
        told = {"interval_ms": interval_s * 1_000, "timeout_ms": 2_000, "params": params}
        return {"id": name, "kind": "tcp", **told}

    def component(service: str, name: str, number: int) -> dict[str, Any]:
        own = [check(f"{service}.{name}.{n}") for n in range(number)]
        return {"id": f"{service}-{name}", "name": name, "checks": own}

    def service(name: str, role: str, parts: tuple[str, ...], number: int) -> dict[str, Any]:
        own = [component(name, part, number) for part in parts]
        return {"id": name, "name": name, "role": role, "components": own}

    places = [
        {
            "id": region,
            "name": region,
            "country": COUNTRIES[number % len(COUNTRIES)],
            "continent": CONTINENTS[number % len(CONTINENTS)],
            "latitude": float(number % 60),
            "longitude": float(3 * number % 180),
            "simulated": True,
        }
        for number, region in enumerate(regions)
    ]
    found = [service(f"s{n}", "service", ("api", "web"), checks) for n in range(services)]
    found += [service(f"net{n}", "reference", ("all",), 1) for n in range(2)]
    return {"regions": places, "services": found}


def chance_of(seed: int, what: str) -> random.Random:
    """A source of chance of its own for each purpose, so that one fault less changes no other."""
    return random.Random(f"{seed} {what}")
