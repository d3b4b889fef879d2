"""Where a vendor says that it was, and which of our regions that is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coordinator.domain.model.topology import Region
from coordinator.evaluation.simulator.fleet.placement import round_trip_ms
from coordinator.evaluation.simulator.fleet.places import PLACES

_PLACE: Final[Mapping[str, Region]] = {place.id: place for place in PLACES}

_CODES: Final[Mapping[str, str]] = {
    "asia-east1": "ap-taiwan",
    "asia-east2": "ap-east",
    "asia-northeast1": "ap-northeast",
    "asia-northeast2": "ap-osaka",
    "asia-northeast3": "ap-seoul",
    "asia-south1": "ap-south",
    "asia-south2": "ap-delhi",
    "asia-southeast1": "ap-southeast",
    "asia-southeast2": "ap-jakarta",
    "australia-southeast1": "oc-southeast",
    "australia-southeast2": "oc-melbourne",
    "europe-central2": "eu-warsaw",
    "europe-north1": "eu-finland",
    "europe-southwest1": "eu-madrid",
    "europe-west1": "eu-belgium",
    "europe-west2": "eu-london",
    "europe-west3": "eu-central",
    "europe-west4": "eu-netherlands",
    "europe-west6": "eu-zurich",
    "europe-west8": "eu-south",
    "europe-west9": "eu-paris",
    "me-west1": "me-west",
    "northamerica-northeast1": "ca-central",
    "northamerica-northeast2": "ca-central",
    "southamerica-east1": "sa-east",
    "southamerica-west1": "sa-west",
    "us-central1": "us-central",
    "us-east1": "us-georgia",
    "us-east4": "us-east",
    "us-east5": "us-ohio",
    "us-south1": "us-texas",
    "us-west1": "us-west",
    "us-west2": "us-california",
    "us-west3": "us-utah",
    "us-west4": "us-california",
    "af-south-1": "af-south",
    "ap-east-1": "ap-east",
    "ap-northeast-1": "ap-northeast",
    "ap-northeast-2": "ap-seoul",
    "ap-northeast-3": "ap-osaka",
    "ap-south-1": "ap-south",
    "ap-southeast-1": "ap-southeast",
    "ap-southeast-2": "oc-southeast",
    "ca-central-1": "ca-central",
    "eu-central-1": "eu-central",
    "eu-north-1": "eu-north",
    "eu-south-1": "eu-south",
    "eu-west-1": "eu-west",
    "eu-west-2": "eu-london",
    "eu-west-3": "eu-paris",
    "me-south-1": "me-bahrain",
    "sa-east-1": "sa-east",
    "us-east-1": "us-east",
    "us-east-2": "us-ohio",
    "us-gov-east-1": "us-ohio",
    "us-gov-west-1": "us-west",
    "us-west-1": "us-california",
    "us-west-2": "us-west",
}
_NAMES: Final[Mapping[str, str]] = {
    "n. virginia": "us-east",
    "ohio": "us-ohio",
    "oregon": "us-west",
    "n. california": "us-california",
    "govcloud": "us-west",
    "us-west": "us-west",
    "us-east": "us-east",
    "east us": "us-east",
    "eastern us": "us-east",
    "west us": "us-california",
    "south central us": "us-texas",
    "west central us": "us-utah",
    "central us": "us-central",
    "montreal": "ca-central",
    "sao paulo": "sa-east",
    "brazil": "sa-east",
    "argentina": "sa-west",
    "ireland": "eu-west",
    "north europe": "eu-west",
    "west europe": "eu-netherlands",
    "london": "eu-london",
    "united kingdom": "eu-london",
    "frankfurt": "eu-central",
    "paris": "eu-paris",
    "stockholm": "eu-north",
    "milan": "eu-south",
    "cape town": "af-south",
    "tokyo": "ap-northeast",
    "japan": "ap-northeast",
    "osaka": "ap-osaka",
    "seoul": "ap-seoul",
    "hong kong": "ap-east",
    "china": "ap-east",
    "singapore": "ap-southeast",
    "southeast asia": "ap-southeast",
    "mumbai": "ap-south",
    "sydney": "oc-southeast",
    "australia": "oc-southeast",
    "middle east": "me-central",
}
_CONTINENTS: Final[Mapping[str, str]] = {
    "north america": "NA",
    "south america": "SA",
    "europe": "EU",
    "africa": "AF",
    "asia": "AS",
    "us": "NA",
    "eu": "EU",
}
_EVERYWHERE: Final = re.compile(
    r"\b(global|globally|worldwide|all regions|multiple regions|multi-?regions?)\b"
)
_CODE: Final = re.compile(r"[a-z]+(?:-gov)?-[a-z]+-?\d")
_GROUP: Final = 3
"""So many places on one continent are the continent."""
_MANY: Final = 4
"""So many continents are everywhere."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Places and whole continents, or everywhere."""

    everywhere: bool = False
    places: frozenset[str] = frozenset()
    continents: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.places or self.continents)


def located(text: str) -> Reach:
    """Where that is; false when the text does not say."""
    said = text.lower()
    codes = frozenset(_CODES[code] for code in _CODE.findall(said) if code in _CODES)
    if codes:
        return _widened(codes)
    if _EVERYWHERE.search(said):
        return Reach(everywhere=True)
    names = set()
    for name in sorted(_NAMES, key=len, reverse=True):
        if re.search(rf"\b{re.escape(name)}\b", said):
            names.add(_NAMES[name])
            said = said.replace(name, " ")
    continents = frozenset(
        code for name, code in _CONTINENTS.items() if re.search(rf"\b{name}\b", said)
    )
    return Reach(places=frozenset(names), continents=continents)


def _widened(places: frozenset[str]) -> Reach:
    """Many places of one continent are the continent; many continents are everywhere."""
    on = [_PLACE[place].continent for place in places]
    whole = frozenset(continent for continent in on if on.count(continent) >= _GROUP)
    if len(whole) >= _MANY or len(set(on)) > _MANY:
        return Reach(everywhere=True)
    return Reach(
        places=frozenset(p for p in places if _PLACE[p].continent not in whole), continents=whole
    )


def regions_in(reach: Reach, regions: Sequence[Region]) -> tuple[str, ...]:
    """Which of these regions it is: for a place the nearest, on its continent if any is there."""
    if reach.everywhere:
        return tuple(region.id for region in regions)
    found = {region.id for region in regions if region.continent in reach.continents}
    found |= {_nearest(_PLACE[place], regions).id for place in reach.places}
    return tuple(region.id for region in regions if region.id in found)


def _nearest(place: Region, regions: Iterable[Region]) -> Region:
    return min(
        regions,
        key=lambda region: (region.continent != place.continent, round_trip_ms(place, region)),
    )
