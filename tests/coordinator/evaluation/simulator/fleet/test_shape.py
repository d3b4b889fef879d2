"""Shapes: what can be simulated, and what is refused with a sentence."""

import pytest

from coordinator.evaluation.simulator import Shape
from coordinator.evaluation.simulator.world.cell import phase_ms
from worker.contract.standing.schedule import phase


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"regions": 0}, "0 regions cannot be simulated; choose 1 to 50"),
        ({"first_ms": 9_999}, "9999 milliseconds between looks"),
        ({"regions": 51}, "51 regions"),
        ({"workers": 0}, "0 workers a region"),
        ({"workers": 11}, "11 workers a region"),
        ({"interval_ms": 9_999}, "9999 milliseconds between looks"),
        ({"interval_ms": 300_001}, "300001 milliseconds"),
        ({"components": 1}, "1 components of the main service"),
        ({"others": ()}, "0 other services"),
        ({"others": (4, 0)}, "0 components of another service"),
        ({"references": 0}, "0 references"),
        ({"looks": "all"}, "looks must be each or shared, not all"),
    ],
)
def test_what_cannot_be_simulated_is_refused(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Shape(**changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("regions", range(3, 51))
def test_every_fleet_has_a_country_and_a_continent_with_several_regions(regions: int) -> None:
    places = Shape(regions=regions).topology.regions
    assert len({place.id for place in places}) == regions
    for areas in ([place.country for place in places], [place.continent for place in places]):
        assert any(1 < areas.count(area) < len(areas) for area in areas)


def test_the_usual_fleet_is_the_one_of_the_published_table() -> None:
    topology = Shape().topology
    assert len(topology.regions) == 8
    assert [(s.id, len(s.components)) for s in topology.services] == [
        ("aster", 10),
        ("bramble", 4),
        ("cinder", 4),
        ("internet", 4),
    ]
    assert topology.service["internet"].role == "reference"
    assert {check.interval_ms for check in topology.checks} == {30_000}


def test_looks_are_due_when_the_coordinator_would_have_them() -> None:
    topology = Shape().topology
    for check in topology.checks:
        for region in topology.regions:
            assert phase_ms(check, region) == phase(check.id, region.id, check.interval_ms)
