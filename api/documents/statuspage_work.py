"""Announced maintenance as Atlassian Statuspage's API v2 shows it: pure."""

from collections.abc import Iterable

from api.documents.services import ServiceLine
from api.documents.statuspage import PageWork, PartStatus, Update, components_of
from coordinator.domain.maintenance.window import Occurrence
from worker.contract.instant import Instant, rfc3339


def works_of(
    line: ServiceLine, works: Iterable[Occurrence], now: Instant, url: str
) -> list[PageWork]:
    """The times as given, with the components of this service that each one names."""
    parts = components_of(line)
    return [_work(line, parts, work, now, url) for work in works]


def _work(
    line: ServiceLine, parts: list[PartStatus], work: Occurrence, now: Instant, url: str
) -> PageWork:
    since, until = rfc3339(work.since), rfc3339(work.until)
    told = line["verdict"]["at"] or since
    goes_on = work.since <= now
    identifier = f"{work.source}-{work.window}-{work.since}"
    status = "in_progress" if goes_on else "scheduled"
    where = f" Regions: {', '.join(sorted(work.regions))}." if work.regions else ""
    update: Update = {
        "id": f"{identifier}-1",
        "incident_id": identifier,
        "status": status,
        "body": f"{work.title}, from {since} until {until}.{where}",
        "created_at": told,
        "updated_at": told,
        "display_at": told,
    }
    return {
        "id": identifier,
        "name": work.title,
        "status": status,
        "impact": "maintenance",
        "page_id": line["id"],
        "shortlink": f"{url}/services/{line['id']}",
        "created_at": told,
        "updated_at": told,
        "started_at": since if goes_on else None,
        "monitoring_at": None,
        "resolved_at": None,
        "scheduled_for": since,
        "scheduled_until": until,
        "components": [part for part in parts if _names(work, line["id"], part["id"])],
        "incident_updates": [update],
    }


def _names(work: Occurrence, service: str, part: str) -> bool:
    """Whether it is announced for a component, by the id that it has on the page."""
    component = part.removeprefix(f"{service}-")
    return not work.targets or bool(work.targets & {service, f"{service}/{component}"})
