"""The sentences of a status page: what is wrong, and how far it reaches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from api.documents.incidents import IncidentView
from api.documents.picture.headline import label
from api.documents.services import DisruptionLine
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.notifying.message import region_name
from worker.contract.instant import Instant
from worker.contract.wording import enumerated

STATES: Final = {"well": "Well", "degraded": "Degraded", "bad": "Disrupted", "unknown": "Not known"}
VENDOR_SAYS: Final = {
    "incident": "The vendor says that something is wrong",
    "maintenance": "The vendor says that there is maintenance",
    "well": "The vendor says that all is well",
}
_VERBS: Final = {"outage": "disrupted", "degraded": "degraded"}
_REACH: Final = {
    "regional": "Reaches a part of the regions: {regions}. Elsewhere it works.",
    "component": "Reaches all regions that are heard, and this part alone.",
    "system_wide": "Reaches everything, in all regions that are heard.",
    "unknown": "Seen in {regions}; too few places are heard to say whether it reaches farther.",
}
SCOPES: Final = {
    "none": "no incident",
    "regional": "in a part of the regions",
    "component": "a part of it, in all regions",
    "system_wide": "all of it, in all regions",
    "unknown": "in some regions, perhaps in more",
}
_WHERE: Final = {
    "none": "no more",
    "regional": "in {regions}",
    "component": "everywhere",
    "system_wide": "everywhere",
    "unknown": "in {regions}, perhaps in more",
}
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_NAMED: Final = 6
_SAID: Final = {"bad": "disrupted", "degraded": "degraded", "unknown": "out of our sight"}
QUIET: Final = {
    "fit": "No disruption is seen from here",
    "unfit": "Cannot tell: its own network is not well",
    "silent": "Not heard at the moment",
}
"""Of a region in which nothing is disrupted, by its fitness."""
_OTHERWISE: Final = {True: "All services work", False: "Nothing is shown here yet"}
_ARE: Final = {True: "is", False: "are"}


def reach(line: DisruptionLine, topology: Topology) -> str:
    """How far a disruption reaches, in a sentence; empty of none."""
    told = _REACH.get(line["scope"], "")
    return told.format(regions=regions_named(line["regions"], topology) or "some regions")


def regions_named(regions: Collection[str], topology: Topology) -> str:
    """The regions as people know them; many are counted."""
    return counted([region_name(one, topology) for one in regions], "regions")


def counted(names: Sequence[str], what: str) -> str:
    """The names, or how many there are."""
    return enumerated(names) if len(names) <= _NAMED else f"{len(names)} {what}"


def parts_named(parts: Collection[str], service: Service) -> str:
    """What of a service fails; empty where that is all of it."""
    names = {part.id: label(part.name, service.name) for part in service.components}
    partly = not names.keys() <= {*parts}
    failing = [name for part, name in names.items() if part in parts]
    return enumerated(failing) if partly else ""


def what_happened(incident: IncidentView, service: Service, topology: Topology) -> str:
    """An incident in a sentence without a time: its widest reach."""
    parts = parts_named(incident["components"], service) or "all of it"
    verb = _VERBS.get(incident["severity"], "disrupted")
    regions = regions_named(incident["regions"], topology) or "some regions"
    return f"{parts} {verb} {_WHERE[incident['peak']].format(regions=regions)}"


def headline(names: Mapping[str, Sequence[str]]) -> str:
    """All of the page in a sentence, from the names of its services by state."""
    told = [_are(names[state], word) for state, word in _SAID.items() if state in names]
    return "; ".join(told) or _OTHERWISE["well" in names]


def _are(names: Sequence[str], state: str) -> str:
    return f"{counted(names, 'services')} {_ARE[len(names) == 1]} {state}"


def clock(at: Instant) -> str:
    """`28 Nov 2026, 14:31 UTC`."""
    return f"{date(at)}, {_moment(at):%H:%M} UTC"


def date(at: Instant) -> str:
    """`28 Nov 2026`."""
    time = _moment(at)
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}"


def _moment(at: Instant) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
