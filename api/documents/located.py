"""Whose trouble it is: what one machine saw, weighed with what the fleet sees near it; pure, for
the server and the command line alike.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.here import NEAR, NearRegion, nearest, service_here
from api.documents.picture.picture import Picture
from api.documents.words import SeverityWord
from coordinator.domain.localizing.seen import OwnLook, Reach, Seen
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import HERE

if TYPE_CHECKING:
    from coordinator.domain.localizing.localization import Location

WhoseWord = Literal["machine", "network", "here", "region", "everybody", "nobody", "unknown"]
_EVERYWHERE: Final[Mapping[str, bool | None]] = {
    "regional": False,
    "component": True,
    "system_wide": True,
    "unknown": None,
}


class ReachView(TypedDict):
    """One explanation of what the fleet sees, and how likely it is now."""

    components: list[str]
    chance: Annotated[float, Field(ge=0, le=1)]
    everywhere: Annotated[
        bool | None, Field(description="null where too few regions are heard to tell")
    ]
    near: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="the share of the near regions that it reaches; without any"
            " near ones, of all that are heard",
        ),
    ]


class FleetHere(TypedDict):
    """What the fleet says of a service, as far as it concerns one caller."""

    heard: Annotated[
        bool, Field(description="whether anybody else looks, and is heard; else nothing follows")
    ]
    severity: SeverityWord
    headline: str
    seen_from: Annotated[list[str], Field(description="ids of the near regions that look at it")]
    disrupted_in: Annotated[list[str], Field(description="those of them where it is disrupted")]
    reaches: list[ReachView]


class Chances(TypedDict):
    """How likely it is whose trouble; they sum to 1."""

    machine: float
    network: float
    region: float
    everybody: float
    nobody: float


class SeenHere(TypedDict):
    """What was seen from the caller's machine."""

    looks: int
    failed: int
    references: int
    references_failed: int
    link: Annotated[str, Field(description="`up`, `down` or `unknown`")]


class Located(TypedDict):
    """Whose trouble it is that a service fails, or does not, for one machine."""

    service: str
    whose: Annotated[
        WhoseWord,
        Field(
            description="what may be claimed: `here` is the machine or its network, whichever;"
            " `unknown` that nobody can tell"
        ),
    ]
    sentence: str
    chances: Chances
    fleet: FleetHere | None
    seen: SeenHere


UNHEARD: Final[FleetHere] = {
    "heard": False,
    "severity": "operational",
    "headline": "",
    "seen_from": [],
    "disrupted_in": [],
    "reaches": [],
}


def fleet_here(picture: Picture, service: str, near: Sequence[NearRegion]) -> FleetHere:
    """What the fleet says of a service to whoever these regions are near to."""
    line = picture.lines[service]
    seen = service_here(line, near, silent=picture.silence_ms > 0)
    voting = {cell["region"] for cell in line["cells"] if cell["state"] != "unknown"}
    evidence = picture.service_standings.get(service, {}).get("evidence", {})
    return {
        # this very machine tells nothing that its own look does not
        "heard": picture.silence_ms == 0 and not voting <= {HERE},
        "severity": seen["severity"],
        "headline": seen["headline"],
        "seen_from": seen["seen_from"],
        "disrupted_in": seen["disrupted_in"],
        "reaches": _reaches(evidence, {*seen["seen_from"]} & voting or voting),
    }


def near_to(picture: Picture, country: str | None, region: str | None) -> list[NearRegion]:
    """The regions that speak for a caller: those near its country, or a region that it names and
    those near that. A caller on this machine is where its one region is.
    """
    found = {one["id"]: one for one in picture.regions}.get(region or HERE)
    if found is None or region is None:
        return nearest(picture.regions, country or (found and found["country"]))
    named: NearRegion = {
        "region": found["id"],
        "name": found["name"],
        "fitness": found["fitness"],
        "same_country": True,
        "distance_km": None,
    }
    others = (one for one in nearest(picture.regions, found["country"]) if one["region"] != region)
    return [named, *others][:NEAR]


def located(service: str, seen: Seen, fleet: FleetHere | None, rules: Rules) -> Located:
    """The answer. `fleet` is None when it could not be asked."""
    # the filter's arithmetic takes 12 MB, and few ask this of an API
    from coordinator.domain.localizing.localization import Whose, locate

    heard = fleet if fleet and fleet["heard"] else None
    location = locate(seen, [*map(_reach, heard["reaches"])] if heard else None, rules)
    whose = _whose(location, rules)
    chance = {one: round(value, 4) for one, value in location.chance.items()}
    return {
        "service": service,
        "whose": whose,
        "sentence": _sentence(whose, heard),
        "chances": {
            "machine": chance[Whose.MACHINE],
            "network": chance[Whose.NETWORK],
            "region": chance[Whose.REGION],
            "everybody": chance[Whose.EVERYBODY],
            "nobody": chance[Whose.NOBODY],
        },
        "fleet": fleet,
        "seen": {
            "looks": len(seen.service),
            "failed": _failed(seen.service),
            "references": len(seen.references),
            "references_failed": _failed(seen.references),
            "link": str(seen.link),
        },
    }


def _failed(looks: Sequence[OwnLook]) -> int:
    return sum(not look.ok for look in looks)


def _whose(location: "Location", rules: Rules) -> WhoseWord:
    sure = location.surely(rules)
    if sure is not None:
        return sure.value
    return "here" if location.here >= rules.claim_share else "unknown"


def _sentence(whose: WhoseWord, fleet: FleetHere | None) -> str:
    near, hit = (fleet["seen_from"], fleet["disrupted_in"]) if fleet else ((), ())
    several = f"{len(near)} region{'' if len(near) == 1 else 's'} near you"
    regions = f" ({len(hit)} of {several})" if near else ""
    well = f"; well in {len(near) - len(hit)} of {several}" if near else ""
    blind = "" if fleet else "; nobody else could be asked"
    return {
        "machine": f"your machine{well}",
        "network": f"your network{well}",
        "here": f"your machine or your network{well}",
        "region": f"your region{regions}",
        "everybody": f"everybody{regions}",
        "nobody": f"nobody: nothing is wrong from here{well}{blind}",
        "unknown": f"cannot tell{regions}{blind}",
    }[whose]


def _reaches(evidence: Mapping[str, Any], near: set[str]) -> list[ReachView]:
    """The filter's hypotheses of the moment; what is left of how likely anything is wrong counts
    for all of them.
    """
    told = [one for one in evidence.get("hypotheses", ()) if not one.get("refuted")]
    whole = sum(map(itemgetter("chance"), told))
    scale = max(1.0, evidence.get("wrong", 0.0) / max(whole, 1e-9))
    return [
        {
            "components": one["components"],
            "chance": min(1.0, one["chance"] * scale),
            "everywhere": _EVERYWHERE[one["scope"]],
            "near": len(near.intersection(one["regions"])) / max(1, len(near)),
        }
        for one in told
    ]


def _reach(view: ReachView) -> Reach:
    return Reach(frozenset(view["components"]), view["chance"], view["everywhere"], view["near"])
