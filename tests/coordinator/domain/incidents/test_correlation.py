from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.incidents.correlation import shared_causes, without_cause
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity
from tests.coordinator.domain.handmade import RULES, at


def incident(
    service: str, began: float, regions: Sequence[str] = ("r1", "r2"), name: str = ""
) -> Incident:
    return Incident(
        id=name or f"{service}-{began:g}",
        service=service,
        severity=Severity.OUTAGE,
        scope=Scope.REGIONAL,
        regions=tuple(regions),
        components=("c1",),
        opened_at=at(began + 30),
        started_after=at(began - 5),
        started_by=at(began),
    )


def test_incidents_of_several_services_that_began_together_share_the_first() -> None:
    found = shared_causes([incident("b", 60), incident("a", 0), incident("c", 120)], RULES)
    assert found == {"b-60": "a-0", "c-120": "a-0"}


@pytest.mark.parametrize(("apart", "together"), [(180, True), (180.001, False)])
def test_they_began_within_three_minutes(apart: float, together: bool) -> None:
    assert bool(shared_causes([incident("a", 0), incident("b", apart)], RULES)) is together


def test_a_chain_has_one_cause_however_long_it_grows() -> None:
    chain = [incident(name, 150.0 * place) for place, name in enumerate("abcd")]
    assert set(shared_causes(chain, RULES).values()) == {"a-0"}


@pytest.mark.parametrize(
    ("regions", "together"),
    [
        (("r1", "r2"), True),
        (("r1",), True),
        (("r1", "r2", "r3", "r4"), True),
        (("r2", "r3"), False),
        (("r9",), False),
    ],
)
def test_half_of_their_regions_are_the_same(regions: Sequence[str], together: bool) -> None:
    assert bool(shared_causes([incident("a", 0), incident("b", 10, regions)], RULES)) is together


def test_two_incidents_of_one_service_are_two() -> None:
    assert shared_causes([incident("a", 0), incident("a", 10)], RULES) == {}


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.integers(0, 600),
            st.sets(st.sampled_from(["r1", "r2", "r3"]), min_size=1),
        ),
        max_size=7,
    ),
    st.randoms(),
)
def test_the_order_never_matters_and_a_cause_has_no_cause(
    announced: list[tuple[str, int, set[str]]], random: Random
) -> None:
    incidents = [
        incident(service, began, sorted(where), f"{n}")
        for n, (service, began, where) in enumerate(announced)
    ]
    found = shared_causes(incidents, RULES)
    mixed = random.sample(incidents, len(incidents))
    assert shared_causes(mixed, RULES) == found
    assert not set(found) & set(found.values())
    began = {one.id: one.started_by for one in incidents}
    assert all(began[cause] <= began[effect] for effect, cause in found.items())


def test_what_was_withdrawn_is_no_cause_any_more() -> None:
    of_it, of_another = (replace(incident(name, 60), cause=name) for name in ("a", "b"))
    assert without_cause([of_it, of_another, incident("c", 0)], {"a"}) == {of_it.id: ""}
