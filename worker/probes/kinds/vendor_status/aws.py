"""The public events of the AWS Health Dashboard: an array, in UTF-16, of what is open or was
resolved a moment ago.
"""

import re
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

STATUSES: Final = {"0": "resolved", "1": "informational", "2": "degraded", "3": "disrupted"}
_REGION: Final = re.compile(r"arn:aws[\w-]*:health:([a-z0-9-]+):")


def read(body: bytes) -> list[VendorIncident]:
    """The events. An empty array is this service's own way to say that there are none."""
    document = document_of(body)
    events = document.get("current") if isinstance(document, dict) else document
    if not isinstance(events, list) or len(objects(events)) != len(events):
        raise UnheardError("the answer is no list of events")
    return [_incident(event) for event in objects(events)]


def _incident(event: dict[str, Any]) -> VendorIncident:
    log = objects(event.get("event_log"))
    moments = [moment(entry.get("timestamp")) for entry in log]
    last = newest(log, "timestamp")
    status = STATUSES.get(words(event.get("status")), words(event.get("status")))
    arn = words(event.get("arn"))
    impacted = event.get("impacted_services")
    services = impacted.values() if isinstance(impacted, dict) else ()
    region = _REGION.match(arn)
    return VendorIncident(
        id=arn or f"{words(event.get('service'))}_{words(event.get('date'))}",
        title=words(event.get("summary")),
        status=status,
        impact=STATUSES.get(words(last.get("status")), status),
        started_at=moment(event.get("date")),
        published_at=earliest(moments),
        updated_at=latest(moments),
        resolved_at=(moment(event.get("end_time")) or latest(moments))
        if status == "resolved"
        else None,
        updates=len(log),
        latest=words(last.get("message")),
        components=names(
            [
                event.get("service_name"),
                *(part.get("service_name") for part in objects([*services])),
            ]
        ),
        regions=names([region[1] if region else None, event.get("region_name")]),
    )
