"""A whole, valid configuration: its canonical document, and what the product makes of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

from coordinator.configuration.borrowing.lending import why_not, with_strides
from coordinator.configuration.judge import rules
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import (
    Check,
    Component,
    Region,
    Role,
    Service,
    StatusPage,
    Topology,
)


@dataclass(frozen=True)
class Configuration:
    """What is looked at from where, and under which rules.

    `document` is the canonical JSON document: includes are resolved, durations are milliseconds,
    names are filled in, defaults of parameters and thresholds are left out so that they stay
    defaults.
    """

    document: Mapping[str, Any]
    topology: Topology
    rules: Rules
    quarantined: frozenset[str] = frozenset()
    """Regions that somebody took out: what they report is dropped, and they do not vote."""
    struck: frozenset[int] = frozenset()
    """The strikes that stand, by number: what they cover counts nowhere."""

    @cached_property
    def judged(self) -> Topology:
        """The topology for the judge: without the checks that do not vote and the regions in
        quarantine.
        """
        checks = (check for _, _, check in checks_of(self.document))
        silent = {check["id"] for check in checks if not check.get("votes", True)}
        voting = tuple(check for check in self.topology.checks if check.id not in silent)
        voters = replace(self.topology, checks=voting) if silent else self.topology
        return _without(voters, self.quarantined) if self.quarantined else voters

    @cached_property
    def digest(self) -> str:
        """The same for documents that mean the same; 32 hexadecimal digits."""
        text = json.dumps(self.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return blake2b(text.encode(), digest_size=16).hexdigest()


def _without(topology: Topology, regions: frozenset[str]) -> Topology:
    """A topology without some regions, and without the checks that nobody looks at then."""
    left = tuple(region for region in topology.regions if region.id not in regions)
    checks = []
    for check in topology.checks:
        looking = tuple(name for name in check.regions if name not in regions)
        if looking:
            checks.append(replace(check, regions=looking))
    return replace(topology, regions=left, checks=tuple(checks))


def from_document(document: Mapping[str, Any]) -> Configuration:
    """The configuration that a canonical document (as stored) means. It was validated when it was
    applied.
    """
    regions = tuple(Region(**entry) for entry in document.get("regions", ()))
    told = document.get("globalping", {})
    looking = _Looking(regions, told)
    services = tuple(_service(entry) for entry in document.get("services", ()))
    checks = tuple(
        _check(check, service, component["id"], looking)
        for service, component, check in checks_of(document)
    )
    return Configuration(
        document,
        Topology(with_strides(regions, checks, told), services, checks),
        rules(document.get("judge", {})),
    )


class _Looking:
    """Which regions look at a check."""

    def __init__(self, regions: tuple[Region, ...], told: Mapping[str, Any]) -> None:
        self._everywhere = tuple(region.id for region in regions)
        self._borrowed = frozenset(region.id for region in regions if region.via)
        self._told = told

    def at(self, check: Mapping[str, Any], service: Mapping[str, Any]) -> tuple[str, ...]:
        """Those that it names, or all; without the borrowed ones when it is not for those."""
        named = tuple(check["regions"]) if "regions" in check else self._everywhere
        if self._borrowed.isdisjoint(named) or not why_not(check, service, self._told):
            return named
        return tuple(name for name in named if name not in self._borrowed)


def checks_of(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """Every check with its service and component."""
    for service in document.get("services", ()):
        for component in service["components"]:
            for check in component["checks"]:
                yield service, component, check


def _service(entry: Mapping[str, Any]) -> Service:
    page = entry.get("status_page")
    return Service(
        id=entry["id"],
        name=entry["name"],
        role=Role(entry["role"]),
        components=tuple(Component(part["id"], part["name"]) for part in entry["components"]),
        status_page=StatusPage(page["provider"], page["url"]) if page else None,
        depends_on=tuple(entry.get("depends_on", ())),
        hold_opening_ms=entry.get("hold_opening_ms", 0),
        public=entry.get("public", False),
        keep=tuple(entry.get("keep", {}).items()),
    )


def _check(
    entry: Mapping[str, Any], service: Mapping[str, Any], component: str, looking: _Looking
) -> Check:
    return Check(
        id=entry["id"],
        service=service["id"],
        component=component,
        kind=entry["kind"],
        interval_ms=entry["interval_ms"],
        timeout_ms=entry["timeout_ms"],
        regions=looking.at(entry, service),
        params=entry["params"],
    )
