"""Is it me? Where the caller is, who looks from near there, and what they see: pure."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.fleet import RegionView
from api.documents.picture.picture import Picture
from api.documents.services import ServiceLine
from api.documents.words import FitnessWord, SeverityWord, StateWord
from coordinator.geodata.countries import centre
from coordinator.geodata.places import Place

NEAR: Final = 3
"""So many regions speak for a caller."""
_EARTH_KM: Final = 6371.0
_EVERYWHERE: Final = ("component", "system_wide")

ConcernWord = Literal["everybody", "region", "elsewhere", "nobody", "unknown"]


class NearRegion(TypedDict):
    """A region that looks from near the caller."""

    region: str
    name: str
    fitness: FitnessWord
    same_country: bool
    distance_km: Annotated[
        int | None,
        Field(description="from the middle of the caller's country, for more is not known of it"),
    ]


class ServiceHere(TypedDict):
    """A service as it is seen from near the caller."""

    id: str
    name: str
    concerns: Annotated[
        ConcernWord,
        Field(
            description="whom what is wrong concerns: `everybody`; the caller's `region`; people"
            " `elsewhere`; `nobody`, for all is well; `unknown` where nobody near can tell. What"
            " concerns nobody near and does not work for you is you, or your network"
        ),
    ]
    state: Annotated[
        StateWord,
        Field(
            description="how it is as a whole; `unknown` where nobody can tell, and then"
            " `severity` says only that nothing bad was found"
        ),
    ]
    severity: SeverityWord
    headline: str
    seen_from: Annotated[list[str], Field(description="ids of the near regions that look at it")]
    disrupted_in: Annotated[list[str], Field(description="those of them where it is disrupted")]
    confidence: Annotated[float, Field(ge=0, le=1)]


class Whose(TypedDict):
    """Who asks."""

    address: str
    country: Annotated[str | None, Field(description="ISO 3166; null when it is not known")]
    asn: Annotated[int | None, Field(description="number of the network; null when not known")]


class Here(Whose):
    """The caller's place, and all services as seen from there."""

    latitude: Annotated[
        float | None, Field(description="of the middle of the country; null when it is not known")
    ]
    longitude: Annotated[float | None, Field(description="likewise")]
    near: list[NearRegion]
    services: list[ServiceHere]


def here(picture: Picture, address: str, place: Place, only: Sequence[str] = ()) -> Here:
    """What is told to a caller from `address`. Where nothing is known of its place nobody is near,
    and only what concerns everybody is told.
    """
    near = nearest(picture.regions, place.country)
    middle = centre(place.country) if place.country else None
    chosen = [line for line in picture.lines.values() if not only or line["id"] in only]
    return {
        **whose(address, place),
        "latitude": middle.latitude if middle else None,
        "longitude": middle.longitude if middle else None,
        "near": near,
        "services": [service_here(line, near, silent=picture.silence_ms > 0) for line in chosen],
    }


def whose(address: str, place: Place) -> Whose:
    """How what is told to a caller begins; the rest of it goes by the country alone."""
    return {"address": address, "country": place.country, "asn": place.asn}


def nearest(regions: Sequence[RegionView], country: str | None) -> list[NearRegion]:
    """The regions nearest to a country that may speak for it, the nearest first: its own before
    others; without a country none.
    """
    if country is None:
        return []
    found: list[NearRegion] = [
        {
            "region": region["id"],
            "name": region["name"],
            "fitness": region["fitness"],
            "same_country": region["country"] == country,
            "distance_km": _distance_km(country, region),
        }
        for region in regions
        if not region["simulated"] and region["fitness"] == "fit"
    ]
    placed = [one for one in found if one["same_country"] or one["distance_km"] is not None]
    placed.sort(key=lambda one: (not one["same_country"], one["distance_km"] or 0))
    return placed[:NEAR]


def service_here(line: ServiceLine, near: Sequence[NearRegion], *, silent: bool) -> ServiceHere:
    """A service as it is seen from the regions near somebody."""
    looking = [one["region"] for one in near if one["region"] in line["regions"]]
    reached = {region for one in line["disruptions"] for region in one["regions"]}
    disrupted = [region for region in looking if region in reached]
    return {
        "id": line["id"],
        "name": line["name"],
        "concerns": "unknown" if silent else _concerns(line, looking, disrupted),
        "state": "unknown" if silent else line["state"],
        "severity": line["verdict"]["severity"],
        "headline": line["headline"],
        "seen_from": looking,
        "disrupted_in": disrupted,
        "confidence": line["verdict"]["confidence"],
    }


def _concerns(line: ServiceLine, looking: Sequence[str], disrupted: Sequence[str]) -> ConcernWord:
    if any(one["scope"] in _EVERYWHERE for one in line["disruptions"]):
        return "everybody"
    if disrupted:
        return "region"
    voting = {cell["region"] for cell in line["cells"] if cell["state"] != "unknown"}
    if line["state"] == "unknown" or not voting.intersection(looking):
        return "unknown"
    return "elsewhere" if line["disruptions"] else "nobody"


def _distance_km(country: str, region: RegionView) -> int | None:
    """Along the great circle (haversine)."""
    begin, end = centre(country), _point(region)
    if begin is None or end is None:
        return None
    north, south = radians(begin.latitude), radians(end[0])
    across = radians(end[1] - begin.longitude)
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return round(2 * _EARTH_KM * asin(min(1.0, sqrt(chord))))


def _point(region: RegionView) -> tuple[float, float] | None:
    if region["latitude"] is not None and region["longitude"] is not None:
        return region["latitude"], region["longitude"]
    middle = centre(region["country"]) if region["country"] else None
    return (middle.latitude, middle.longitude) if middle else None
