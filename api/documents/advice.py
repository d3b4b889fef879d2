"""Where to go instead: for each service, component and model whether to use it now; pure.

Small and stable, for programs that choose between vendors. Degraded alone sends nobody elsewhere.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.incidents import IncidentView
from api.documents.picture.picture import Picture
from api.documents.services import DisruptionLine, ServiceLine
from api.documents.vendor_says import Heard, VendorSays, of_component, of_service
from api.documents.verdicts import CellView
from api.documents.words import ScopeWord, SeverityWord, Time

VERSION: Final = 1
TTL_S: Final = 10
"""For so many seconds advice may be used without asking again."""

UseWord = Literal["ok", "avoid", "unknown"]
_USES: Final = ("ok", "unknown", "avoid")
_SEVERITIES: Final = ("operational", "degraded", "outage")
_SEVERITY_OF: Final[dict[str, SeverityWord]] = {"bad": "outage", "degraded": "degraded"}
_EVERYWHERE: Final = ("component", "system_wide")


class Target(TypedDict):
    """One thing that a client may use or avoid."""

    id: Annotated[
        str,
        Field(description="`service`, `service/component` or `service/component/model`"),
    ]
    use: Annotated[
        UseWord,
        Field(
            description="`avoid` only what is down for the caller; `unknown` is no opinion: do as"
            " without advice"
        ),
    ]
    severity: SeverityWord
    scope: ScopeWord
    regions: Annotated[list[str], Field(description="ids of the regions where it is disrupted")]
    well_in: Annotated[
        list[str], Field(description="ids of the regions that see it well: the same vendor there")
    ]
    confidence: Annotated[float, Field(ge=0, le=1)]
    since: Annotated[
        list[Time | None] | None,
        Field(
            description="[after, by]: when the open incident began, as an interval; null while well"
        ),
    ]
    vendor_says: VendorSays


class Advice(TypedDict):
    """What to use now. `v` changes when a member changes its meaning; new members may appear."""

    v: int
    at: Annotated[Time, Field(description="as of when; not part of the ETag")]
    ttl_s: Annotated[int, Field(description="ask again after so many seconds")]
    targets: list[Target]
    order: Annotated[
        list[str],
        Field(description="ids of the services (with `models`: of the models), the best first"),
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client wants to know of: ids of services, in its order of preference; models, when it
    chooses among these alone; the region that it is nearest to.
    """

    services: Sequence[str]
    models: Collection[str] = ()
    region: str | None = None


def advice(
    picture: Picture, asked: Asked, at: Time, said: Mapping[str, Heard] = MappingProxyType({})
) -> Advice:
    """The advice of one moment. Every service asked for must be configured and judged. `said` is
    what vendors say on their status pages, by service.
    """
    models = models_of(picture)
    found = [
        target
        for service in asked.services
        for target in _of_service(
            picture.lines[service], picture.open_incidents, models, asked, said.get(service)
        )
    ]
    targets = [_no_opinion(target) for target in found] if picture.silence_ms else found
    depth = 2 if asked.models else 0
    choice = [target for target in targets if target["id"].count("/") == depth]
    return {
        "v": VERSION,
        "at": at,
        "ttl_s": TTL_S,
        "targets": targets,
        "order": [target["id"] for target in sorted(choice, key=_rank)],
    }


def models_of(picture: Picture) -> dict[tuple[str, str], list[str]]:
    """The models that the checks of each (service, component) ask, each once."""
    found: dict[tuple[str, str], list[str]] = {}
    for check in picture.topology.checks:
        models = found.setdefault((check.service, check.component), [])
        model = check.params.get("model")
        if isinstance(model, str) and model not in models:
            models.append(model)
    return found


def _of_service(
    line: ServiceLine,
    open_incidents: Iterable[IncidentView],
    models: Mapping[tuple[str, str], Sequence[str]],
    asked: Asked,
    said: Heard | None,
) -> list[Target]:
    incidents = [one for one in open_incidents if one["service"] == line["id"]]
    ids = [component["id"] for component in line["components"]]
    parts = [_component(line, one, incidents, asked.region, said) for one in ids]
    served: list[Target] = [
        {**part, "id": f"{part['id']}/{model}"}
        for one, part in zip(ids, parts, strict=True)
        for model in models.get((line["id"], one), ())
        if not asked.models or model in asked.models
    ]
    return [_whole(line, parts, incidents, said), *parts, *served]


