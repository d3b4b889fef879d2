"""The script says what is true, and the player notices everything that is said otherwise."""

from typing import Any

from api.demo.play import Played, differences, truth
from api.demo.script import INCIDENTS, SCRIPT, Claim
from api.demo.watch import View, claim_of
from api.demo.weather import Behaviour, Weather
from api.demo.world import ENDPOINTS, NAMES, REFERENCE, SPOTS, endpoints_of

WELL = {service: (Claim("none"), "") for service in NAMES if service != REFERENCE}
FIT = {spot.id: ("fit", "") for spot in SPOTS}


def verdict(
    scope: str, regions: list[str] | None = None, components: list[str] | None = None
) -> dict[str, Any]:
    """A verdict as the API tells it."""
    return {"scope": scope, "regions": regions or [], "components": components or []}


def test_when_all_is_well_nothing_differs() -> None:
    assert differences(View(WELL, FIT, frozenset()), *truth(SCRIPT[0])) == ""


def test_a_wrong_verdict_and_a_wrong_fitness_are_named() -> None:
    seen = View(
        {**WELL, "aster": (Claim("regional", frozenset({"eu-west"})), "")},
        {**FIT, "us-east": ("unfit", "")},
        frozenset(),
    )
    assert differences(seen, *truth(SCRIPT[0])) == "aster regional in eu-west; us-east unfit"


def test_a_service_that_is_not_there_is_not_well() -> None:
    assert "us-east missing" in differences(View(WELL, {}, frozenset()), *truth(SCRIPT[0]))


def test_only_what_a_scope_speaks_of_is_compared() -> None:
    assert claim_of(verdict("system_wide", ["a", "b"], ["x"])) == Claim("system_wide")
    assert claim_of(verdict("component", ["a", "b"], ["x"])) == Claim(
        "component", components=frozenset("x")
    )
    assert claim_of(verdict("regional", ["a"], ["x"])) == Claim(
        "regional", frozenset("a"), frozenset("x")
    )


def test_a_step_is_right_only_when_it_was_in_time_and_nothing_wrong_was_said() -> None:
    assert not Played("", "").right
    assert Played("", "", took_s=3.0).right
    assert not Played("", "", took_s=3.0, faults=["aster said regional meanwhile"]).right


def test_the_script_ends_with_all_well() -> None:
    weather = Weather()
    for step in SCRIPT:
        step.weather(weather)
    for spot in SPOTS:
        for endpoint in ENDPOINTS:
            assert weather.towards(endpoint, spot.source) is Behaviour.FINE
    assert not SCRIPT[-1].services
    assert not SCRIPT[-1].stopped


def test_what_the_script_says_is_true_of_its_weather() -> None:
    weather = Weather()
    for step in SCRIPT:
        step.weather(weather)
        ill = {
            (spot.id, endpoint.id)
            for spot in SPOTS
            for endpoint in ENDPOINTS
            if weather.towards(endpoint, spot.source) is not Behaviour.FINE
            and step.regions.get(spot.id) != "unfit"
        }
        assert {endpoint.split("/")[0] for _, endpoint in ill} == set(step.services), step.told
        for service, claim in step.services.items():
            components = claim.components or {
                endpoint.component for endpoint in endpoints_of(service)
            }
            regions = claim.regions or {spot.id for spot in SPOTS}
            mine = {pair for pair in ill if pair[1].startswith(f"{service}/")}
            assert mine == {
                (region, f"{service}/{component}") for region in regions for component in components
            }


def test_every_disruption_of_the_script_is_counted_as_one_incident() -> None:
    assert set(INCIDENTS) == {service for step in SCRIPT for service in step.services}
