"""Reads the picture of now from the store."""

from dataclasses import dataclass
from typing import Any, cast

from api.documents.broker import traffic_of
from api.documents.fleet import WorkerView
from api.documents.incidents import IncidentView
from api.documents.picture.picture import Picture
from api.http.settings import ApiSettings
from coordinator.configuration import from_document
from coordinator.domain.model.topology import Topology
from coordinator.store import Store
from coordinator.store.state.standings import QUARANTINE, WRITER
from worker.contract.clock import now
from worker.contract.instant import Instant, parse_rfc3339, rfc3339

MOST_INCIDENTS = 100
"""So many open incidents are shown at once, the newest."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration in force, by version, as it is judged; None and empty before the first."""

    version: int | None = None
    topology: Topology = Topology()


async def read_configured(store: Store, known: Configured) -> Configured:
    """The configuration in force; `known` itself as long as that is the one."""
    version = await store.configurations.version()
    if version == (known.version or 0):
        return known
    found = await store.configurations.current()
    return Configured(found[0], from_document(found[1]).judged) if found else Configured()


async def read_picture(store: Store, configured: Configured, settings: ApiSettings) -> Picture:
    """All that is known now, in a handful of small queries."""
    services = await store.standings.all("service")
    regions = await store.standings.all("region")
    workers = await store.workers.all()
    workers_standings = await store.standings.all("worker")
    coordinator = await store.standings.all("coordinator")
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
        traffic=traffic_of([*coordinator.values(), *writers.values()]),
        quarantined=quarantined,
        strikes=strikes,
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
