"""A service as Atlassian Statuspage's API v2 shows one, for the many programs that read that: pure.

What it has no words for is left out: how far it reaches stands in the text. Shapes:
https://metastatuspage.com/api/v2
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.feed import Story
from api.documents.incidents import IncidentView
from api.documents.services import ServiceLine
from api.documents.words import Time

_INDICATORS: Final = {
    ("well", "none"): ("none", "All Systems Operational"),
    ("unknown", "unknown"): ("none", "Not judged at the moment"),
}
_WIDE: Final = {"regional": "minor", "component": "major", "system_wide": "critical"}
_STATUS: Final = {
    "opened": "investigating",
    "updated": "investigating",
    "ending": "monitoring",
    "revised": "investigating",
    "resolved": "resolved",
    "withdrawn": "resolved",
}


class PageView(TypedDict):
    """Whose page it is."""

    id: str
    name: str
    url: str
    time_zone: str
    updated_at: Time | None


class IndicatorView(TypedDict):
    """All of it in a word."""

    indicator: Annotated[str, Field(description="`none`, `minor`, `major` or `critical`")]
    description: str


class StatusView(TypedDict):
    """The answer of `status.json`."""

    page: PageView
    status: IndicatorView


class PartStatus(TypedDict):
    """A component and its state."""

    id: str
    name: str
    status: Annotated[
        str,
        Field(
            description="`operational`, `degraded_performance`, `partial_outage`, `major_outage`"
        ),
    ]
    position: int
    group: bool
    page_id: str
    updated_at: Time | None


class Update(TypedDict):
    """A line of an incident."""

    id: str
    incident_id: str
    status: str
    body: str
    created_at: Time
    updated_at: Time
    display_at: Time


class PageIncident(TypedDict):
    """An incident with its lines, the newest first."""

    id: str
    name: str
    status: str
    impact: str
    page_id: str
    shortlink: str
    created_at: Time
    started_at: Time
    updated_at: Time
    resolved_at: Time | None
    components: list[PartStatus]
    incident_updates: list[Update]


class PageWork(TypedDict):
    """A time that announced maintenance comes, and what is said of it."""

    id: str
    name: str
    status: Annotated[str, Field(description="`scheduled` or `in_progress`")]
    impact: str
    page_id: str
    shortlink: str
    created_at: Annotated[
        Time, Field(description="when it was announced is not kept: the time of this page")
    ]
    updated_at: Time
    started_at: Annotated[Time | None, Field(description="null while it is only announced")]
    monitoring_at: Time | None
    resolved_at: Time | None
    scheduled_for: Time
    scheduled_until: Time
    components: list[PartStatus]
    incident_updates: list[Update]


class ComponentsView(TypedDict):
    """The answer of `components.json`."""

    page: PageView
    components: list[PartStatus]


class IncidentsView(TypedDict):
    """The answer of `incidents.json`."""

    page: PageView
    incidents: list[PageIncident]


class WorksView(TypedDict):
    """The answer of `scheduled-maintenances.json`."""

    page: PageView
    scheduled_maintenances: list[PageWork]


class SummaryView(TypedDict):
    """The answer of `summary.json`: the incidents are those that go on."""

    page: PageView
    status: IndicatorView
    components: list[PartStatus]
    incidents: list[PageIncident]
    scheduled_maintenances: list[PageWork]


def page_of(line: ServiceLine, url: str) -> PageView:
    """Whose page it is."""
    at = line["verdict"]["at"]
    return {
        "id": line["id"],
        "name": line["name"],
        "url": url,
        "time_zone": "Etc/UTC",
        "updated_at": at,
    }


def indicator_of(line: ServiceLine) -> IndicatorView:
    """The service in a word, and the headline."""
    scope, severity = line["verdict"]["scope"], line["verdict"]["severity"]
    if line["state"] in ("well", "unknown"):
        known = _INDICATORS.get((line["state"], scope), ("none", line["headline"]))
        return {"indicator": known[0], "description": known[1]}
    wide = _WIDE.get(scope, "minor")
    told = wide if severity == "outage" else "minor"
    return {"indicator": told, "description": line["headline"]}


def components_of(line: ServiceLine) -> list[PartStatus]:
    """The components that are judged, in the order of the configuration: there is no word for one
    of which nobody knows.
    """
    judged = {cell["component"] for cell in line["cells"] if cell["state"] != "unknown"}
    return [
        {
            "id": f"{line['id']}-{component['id']}",
            "name": component["name"],
            "status": _status(line, component["id"]),
            "position": position,
            "group": False,
            "page_id": line["id"],
            "updated_at": line["verdict"]["at"],
        }
        for position, component in enumerate(line["components"], start=1)
        if component["id"] in judged
    ]


def incidents_of(line: ServiceLine, stories: Iterable[Story], url: str) -> list[PageIncident]:
    """The incidents, as given."""
    parts = components_of(line)
    return [_incident(line, parts, *story, url) for story in stories]


def _incident(
    line: ServiceLine,
    parts: Sequence[PartStatus],
    found: IncidentView,
    timeline: Sequence[Mapping[str, Any]],
    url: str,
) -> PageIncident:
    touched = {f"{line['id']}-{component}" for component in found["components"]}
    updates = [_update(found["id"], number, one) for number, one in enumerate(timeline, start=1)]
    over = found["resolved_at"] is not None
    last = updates[-1]["created_at"] if updates else found["opened_at"]
    return {
        "id": found["id"],
        "name": found["reason"],
        "status": "resolved" if over else "investigating",
        "impact": "none" if found["withdrawn"] else _WIDE.get(found["peak"], "minor"),
        "page_id": line["id"],
        "shortlink": f"{url}/v1/incidents/{found['id']}",
        "created_at": found["opened_at"],
        "started_at": found["started_by"],
        "updated_at": last,
        "resolved_at": found["resolved_at"],
        "components": [part for part in parts if part["id"] in touched],
        "incident_updates": updates[::-1],
    }


def _update(incident: str, number: int, line: Mapping[str, Any]) -> Update:
    return {
        "id": f"{incident}-{number}",
        "incident_id": incident,
        "status": _STATUS.get(line["event"], "investigating"),
        "body": line["reason"],
        "created_at": line["at"],
        "updated_at": line["at"],
        "display_at": line["at"],
    }


def _status(line: ServiceLine, component: str) -> str:
    touching = [one for one in line["disruptions"] if component in one["components"]]
    down = [one["scope"] for one in touching if one["state"] == "bad"]
    if down:
        everywhere = {"component", "system_wide"}.intersection(down)
        return "major_outage" if everywhere else "partial_outage"
    return "degraded_performance" if touching else "operational"
