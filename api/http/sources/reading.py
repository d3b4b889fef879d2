"""Reads the picture of now from the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from api.documents.broker import traffic_of
from api.documents.fleet import WorkerView
from api.documents.incidents import IncidentView
from api.documents.picture.picture import Picture
from api.http.settings import ApiSettings
from coordinator.configuration import from_document
from coordinator.configuration.publishing.pages import PublicPage, pages_of
from coordinator.domain.model.topology import VENDOR_STATUS, Check, Topology
from coordinator.store import Store
from coordinator.store.state.standings import QUARANTINE, STANDBY, WRITER
from worker.contract.clock import now
from worker.contract.instant import Instant, parse_rfc3339, rfc3339

MOST_INCIDENTS = 100
"""So many open incidents are shown at once, the newest."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration in force, by version, as it is judged; None and empty before the first."""

    version: int | None = None
    topology: Topology = Topology()
    status_pages: tuple[Check, ...] = ()
    """The checks that read what vendors say of themselves."""
    public_pages: Mapping[str, PublicPage] = field(default_factory=dict)
    """The status pages for everybody, by id."""
    ordered: Topology = Topology()
    """What looks are ordered of: also the checks that do not vote."""


async def read_configured(store: Store, known: Configured) -> Configured:
    """The configuration in force; `known` itself as long as that is the one."""
    version = await store.configurations.version()
    if version == (known.version or 0):
        return known
    found = await store.configurations.current()
    if found is None:
        return Configured()
    configuration = from_document(found[1])
    pages = (check for check in configuration.topology.checks if check.kind == VENDOR_STATUS)
    public = {page.id: page for page in pages_of(configuration.document)}
    ordered = configuration.topology
    return Configured(found[0], configuration.judged, tuple(pages), public, ordered)


async def read_picture(store: Store, configured: Configured, settings: ApiSettings) -> Picture:
    """All that is known now, in a handful of small queries."""
    services = await store.standings.all("service")
    regions = await store.standings.all("region")
    workers = await store.workers.all()
    workers_standings = await store.standings.all("worker")
    coordinator = await store.standings.all("coordinator")
    standbys = await store.standings.all(STANDBY)
    writers = await store.standings.all(WRITER)
    quarantined = await store.standings.all(QUARANTINE)
    strikes = await store.striking.standing()
    incidents = await store.incidents.page(open_only=True, limit=MOST_INCIDENTS)
    return Picture(
        version=configured.version,
        topology=configured.topology,
        service_standings=services,
        region_standings=regions,
        workers=[_worker(row, workers_standings) for row in workers],
        open_incidents=cast(list[IncidentView], incidents.items),
        heard_at=_heard([*coordinator.values(), *services.values(), *regions.values()]),
        coordinator=next(iter(coordinator.values()), {}),
        standbys=[*standbys.values()],
        traffic=traffic_of([*coordinator.values(), *writers.values()]),
        quarantined=quarantined,
        strikes=strikes,
        status_pages=configured.status_pages,
        public_pages=configured.public_pages,
        ordered=configured.ordered,
        silent_after_ms=settings.coordinator_silent_ms,
        read_at=now(),
    )


def _worker(row: dict[str, Any], standings: dict[str, dict[str, Any]]) -> WorkerView:
    standing = standings.get(f"{row['region']}/{row['worker']}", {})
    vitals = row["vitals"]
    if vitals is not None and isinstance(vitals.get("started_at"), int):
        vitals = {**vitals, "started_at": rfc3339(vitals["started_at"])}
    return {
        "region": row["region"],
        "worker": row["worker"],
        "fitness": standing.get("fitness", "silent"),
        "why": standing.get("why", "not judged yet"),
        "first_heard_at": row["first_heard_at"],
        "heard_at": row["last_heard_at"],
        "address": row["address"],
        "asn": row["asn"],
        "ip_country": row["ip_country"],
        "vitals": vitals,
    }


def _heard(standings: list[dict[str, Any]]) -> Instant | None:
    """When the coordinator last wrote anything: only it writes these. Who was heard, processes
    that only store write too.
    """
    times = [standing["at"] for standing in standings if standing.get("at")]
    return max(map(parse_rfc3339, times), default=None)
