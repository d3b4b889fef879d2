"""The shape of a simulated fleet and of what it looks at: how many of each, how often, who
looks.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias

from coordinator.domain.model.topology import Check, Component, Role, Service, Topology
from coordinator.evaluation.simulator.fleet.places import PLACES

Looks: TypeAlias = Literal["each", "shared"]
"""`each`: every worker of a region takes every look. `shared`: one of them, by chance, as a live
fleet does.
"""

MAIN: Final = "aster"
REFERENCE: Final = "internet"
_OTHERS: Final = ("bramble", "cinder", "dahlia", "elder", "fennel", "ginkgo", "hazel", "iris")
_FEATURES: Final = ("api", "web", "console", "login")
_BEACONS: Final = ("harbour", "lantern", "meridian", "northern", "orient", "polaris")
_TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True)
class Shape:
    """Refuses with a ValueError what it cannot be. The main service is `aster`, the reference
    `internet`.
    """

    regions: int = 8
    workers: int = 2
    """In each region."""
    interval_ms: int = 30_000
    components: int = 10
    """Of the main service."""
    others: tuple[int, ...] = (4, 4)
    """The components of each other service."""
    references: int = 4
    looks: Looks = "each"
    first_ms: int | None = None
    """Between two looks at the first component of the main service, when not as at all others."""

    def __post_init__(self) -> None:
        _between("regions", self.regions, 1, len(PLACES))
        _between("workers a region", self.workers, 1, 10)
        _between("milliseconds between looks", self.interval_ms, 10_000, 300_000)
        _between("milliseconds between looks", self.first_ms or self.interval_ms, 10_000, 300_000)
        _between("components of the main service", self.components, 2, 200)
        _between("other services", len(self.others), 1, len(_OTHERS))
        for count in self.others:
            _between("components of another service", count, 1, 200)
        _between("references", self.references, 1, len(_BEACONS))
        if self.looks not in ("each", "shared"):
            raise ValueError(f"looks must be each or shared, not {self.looks}")

    @cached_property
    def timeout_ms(self) -> int:
        """How long a look waits at most."""
        return min(_TIMEOUT_MS, self.interval_ms)

    @cached_property
    def topology(self) -> Topology:
        """What such a fleet looks at."""
        places = PLACES[: self.regions]
        services = (
            _service(MAIN, Role.SERVICE, _features(self.components)),
            *(
                _service(name, Role.SERVICE, _features(n))
                for name, n in zip(_OTHERS[: len(self.others)], self.others, strict=True)
            ),
            _service(REFERENCE, Role.REFERENCE, _BEACONS[: self.references]),
        )
        return Topology(
            places, services, tuple(self._checks(services, tuple(place.id for place in places)))
        )

    def resized(self, regions: int, workers: int) -> "Shape":
        """The same with another fleet."""
        return replace(self, regions=regions, workers=workers)

    def workers_of(self, region: str) -> tuple[str, ...]:
        """The names of a region's workers."""
        return tuple(f"{region}-{n}" for n in range(1, self.workers + 1))

    def _checks(self, services: tuple[Service, ...], regions: tuple[str, ...]) -> list[Check]:
        return [
            Check(
                f"{service.id}-{component.id}",
                service.id,
                component.id,
                "dns" if service.role is Role.REFERENCE and place % 2 else "http",
                interval_ms,
                min(_TIMEOUT_MS, interval_ms),
                regions,
            )
            for service in services
            for place, component in enumerate(service.components)
            for interval_ms in [self._interval_ms(service.id, place)]
        ]

    def _interval_ms(self, service: str, place: int) -> int:
        own = service == MAIN and place == 0 and self.first_ms
        return own or self.interval_ms


def _features(count: int) -> tuple[str, ...]:
    return (_FEATURES + tuple(f"model-{n}" for n in range(1, count + 1)))[:count]


def _service(name: str, role: Role, components: tuple[str, ...]) -> Service:
    parts = tuple(Component(part, part.replace("-", " ").capitalize()) for part in components)
    return Service(name, name.capitalize(), role, parts)


def _between(what: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{value} {what} cannot be simulated; choose {low} to {high}")
