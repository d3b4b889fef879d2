"""Looks that people wish for have numbers that nobody else's look has."""

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.schedule.wishes import (
    WISHED_FROM,
    Came,
    Taken,
    Wished,
    numbered,
    over_by,
)
from worker.contract.result import MOST_ATTEMPTS

NAMES = ("quick", "slow")
REGIONS = ("eu-west", "us-east")
TOPOLOGY = Topology(
    checks=tuple(
        Check(name, "claude", "api", "http", interval_ms, 1_000, REGIONS)
        for name, interval_ms in zip(NAMES, (2_000, 60_000), strict=True)
    )
)
places = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(REGIONS)), unique=True, min_size=1
)
wishes = places.map(lambda found: [Wished(*place) for place in found])


@given(st.lists(st.tuples(st.integers(0, 90_000), wishes), max_size=40))
def test_no_two_looks_of_a_slot_have_one_number(asked: list[tuple[int, list[Wished]]]) -> None:
    before: list[Taken] = []
    seen: set[tuple[str, str, int, int]] = set()
    for at, looks in sorted(asked, key=lambda one: one[0]):
        made = numbered(looks, before, TOPOLOGY, at)
        before.append((at, made))
        for look in made:
            key = (look.check, look.region, TOPOLOGY.check[look.check].slot(at), look.attempt)
            assert (look.came is Came.TOO_OFTEN) == (look.attempt == 0)
            assert look.attempt == 0 or WISHED_FROM <= look.attempt < MOST_ATTEMPTS
            assert look.attempt == 0 or key not in seen
            seen.add(key)


def test_a_slot_has_so_many_and_the_next_slot_as_many_again() -> None:
    wish = Wished("slow", "eu-west")
    full: list[Taken] = [(0, [wish._replace(attempt=n)]) for n in range(WISHED_FROM, MOST_ATTEMPTS)]
    assert numbered([wish], full, TOPOLOGY, 59_999)[0].came is Came.TOO_OFTEN
    assert numbered([wish], full, TOPOLOGY, 60_000)[0].attempt == WISHED_FROM
    capped = [(0, [look._replace(came=Came.CAPPED)]) for _, (look,) in full]
    assert numbered([wish], capped, TOPOLOGY, 0)[0].attempt == WISHED_FROM


def test_what_is_not_configured_is_said_and_holds_nothing_up() -> None:
    looks = [Wished("gone", "eu-west"), Wished("slow", "mars")]
    found = numbered(looks, [(0, looks)], TOPOLOGY, 0)
    assert {look.came for look in found} == {Came.NOT_CONFIGURED}
    assert over_by(looks[:1], TOPOLOGY, 5) == over_by([], TOPOLOGY, 5)
