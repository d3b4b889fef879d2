"""A large configuration and its results, for benchmarks of the coordinator."""

from collections.abc import Iterator
from typing import Any

from coordinator.domain.schedule import phase

INTERVAL_MS = 30_000
REGIONS = ("eu-west", "eu-north", "us-east", "us-west", "ap-south")
CHECKS_A_SERVICE = 10


def document(checks: int) -> dict[str, Any]:
    """`checks` checks of ten-check services with five components each, and three reference services; five regions."""
    regions = [
        {"id": name, "name": name, "country": "IE", "continent": "EU", "latitude": 1.0, "longitude": 2.0}
        for name in REGIONS
    ]
    services = [_service(f"s{n}", "service", 5, 2) for n in range(checks // CHECKS_A_SERVICE)]
    references = [_service(f"ref{n}", "reference", 1, 1) for n in range(3)]
    return {"regions": regions, "services": services + references}


def checks_of(configured: dict[str, Any]) -> list[str]:
    """The ids of all checks."""
    return [
        check["id"]
        for service in configured["services"]
        for component in service["components"]
        for check in component["checks"]
    ]


def rows(configured: dict[str, Any], region: str, first_slot: int, slots: int) -> Iterator[list[Any]]:
    """The rows of a report for each look of some slots from one region, in order of time; one in fifty failed."""
    due = sorted((phase(check, region, INTERVAL_MS), check) for check in checks_of(configured))
    for slot in range(first_slot, first_slot + slots):
        for number, (phase_ms, check) in enumerate(due):
            at = slot * INTERVAL_MS + phase_ms
            ok = (number * 31 + slot) % 50 != 0
            reason, blame, status = ("ok", "none", 200) if ok else ("timeout", "path", None)
            ip = f"8.8.{number % 200}.8"
            yield [check, slot, 0, at, at + 2, ok, reason, blame, "", status, 1.1, 2.2, 3.3, 40.4, 47.0, ip, {}]


def _service(name: str, role: str, components: int, checks: int) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "role": role,
        "components": [
            {"id": f"c{c}", "name": f"c{c}", "checks": [_check(f"{name}-c{c}-{k}") for k in range(checks)]}
            for c in range(components)
        ],
    }


def _check(name: str) -> dict[str, Any]:
    params = {"url": f"https://{name}.example/health", "expect": {"status": [200]}}
    return {"id": name, "kind": "http", "interval_ms": INTERVAL_MS, "timeout_ms": 10_000, "params": params}
