"""What is known now, put together."""

from api.documents.picture.picture import Picture
from coordinator.configuration import from_document
from tests.api import seeds
from worker.contract.instant import parse_rfc3339

AT = parse_rfc3339("2026-03-01T12:00:00Z")
TOPOLOGY = from_document(seeds.configuration()).topology


def test_before_any_verdict_every_cell_is_unknown_and_says_so() -> None:
    picture = Picture(1, TOPOLOGY)
    detail = picture.detail("claude")
    assert detail is not None
    assert (detail["verdict"]["scope"], detail["verdict"]["reason"]) == (
        "unknown",
        "no verdict yet",
    )
    assert [cell["why"] for cell in detail["verdict"]["cells"]] == ["no verdict yet"] * 15
    assert {region["fitness"] for region in picture.regions} == {"silent"}


def test_references_are_not_listed_among_the_services() -> None:
    assert [service["id"] for service in Picture(1, TOPOLOGY).services] == ["claude", "openai"]


def test_a_reference_can_be_asked_for_and_says_that_it_is_not_judged() -> None:
    detail = Picture(1, TOPOLOGY).detail("internet")
    assert detail is not None
    assert (detail["role"], detail["verdict"]["reason"]) == (
        "reference",
        "a reference is not judged",
    )


def test_cells_follow_the_configuration_and_not_what_stood_before_it() -> None:
    standing = seeds.verdict("openai", AT)
    standing["cells"] = [{**standing["cells"][0], "component": "removed"}, standing["cells"][1]]
    matrix = Picture(2, TOPOLOGY, {"openai": standing}).matrix("openai")
    assert matrix is not None
    pairs = [(cell["component"], cell["region"]) for cell in matrix["cells"]]
    assert pairs == [(part, region) for part in ("api", "chatgpt") for region in seeds.REGIONS]
    assert matrix["cells"][1]["state"] == "well"


def test_a_pair_that_no_check_looks_at_has_no_cell() -> None:
    document = seeds.configuration()
    document["services"][1]["components"][0]["checks"][0]["regions"] = ["eu-west"]
    matrix = Picture(1, from_document(document).topology).matrix("openai")
    assert matrix is not None
    assert [cell["region"] for cell in matrix["cells"] if cell["component"] == "api"] == ["eu-west"]


def test_since_is_the_start_of_the_oldest_open_incident() -> None:
    incidents = [
        {"service": "claude", "started_by": f"2026-03-01T1{hour}:00:00.000Z"} for hour in (2, 1)
    ]
    bad = {"claude": seeds.verdict("claude", AT, "regional", "outage", ["eu-west"])}
    picture = Picture(1, TOPOLOGY, bad, open_incidents=incidents)  # type: ignore[arg-type]
    assert [service["since"] for service in picture.services] == ["2026-03-01T11:00:00.000Z", None]


def test_what_is_well_again_is_not_well_since_its_outage_began() -> None:
    incidents = [{"service": "claude", "started_by": "2026-03-01T11:00:00.000Z"}]
    picture = Picture(
        1, TOPOLOGY, {"claude": seeds.verdict("claude", AT)}, open_incidents=incidents
    )  # type: ignore[arg-type]
    assert picture.services[0]["since"] is None
