"""The small internet: which services exist at which address, and the configuration that looks at
them.
"""

from dataclasses import dataclass
from typing import Any, Final

ALLOWED: Final = "127.2.0.0/16"
INTERVAL_MS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One component of one service, at an address of its own."""

    service: str
    component: str
    name: str
    address: str
    scheme: str = "https"

    @property
    def id(self) -> str:
        """`service/component`."""
        return f"{self.service}/{self.component}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A region, and the address that its worker looks from."""

    id: str
    name: str
    country: str
    continent: str
    latitude: float
    longitude: float
    source: str


SPOTS: Final = (
    Spot("us-east", "Virginia", "US", "NA", 38.9, -77.5, "127.1.1.1"),
    Spot("sa-east", "São Paulo", "BR", "SA", -23.5, -46.6, "127.1.2.1"),
    Spot("eu-west", "Ireland", "IE", "EU", 53.3, -6.3, "127.1.3.1"),
    Spot("ap-northeast", "Tokyo", "JP", "AS", 35.7, 139.7, "127.1.4.1"),
    Spot("oc-southeast", "Sydney", "AU", "OC", -33.9, 151.2, "127.1.5.1"),
)
NAMES: Final = {"aster": "Aster", "bramble": "Bramble", "cinder": "Cinder", "internet": "Internet"}
REFERENCE: Final = "internet"
VENDOR: Final = "cinder"
"""The service whose vendor has a status page."""
PAGE: Final = "127.2.3.4"
"""Where that is."""
ENDPOINTS: Final = (
    Endpoint("aster", "api", "Aster API", "127.2.1.1"),
    Endpoint("aster", "web", "Aster for the web", "127.2.1.2"),
    Endpoint("aster", "console", "Aster Console", "127.2.1.3", "http"),
    Endpoint("bramble", "api", "Bramble API", "127.2.2.1"),
    Endpoint("bramble", "chat", "Bramble Chat", "127.2.2.2"),
    Endpoint("cinder", "api", "Cinder API", "127.2.3.1"),
    Endpoint("cinder", "app", "Cinder app", "127.2.3.2"),
    Endpoint("cinder", "login", "Cinder login", "127.2.3.3", "http"),
    Endpoint(REFERENCE, "harbour", "Harbour", "127.2.4.1", "http"),
    Endpoint(REFERENCE, "lantern", "Lantern", "127.2.4.2", "http"),
    Endpoint(REFERENCE, "meridian", "Meridian", "127.2.4.3", "http"),
    Endpoint(REFERENCE, "northern", "Northern", "127.2.4.4", "http"),
)


def endpoints_of(service: str, *components: str) -> tuple[Endpoint, ...]:
    """The endpoints of a service, or only those of some components."""
    return tuple(
        e
        for e in ENDPOINTS
        if e.service == service and (not components or e.component in components)
    )


def configuration(port: int, speed: float) -> dict[str, Any]:
    """The configuration file of this world, whose servers all listen on `port`; `speed` shortens
    every duration.
    """
    return {
        "regions": [
            {
                "id": spot.id,
                "name": spot.name,
                "country": spot.country,
                "continent": spot.continent,
                "latitude": spot.latitude,
                "longitude": spot.longitude,
                "simulated": True,
            }
            for spot in SPOTS
        ],
        "services": [_service(name, port, speed) for name in NAMES],
        "judge": {
            "silent_after": _duration(6_000, speed),
            "narrow_after": _duration(4_000, speed),
            "resolve_after": _duration(6_000, speed),
            "resolve_after_slots": 3,
            "fit_again_after_slots": 3,
            "burst": _duration(1.5 * INTERVAL_MS, speed),
        },
    }


def _service(service: str, port: int, speed: float) -> dict[str, Any]:
    return {
        "id": service,
        "name": NAMES[service],
        "role": "reference" if service == REFERENCE else "service",
        "components": [
            {
                "id": endpoint.component,
                "name": endpoint.name,
                "checks": _checks(endpoint, port, speed),
            }
            for endpoint in endpoints_of(service)
        ],
    }


def _checks(endpoint: Endpoint, port: int, speed: float) -> list[dict[str, Any]]:
    checks = [_check(endpoint, port, speed)]
    if endpoint.id == f"{VENDOR}/api":
        checks.append(_page(port, speed))
    return checks


def _page(port: int, speed: float) -> dict[str, Any]:
    """The check that reads the vendor's page; it does not vote."""
    return {
        "id": f"{VENDOR}-page",
        "kind": "vendor_status",
        "provider": "statuspage",
        "url": f"http://{PAGE}:{port}",
        "components": {one.name: one.component for one in endpoints_of(VENDOR)},
        "interval": _duration(INTERVAL_MS, speed),
        "timeout": _duration(INTERVAL_MS * 3 // 4, speed),
    }


def _check(endpoint: Endpoint, port: int, speed: float) -> dict[str, Any]:
    return {
        "id": f"{endpoint.service}-{endpoint.component}",
        "kind": "http",
        "url": f"{endpoint.scheme}://{endpoint.address}:{port}/",
        "interval": _duration(INTERVAL_MS, speed),
        "timeout": _duration(INTERVAL_MS * 3 // 4, speed),
    }


def _duration(amount_ms: float, speed: float) -> str:
    return f"{round(amount_ms / speed)}ms"
