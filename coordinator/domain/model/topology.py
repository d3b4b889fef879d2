"""What is looked at, from where: regions, services, components and checks, as applied from the
configuration.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from worker.contract.instant import Instant

HERE = "here"
"""The id of the region that is the machine on which `outscope up` runs."""


@dataclass(frozen=True, slots=True)
class Region:
    """A geographic area that we look from. Latitude and longitude in degrees. What nobody said of
    its place is empty, or None.
    """

    id: str
    name: str
    country: str = ""
    continent: str = ""
    latitude: float | None = None
    longitude: float | None = None
    provider: str = ""
    """Whose network the workers there stand in; regions of one provider can fail together."""
    via: str = ""
    """How it is looked at from there when no worker of ours stands there: `globalping`."""
    location: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Where a borrowed region is, in the words of who lends it."""
    stride: int = 1
    """A check is regularly looked at from there in each so many-th of its slots."""
    simulated: bool = False
    """Whether it is played: a vantage point of its own, whatever machine its workers share."""
    refuse_elsewhere: bool = False
    """Whether reports are refused of workers whose public address is in another country."""
    workers: str = "here"
    """`joined` where only workers that were started elsewhere look from there."""


class Role(StrEnum):
    """What a service is for: to be judged, or to tell whether a vantage point is fit."""

    SERVICE = "service"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Component:
    """A user-visible feature of a service."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Where the vendor publishes its own view."""

    provider: str
    url: str


@dataclass(frozen=True, slots=True)
class Service:
    """What people depend on."""

    id: str
    name: str
    role: Role
    components: tuple[Component, ...]
    status_page: StatusPage | None = None
    depends_on: tuple[str, ...] = ()
    """Other services (`claude`), or components of them (`claude/api`), that it needs."""
    hold_opening_ms: int = 0
    """So long nobody is told that it fails, unless one of those fails, too."""
    public: bool = False
    """Whether everybody may read how it is."""
    keep: tuple[tuple[str, int], ...] = ()
    """How long it is kept where that is not as for all, such as `("minutes_ms", 86400000)`."""


@dataclass(frozen=True, slots=True)
class Check:
    """A standing order to look at one endpoint of a component from some regions."""

    id: str
    service: str
    component: str
    kind: str
    interval_ms: int
    timeout_ms: int
    regions: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def slot(self, at: Instant) -> int:
        """Which look of this check `at` falls into."""
        return at // self.interval_ms


VENDOR_STATUS = "vendor_status"
"""The kind of check that reads what a vendor says itself."""


@dataclass(frozen=True)
class Topology:
    """Everything that is looked at and from where. Ids are unique; every check names known
    regions.
    """

    regions: tuple[Region, ...] = ()
    services: tuple[Service, ...] = ()
    checks: tuple[Check, ...] = ()

    @cached_property
    def region(self) -> Mapping[str, Region]:
        """Regions by id."""
        return {region.id: region for region in self.regions}

    @cached_property
    def service(self) -> Mapping[str, Service]:
        """Services by id."""
        return {service.id: service for service in self.services}

    def name_of(self, service: str) -> str:
        """What people call a service; its id when it is not known."""
        known = self.service.get(service)
        return known.name if known is not None else service

    def components_of(self, service: str) -> Mapping[str, str]:
        """The names of a service's components by id; none for an unknown service."""
        known = self.service.get(service)
        parts = known.components if known is not None else ()
        return {part.id: part.name for part in parts}

    @cached_property
    def check(self) -> Mapping[str, Check]:
        """Checks by id."""
        return {check.id: check for check in self.checks}

    @cached_property
    def _checks_of(self) -> Mapping[str, tuple[Check, ...]]:
        found: dict[str, list[Check]] = defaultdict(list)
        for check in self.checks:
            found[check.service].append(check)
        return {service.id: tuple(found[service.id]) for service in self.services}

    def checks_of(self, service: str) -> tuple[Check, ...]:
        """The checks of one service; none for an unknown service."""
        return self._checks_of.get(service, ())

    @cached_property
    def quickest_ms(self) -> Mapping[str, int]:
        """The shortest interval of each region that looks at anything."""
        found: dict[str, int] = {}
        for check in self.checks:
            for region in check.regions:
                found[region] = min(check.interval_ms, found.get(region, check.interval_ms))
        return found

    def regions_of(self, checks: Iterable[Check]) -> tuple[str, ...]:
        """The regions that should look by these checks, in the topology's order."""
        wanted = {region for check in checks for region in check.regions}
        return tuple(region.id for region in self.regions if region.id in wanted)
