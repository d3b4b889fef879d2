"""Regions that are borrowed, as a file writes them: who is looked at from there, and how rarely."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.configuration import parameter_models
from coordinator.configuration import (
    DEFAULT,
    Configuration,
    ConfigurationError,
    load_configuration,
    with_borrowed,
)
from worker.contract.borrowing.rules import FREE_TESTS

Load = Callable[..., Configuration]

TEXT = """\
regions:
  - {{id: here, country: DE, continent: EU, latitude: 52.5, longitude: 13.4}}
  - {{id: gp, country: JP, continent: AS, latitude: 35.7, longitude: 139.7{region}}}
{more}
services:
  - id: shop
    components:
      - id: web
        checks:
          - {{id: page, kind: http, url: "https://shop.example.com/"{page}}}
          - {{id: port, kind: tcp, host: shop.example.com, port: 443}}
          - {{id: name, kind: dns, name: shop.example.com, interval: 1m}}
  - id: net
    role: reference
    components:
      - {{id: a, checks: [{{id: ref, kind: http, url: "https://net.example.org/"}}]}}
"""
BORROWED = ", via: globalping, location: {country: JP}"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def written(region: str = BORROWED, more: str = "", page: str = "") -> Configuration:
        path = tmp_path / "outscope.yaml"
        path.write_text(TEXT.format(region=region, more=more, page=page))
        return load_configuration(path, parameter_models())

    return written


def looked_at(configuration: Configuration) -> set[str]:
    return {check.id for check in configuration.topology.checks if "gp" in check.regions}


def wrong(load: Load, **told: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        load(**told)
    return str(error.value)


def test_what_can_be_looked_at_from_there_is_and_all_else_is_from_elsewhere(load: Load) -> None:
    found = load()
    assert looked_at(found) == {"page", "name"}
    assert all("here" in check.regions for check in found.topology.checks)


def test_regular_looks_are_as_rare_as_the_tests_of_an_hour_allow(load: Load) -> None:
    for more, tests in (
        ("", FREE_TESTS / 2),
        ("globalping: {tests_per_hour: 20, keep: 0.25}", 15),
        ("globalping: {tests_per_hour: 1000}", 500),
    ):
        region = load(more=more).topology.region["gp"]
        asked = (120 + 60) / region.stride
        assert asked <= tests
        assert region.stride == 1 or (120 + 60) / (region.stride - 1) > tests


def test_probes_that_look_together_cost_a_test_each(load: Load) -> None:
    three = load(region=", via: globalping, location: {city: Tokyo, limit: 3}")
    assert three.topology.region["gp"].stride == 5
    assert three.topology.region["gp"].location["city"] == "Tokyo"


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ({"page": ", borrowed: false"}, {"name"}),
        ({"more": "globalping: {hosts: [.example.org]}"}, set()),
        ({"more": "globalping: {hosts: [.example.com]}"}, {"page", "name"}),
        ({"page": ", method: POST"}, {"name"}),
        ({"page": ", headers: {X-Api-Key: abc}"}, {"name"}),
        ({"page": ", auth: {bearer: '${env:OUTSCOPE_SECRET_SHOP}'}"}, {"name"}),
        ({"page": ", http_version: '3'"}, {"name"}),
    ],
)
def test_a_check_or_a_host_that_must_stay_here_does(
    load: Load, told: dict[str, str], seen: set[str]
) -> None:
    assert looked_at(load(**told)) == seen


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"region": ", via: globalping"}, "regions[1].location"),
        ({"region": ", location: {country: JP}"}, "via: globalping"),
        ({"region": ", via: globalping, location: {limit: 2}"}, "must name a place"),
        ({"region": ", via: globalping, location: {country: Japan}"}, "country"),
        ({"region": ", via: pigeon, location: {country: JP}"}, "via"),
        ({"region": ", via: globalping, location: {country: JP, limit: 99}"}, "limit"),
        ({"page": ", regions: [gp], borrowed: false"}, "it says borrowed: false"),
        ({"page": ", regions: [gp], method: PUT"}, "name regions of your own"),
        ({"more": "globalping: {keep: 2}"}, "keep"),
        ({"more": "globalping: {hosts: ['a b']}"}, "hosts"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(
    load: Load, told: dict[str, str], said: str
) -> None:
    assert said in wrong(load, **told)


def test_the_catalog_adds_eight_places_on_six_continents_once() -> None:
    found = with_borrowed(load_configuration(DEFAULT, parameter_models()))
    borrowed = [region for region in found.topology.regions if region.via]
    assert len(borrowed) == 8
    assert {region.continent for region in borrowed} == {"AF", "AS", "EU", "NA", "OC", "SA"}
    assert with_borrowed(found) is found
