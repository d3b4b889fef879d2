"""Several disruptions of one service, each in a few words."""

from typing import Any

from api.documents.picture.picture import Picture
from coordinator.configuration import from_document
from tests.api import seeds
from worker.contract.instant import parse_rfc3339

AT = parse_rfc3339("2026-03-01T12:00:00Z")
TOPOLOGY = from_document(seeds.configuration()).topology
EVERYWHERE = list(seeds.REGIONS)


def disruption(
    scope: str, regions: list[str], components: list[str], *, slow: bool = False
) -> dict[str, Any]:
    reach = {"scope": scope, "regions": regions, "components": components}
    return {**reach, "slow": slow, "group": "", "at_least": False}


def claude(*disruptions: dict[str, Any]) -> Any:
    """Claude as the page shows it when its API fails everywhere and these disruptions are told
    apart.
    """
    fleet = {region: {"fitness": "fit", "why": ""} for region in seeds.REGIONS}
    standing = seeds.verdict("claude", AT, "component", "outage", EVERYWHERE, ["api"])
    standing["evidence"]["disruptions"] = list(disruptions)
    return Picture(1, TOPOLOGY, {"claude": standing}, fleet).services[0]


def test_one_disruption_is_told_as_the_verdict_is() -> None:
    found = claude(disruption("component", EVERYWHERE, ["api"]))
    assert found["headline"] == "API down everywhere"
    assert [one["headline"] for one in found["disruptions"]] == ["API down everywhere"]


def test_of_several_the_widest_leads_and_the_others_are_counted() -> None:
    narrow = disruption("regional", ["eu-west"], ["web"])
    wide = disruption("component", EVERYWHERE, ["api"])
    found = claude(narrow, wide)
    assert found["headline"] == "API down everywhere, and 1 more disruption"
    assert [one["scope"] for one in found["disruptions"]] == ["regional", "component"]
    assert claude(wide, narrow, narrow)["headline"] == "API down everywhere, and 2 more disruptions"


def test_each_has_the_severity_of_its_own_looks() -> None:
    down = disruption("regional", ["eu-west"], ["api"])
    partly = disruption("regional", ["eu-west"], ["api", "web", "console"])
    slow = disruption("regional", ["us-east"], ["api"], slow=True)
    told = [(one["state"], one["headline"]) for one in claude(down, partly, slow)["disruptions"]]
    assert told == [
        ("bad", "API disrupted in Ireland (1 of 5 regions)"),
        ("degraded", "Degraded in Ireland (1 of 5 regions)"),
        ("degraded", "API slow in Virginia (1 of 5 regions)"),
    ]


def test_the_severity_that_the_judge_tells_stands() -> None:
    told = {**disruption("regional", ["eu-west"], ["api"]), "severity": "degraded"}
    assert [one["state"] for one in claude(told)["disruptions"]] == ["degraded"]


def test_a_verdict_of_an_older_version_tells_none_apart() -> None:
    standing = {
        **seeds.verdict("claude", AT, "component", "outage", EVERYWHERE, ["api"]),
        "evidence": {},
    }
    found = Picture(1, TOPOLOGY, {"claude": standing}).services[0]
    assert (found["disruptions"], found["headline"][:8]) == ([], "API down")