def _component(
    line: ServiceLine,
    component: str,
    incidents: Sequence[IncidentView],
    region: str | None,
    said: Heard | None,
) -> Target:
    cells = [cell for cell in line["cells"] if cell["component"] == component]
    of_it = [one for one in line["disruptions"] if component in one["components"]]
    told = [one for one in of_it if _reaches(one, region)]
    severity = _worst(_SEVERITY_OF.get(one["state"], "operational") for one in told)
    disrupted = {one for disruption in of_it for one in disruption["regions"]}
    return {
        "id": f"{line['id']}/{component}",
        "use": _use(line, told, cells, region),
        "severity": severity,
        "scope": _scope(line, told, cells),
        "regions": [one for one in line["regions"] if one in disrupted],
        "well_in": [
            cell["region"]
            for cell in cells
            if cell["state"] == "well" and cell["region"] not in disrupted
        ],
        "confidence": line["verdict"]["confidence"],
        "since": _since([one for one in incidents if component in one["components"]]),
        "vendor_says": of_component(said, component),
    }


def _whole(
    line: ServiceLine,
    parts: Sequence[Target],
    incidents: Sequence[IncidentView],
    said: Heard | None,
) -> Target:
    """The service: to be avoided only when each part of it that is known is to be avoided."""
    uses = {part["use"] for part in parts}
    known = uses - {"unknown"}
    use: UseWord = "unknown" if not known else "avoid" if known == {"avoid"} else "ok"
    well = Counter(region for part in parts for region in part["well_in"])
    return {
        "id": line["id"],
        "use": use,
        "severity": _worst(part["severity"] for part in parts),
        "scope": line["verdict"]["scope"],
        "regions": line["verdict"]["regions"],
        "well_in": [one for one in line["regions"] if well[one] == len(parts)],
        "confidence": line["verdict"]["confidence"],
        "since": _since(incidents),
        "vendor_says": of_service(said),
    }


def _reaches(disruption: DisruptionLine, region: str | None) -> bool:
    """Whether it touches who asks. Without a region: whether it touches anybody."""
    return region is None or region in disruption["regions"] or disruption["scope"] in _EVERYWHERE


def _use(
    line: ServiceLine,
    told: Sequence[DisruptionLine],
    cells: Iterable[CellView],
    region: str | None,
) -> UseWord:
    down = [one for one in told if one["state"] == "bad"]
    if any(region in one["regions"] or one["scope"] in _EVERYWHERE for one in down):
        return "avoid"
    seen = [cell for cell in cells if region is None or cell["region"] == region]
    if line["state"] == "unknown" and not told:
        return "unknown"
    if any(one["scope"] == "unknown" for one in down):
        return "unknown"
    return "ok" if any(cell["state"] != "unknown" for cell in seen) else "unknown"


def _scope(
    line: ServiceLine, told: Sequence[DisruptionLine], cells: Iterable[CellView]
) -> ScopeWord:
    if told:
        return next((one["scope"] for one in told if one["state"] == "bad"), told[0]["scope"])
    judged = any(cell["state"] != "unknown" for cell in cells)
    return "none" if judged and line["state"] != "unknown" else "unknown"


def _since(incidents: Sequence[IncidentView]) -> list[Time | None] | None:
    """When the oldest of them began, as an interval."""
    oldest = min(incidents, key=lambda one: one["started_by"], default=None)
    return None if oldest is None else [oldest["started_after"], oldest["started_by"]]


def _worst(severities: Iterable[SeverityWord]) -> SeverityWord:
    return max(severities, key=_SEVERITIES.index, default="operational")


def _no_opinion(target: Target) -> Target:
    return {**target, "use": "unknown", "confidence": 0.0}


def _rank(target: Target) -> tuple[int, int]:
    """What to use first; equal ones stay in the order in which they were asked for."""
    return _USES.index(target["use"]), _SEVERITIES.index(target["severity"])
