"""What is known now, put together from what the store holds: pure, so that it can be tested without
a store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from api.documents.broker import Traffic
from api.documents.cascades import cascades_of
from api.documents.fleet import PlaceView, RegionView, UnknownRegion, WorkerView
from api.documents.incidents import IncidentView
from api.documents.overview import CoordinatorView, Overview
from api.documents.picture import summary
from api.documents.picture.disruptions import disruptions_of, together
from api.documents.picture.headline import Setting, label, state
from api.documents.picture.leading import leader_of, standbys_of
from api.documents.picture.pace import looks_every_s
from api.documents.picture.standing import cells_of, unjudged_in, verdict_of
from api.documents.picture.struck import strikes_of
from api.documents.services import Matrix, ServiceDetail, ServiceLine, ServiceView
from api.documents.verdicts import CellView, FullVerdictView
from api.documents.words import FitnessWord, TroubleWord
from coordinator.configuration.publishing.pages import PublicPage
from coordinator.domain.model.topology import Check, Region, Role, Service, Topology
from coordinator.geodata.agreement import agreement
from coordinator.store.results.striking import Strike
from worker.contract.instant import Instant, parse_rfc3339, rfc3339

NOT_HEARD = "nothing heard yet"
YOUNG_MS = 60_000
"""By then a first look was heard of, where anybody looks."""


@dataclass(frozen=True)
class Picture:
    """One consistent reading of the store. `standings` are the documents that the coordinator
    wrote, by subject.
    """

    version: int | None
    topology: Topology
    service_standings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    region_standings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    workers: Sequence[WorkerView] = ()
    open_incidents: Sequence[IncidentView] = ()
    heard_at: Instant | None = None
    coordinator: Mapping[str, Any] = field(default_factory=dict)
    """What the coordinator last told of itself."""
    standbys: Sequence[Mapping[str, Any]] = ()
    """What coordinators that stand by told last."""
    traffic: Mapping[str, Traffic] = field(default_factory=dict)
    """What came from each region over the broker."""
    quarantined: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The regions that somebody took out, each with since when and why."""
    strikes: Sequence[Strike] = ()
    """Those that stand, oldest first."""
    status_pages: Sequence[Check] = ()
    """The checks that read what vendors say; they do not vote, so the topology has them not."""
    public_pages: Mapping[str, PublicPage] = field(default_factory=dict)
    """The status pages for everybody, by id."""
    ordered: Topology = Topology()
    """What looks are ordered of: also of checks that do not vote."""
    silent_after_ms: int = 15_000
    read_at: Instant | None = None
    """When it was read; None where its age does not matter."""

    @cached_property
    def regions(self) -> list[RegionView]:
        """Every configured region with its fitness."""
        return [self._region(region.id) for region in self.topology.regions]

    @cached_property
    def unknown_regions(self) -> list[UnknownRegion]:
        """Regions that report and are not configured, as far as somebody knows now."""
        told = {} if self.silence_ms else self.coordinator.get("unknown_regions", {})
        return [
            {"id": name, "like": books.get("like", "")}
            for name, books in sorted(told.items())
            if name not in self.topology.region
        ]

    @cached_property
    def services(self) -> list[ServiceView]:
        """Every service that is judged, in the order of the configuration."""
        return [
            self._service(service)
            for service in self.topology.services
            if service.role is Role.SERVICE
        ]

    @property
    def silence_ms(self) -> int:
        """For how long the coordinator has been silent, when that is too long; else 0."""
        if self.read_at is None or self.heard_at is None:
            return 0
        silence_ms = self.read_at - self.heard_at
        return silence_ms if silence_ms > self.silent_after_ms else 0

    def detail(self, service_id: str) -> ServiceDetail | None:
        """One service (a reference too) with its evidence and open incidents; None when it is not
        configured.
        """
        service = self.topology.service.get(service_id)
        if service is None:
            return None
        found = self._service(service)
        evidence = self.service_standings.get(service_id, {}).get("evidence", {})
        verdict: FullVerdictView = {
            **found["verdict"],
            "cells": self._cells(service),
            "evidence": evidence,
        }
        incidents = [
            incident for incident in self.open_incidents if incident["service"] == service_id
        ]
        return {**found, "verdict": verdict, "incidents": incidents}

    def matrix(self, service_id: str) -> Matrix | None:
        """Component by region of one service; None when it is not configured."""
        service = self.topology.service.get(service_id)
        if service is None:
            return None
        found = self._service(service)
        return {
            "service": service_id,
            "at": found["verdict"]["at"],
            "components": found["components"],
            "regions": [
                {
                    "id": region["id"],
                    "name": region["name"],
                    "fitness": region["fitness"],
                    "why": region["why"],
                }
                for region in self.regions
                if region["id"] in found["regions"]
            ],
            "cells": self._cells(service),
        }

    @cached_property
    def lines(self) -> dict[str, ServiceLine]:
        """Every service that is judged, with its cells, by id in the order of the configuration."""
        return {
            service["id"]: {**service, "cells": self._cells(self.topology.service[service["id"]])}
            for service in self.services
        }

    @cached_property
    def coordinator_view(self) -> CoordinatorView:
        """Whether the coordinator is heard, who leads, and who stands by."""
        return {
            "heard_at": None if self.heard_at is None else rfc3339(self.heard_at),
            "silent_after_ms": self.silent_after_ms,
            "silent": self.silence_ms > 0,
            "leader": leader_of(self.coordinator),
            "leads_since": self.coordinator.get("leads_since"),
            "standbys": standbys_of(self.standbys, self.read_at),
        }

    def overview(self) -> Overview:
        """All of it, as the page shows it."""
        lines = list(self.lines.values())
        found = summary.summarise(lines, self.regions, young=self._is_young)
        said = summary.dated(found, self.silence_ms)
        return {
            "configuration": self.version,
            "state": said.state,
            "headline": said.headline,
            "advice": said.advice,
            "judged_at": max(
                (s["verdict"]["at"] for s in lines if s["verdict"]["at"]), default=None
            ),
            "coordinator": self.coordinator_view,
            "services": lines,
            "regions": self.regions,
            "unknown_regions": self.unknown_regions,
            "incidents": list(self.open_incidents),
            "cascades": cascades_of(self.open_incidents, self.topology),
        }

    @property
    def _is_young(self) -> bool:
        """Whether somebody leads for less than a minute, and nothing was ever heard."""
        since = self.coordinator.get("leads_since")
        if self.read_at is None or since is None or self.read_at - parse_rfc3339(since) > YOUNG_MS:
            return False
        return all(region["why"] == NOT_HEARD for region in self.regions)

    def _region(self, region_id: str) -> RegionView:
        region = self.topology.region[region_id]
        standing = self.region_standings.get(region_id, {})
        traffic = self.traffic.get(region_id, Traffic())
        if region_id in self.quarantined:
            standing = _out(self.quarantined[region_id])
        return {
            "id": region.id,
            "name": region.name,
            "country": region.country or None,
            "continent": region.continent or None,
            "latitude": region.latitude,
            "longitude": region.longitude,
            "simulated": region.simulated,
            "workers_from": "joined" if region.workers == "joined" else "here",
            "place": self._place(region),
            "together": [
                one for one in standing.get("together", ()) if one in self.topology.region
            ],
            "fitness": cast(FitnessWord, standing.get("fitness", "silent")),
            "why": standing.get("why", NOT_HEARD),
            "at": standing.get("at"),
            "workers": sum(worker["region"] == region_id for worker in self.workers),
            "trouble": cast(TroubleWord, traffic.trouble),
            "trouble_why": traffic.why,
            "quarantined": region_id in self.quarantined,
            "via": region.via,
            "looks_every_s": looks_every_s(self.topology, region),
            "strikes": strikes_of(region_id, self.strikes),
        }

    def _place(self, region: Region) -> PlaceView:
        """The claimed country beside that of the workers that are heard; nobody asks of one that is
        only played, or borrowed.
        """
        heard = [w for w in self.workers if w["region"] == region.id and w["fitness"] != "silent"]
        seen = [] if region.simulated or region.via else [worker["ip_country"] for worker in heard]
        found = agreement(region.country, seen)
        return {"claimed": found.claimed, "observed": found.observed, "agrees": found.agrees}

    def _service(self, service: Service) -> ServiceView:
        verdict = verdict_of(self.service_standings.get(service.id), service)
        regions = self.topology.regions_of(self.topology.checks_of(service.id))
        fit = {region["id"] for region in self.regions if region["fitness"] == "fit"}
        components = {component.id: component.name for component in service.components}
        unjudged = unjudged_in(self._cells(service), components)
        setting = Setting(
            name=service.name,
            components=components,
            regions={region: self.topology.region[region].name for region in regions},
            heard=len(fit.intersection(regions)),
            awaited=all(r["why"] == NOT_HEARD for r in self.regions if r["id"] in regions),
            unjudged=unjudged,
        )
        page = service.status_page
        disruptions = disruptions_of(self.service_standings.get(service.id), verdict, setting)
        return {
            "id": service.id,
            "name": service.name,
            "role": service.role.value,
            "status_page": {"provider": page.provider, "url": page.url} if page else None,
            "components": [
                {"id": part.id, "name": part.name, "label": label(part.name, service.name)}
                for part in service.components
            ],
            "regions": list(regions),
            "state": state(verdict, unjudged),
            "headline": together(disruptions, verdict, setting),
            "since": _since(service.id, self.open_incidents)
            if verdict["scope"] != "none"
            else None,
            "disruptions": disruptions,
            "verdict": verdict,
        }

    def _cells(self, service: Service) -> list[CellView]:
        return cells_of(self.service_standings.get(service.id), self.topology, service)


def _out(told: Mapping[str, Any]) -> dict[str, Any]:
    """What stands of a region in quarantine."""
    reason = told.get("reason")
    return {
        "fitness": "unfit",
        "why": f"in quarantine{f': {reason}' if reason else ''}",
        "at": told.get("at"),
    }


def _since(service_id: str, incidents: Sequence[IncidentView]) -> str | None:
    """When the longest open incident of the service had begun at the latest."""
    return min(
        (incident["started_by"] for incident in incidents if incident["service"] == service_id),
        default=None,
    )
