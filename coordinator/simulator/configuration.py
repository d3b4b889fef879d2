"""The configuration that looks at a simulated internet, so that its results can be replayed."""

from typing import Any, Final

from coordinator.domain.topology import Check, Region, Service, Topology

_DNS_SERVERS: Final = "192.0.2"
"""Addresses for documentation (RFC 5737), as the names in example.com are (RFC 2606)."""


def document(topology: Topology) -> dict[str, Any]:
    """What goes into `outscope.yaml`."""
    return {
        "regions": [_region(region) for region in topology.regions],
        "services": [_service(service, topology) for service in topology.services],
    }


def _region(region: Region) -> dict[str, Any]:
    return {
        "id": region.id,
        "name": region.name,
        "country": region.country,
        "continent": region.continent,
        "latitude": region.latitude,
        "longitude": region.longitude,
    }


def _service(service: Service, topology: Topology) -> dict[str, Any]:
    checks = topology.checks_of(service.id)
    return {
        "id": service.id,
        "name": service.name,
        "role": str(service.role),
        "components": [
            {
                "id": component.id,
                "name": component.name,
                "checks": [_check(check, place) for check in checks if check.component == component.id],
            }
            for place, component in enumerate(service.components, 1)
        ],
    }


def _check(check: Check, place: int) -> dict[str, Any]:
    target = (
        {"server": f"{_DNS_SERVERS}.{place}", "name": "example.com"}
        if check.kind == "dns"
        else {"url": f"https://{check.component}.{check.service}.example.com/"}
    )
    return {
        "id": check.id,
        "kind": check.kind,
        **target,
        "interval": f"{check.interval_ms}ms",
        "timeout": f"{check.timeout_ms}ms",
    }
