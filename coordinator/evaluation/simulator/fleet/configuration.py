"""The configuration that looks at a simulated internet, so that its results can be replayed."""

from typing import Any, Final

from coordinator.domain.model.topology import Check, Region, Role, Service, Topology

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
        **({"provider": region.provider} if region.provider else {}),
    }


def _service(service: Service, topology: Topology) -> dict[str, Any]:
    components = []
    for place, component in enumerate(service.components, 1):
        checks = [c for c in topology.checks_of(service.id) if c.component == component.id]
        made = [_check(check, place, service.role) for check in checks]
        components.append({"id": component.id, "name": component.name, "checks": made})
    return {
        "id": service.id,
        "name": service.name,
        "role": str(service.role),
        "components": components,
    }


def _check(check: Check, place: int, role: Role) -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        **_target(check, place, role),
        "interval": f"{check.interval_ms}ms",
        "timeout": f"{check.timeout_ms}ms",
    }


def _target(check: Check, place: int, role: Role) -> dict[str, Any]:
    """References are plain: a worker whose TLS is broken still reaches them."""
    if check.kind == "dns":
        return {"server": f"{_DNS_SERVERS}.{place}", "name": "example.com"}
    scheme = "http" if role is Role.REFERENCE else "https"
    return {"url": f"{scheme}://{check.component}.{check.service}.example.com/"}
