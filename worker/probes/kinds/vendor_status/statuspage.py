"""Atlassian Statuspage, API v2 `incidents.json` and `scheduled-maintenances.json`, which
incident.io serves for its pages, too.
"""

from typing import Any, Final

from worker.probes.kinds.vendor_status.incident import (
    UnheardError,
    VendorIncident,
    document_of,
    earliest,
    latest,
    moment,
    names,
    newest,
    objects,
    words,
)

PATH: Final = "/api/v2/incidents.json"
MAINTENANCE_PATH: Final = "/api/v2/scheduled-maintenances.json"


def read(body: bytes) -> list[VendorIncident]:
    """The incidents of a page. A page of a new vendor may have none; it still says whose it is."""
    document = document_of(body)
    if not isinstance(document, dict) or not isinstance(document.get("page"), dict):
        raise UnheardError("the answer does not say whose status page it is")
    incidents, work = document.get("incidents"), document.get("scheduled_maintenances")
    if not isinstance(incidents, list) and not isinstance(work, list):
        raise UnheardError("the answer has no list of incidents")
    return list(map(_incident, [*objects(incidents), *objects(work)]))


def _incident(entry: dict[str, Any]) -> VendorIncident:
    updates = objects(entry.get("incident_updates"))
    published = earliest(moment(update.get("created_at")) for update in updates)
    last = newest(updates, "created_at")
    touched = (part for update in updates for part in objects(update.get("affected_components")))
    return VendorIncident(
        id=words(entry.get("id")),
        title=words(entry.get("name")),
        status=words(entry.get("status")),
        impact=words(entry.get("impact")),
        started_at=moment(entry.get("started_at")) or moment(entry.get("created_at")),
        published_at=published if published is not None else moment(entry.get("created_at")),
        updated_at=latest(
            [moment(entry.get("updated_at")), *(moment(u.get("created_at")) for u in updates)]
        ),
        resolved_at=moment(entry.get("resolved_at")),
        updates=len(updates),
        latest=words(last.get("body")),
        components=names(
            part.get("name") for part in [*objects(entry.get("components")), *touched]
        ),
        url=words(entry.get("shortlink")),
        scheduled_for=moment(entry.get("scheduled_for")),
        scheduled_until=moment(entry.get("scheduled_until")),
    )
