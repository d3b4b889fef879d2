"""Whether regions look from where they are said to, and from places of their own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coordinator.doctor.finding import Finding, ok, warning
from coordinator.domain.model.standpoint import Standpoint, read_standpoint
from coordinator.domain.vantages.independence import independence_of
from coordinator.geodata.agreement import agreement

Regions = Sequence[Mapping[str, Any]]
Workers = Sequence[Mapping[str, Any]]


def look_at_standpoints(regions: Regions, workers: Workers) -> list[Finding]:
    """Of the regions of a configuration and the workers that are heard: which count as one, and
    whose addresses are in another country.
    """
    real = [region for region in regions if not (region.get("simulated") or region.get("via"))]
    return [_shared(real, workers), _places(real, workers)]


def _shared(regions: Regions, workers: Workers) -> Finding:
    told = {region["id"]: _standpoints(region["id"], workers) for region in regions}
    groups = independence_of(told).groups
    if not groups:
        return ok("vantage points", "no two regions are known to look from one machine or address")
    said = "; ".join(f"{', '.join(group)} look from one machine or address" for group in groups)
    return warning(
        "vantage points",
        f"{said}, and count as one vantage point",
        "run their workers on machines of their own, or mark regions that are only played with"
        " simulated: true",
    )


def _places(regions: Regions, workers: Workers) -> Finding:
    found = {
        region["id"]: agreement(region.get("country", ""), _countries(region["id"], workers))
        for region in regions
    }
    wrong = [
        f"{region} is said to be in {one.claimed} and is seen in {one.observed}"
        for region, one in found.items()
        if one.agrees is False
    ]
    if wrong:
        todo = "correct the country of the region, or find out who reports from there"
        return warning("places", "; ".join(wrong), todo)
    known = sum(one.agrees is True for one in found.values())
    said = f"{known} of {len(found)} regions are seen in the country that they are said to be in"
    return ok("places", f"{said}; of the others it is not known")


def _standpoints(region: str, workers: Workers) -> list[Standpoint]:
    mine = (one["vitals"] or {} for one in workers if one["region"] == region)
    return [read_standpoint(str(vitals.get("standpoint") or "")) for vitals in mine]


def _countries(region: str, workers: Workers) -> Iterable[str | None]:
    return [one["ip_country"] for one in workers if one["region"] == region]
