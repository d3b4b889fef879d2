"""Google Cloud's `incidents.json`, which Google Workspace (the Gemini app among its products) has,
too.
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

PATH: Final = "/incidents.json"


def read(body: bytes) -> list[VendorIncident]:
    """The incidents of the last year or so; the list is never empty, so an empty one says
    nothing.
    """
    document = document_of(body)
    if not isinstance(document, list):
        raise UnheardError("the answer is no list of incidents")
    incidents = [_incident(entry) for entry in objects(document) if "begin" in entry]
    if not incidents:
        raise UnheardError("the answer lists no incident at all, not even past ones")
    return incidents


def _incident(entry: dict[str, Any]) -> VendorIncident:
    updates = objects(entry.get("updates"))
    last = newest(updates, "when")
    places = [
        *objects(entry.get("currently_affected_locations")),
        *objects(entry.get("previously_affected_locations")),
    ]
    places += [place for update in updates for place in objects(update.get("affected_locations"))]
    products = [product.get("title") for product in objects(entry.get("affected_products"))]
    return VendorIncident(
        id=words(entry.get("id")) or words(entry.get("number")),
        title=words(entry.get("external_desc")),
        status=words(last.get("status")) or words(entry.get("status_impact")),
        impact=words(entry.get("status_impact")) or words(entry.get("severity")),
        started_at=moment(entry.get("begin")),
        published_at=earliest(
            [moment(entry.get("created")), *(moment(update.get("created")) for update in updates)]
        ),
        updated_at=latest(
            [moment(entry.get("modified")), *(moment(update.get("when")) for update in updates)]
        ),
        resolved_at=moment(entry.get("end")),
        updates=len(updates),
        latest=words(last.get("text")),
        components=names([*products, entry.get("service_name")]),
        regions=names(place.get("id") for place in places),
        url=words(entry.get("uri")),
    )
