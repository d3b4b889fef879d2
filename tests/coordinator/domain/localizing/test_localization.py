"""Whose trouble it is, for one machine that looked once: what must hold of any looks and any fleet,
and the plain cases.
"""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.localizing.localization import Location, Whose, locate
from coordinator.domain.localizing.seen import Link, OwnLook, Reach, Seen
from coordinator.domain.model.rules import Rules

RULES = Rules()
API = frozenset({"api"})
LOOKS = st.lists(
    st.builds(OwnLook, st.sampled_from(["api", "web", "console"]), st.booleans()), max_size=12
)
REFERENCES = st.lists(st.builds(OwnLook, st.sampled_from("abcdef"), st.booleans()), max_size=12)
SEEN = st.builds(Seen, LOOKS, REFERENCES, st.sampled_from(Link))
REACHES = st.builds(
    Reach,
    st.frozensets(st.sampled_from(["api", "web", "console"]), min_size=1),
    st.floats(0, 0.25),
    st.sampled_from([True, False, None]),
    st.floats(0, 1),
)
FLEETS = st.none() | st.lists(REACHES, max_size=4)
ALL_WELL = [Reach(API, 0.0005, True), Reach(API, 0.0005, False, 0.3)]


def looks(*oks: int, of: str = "api") -> list[OwnLook]:
    return [OwnLook(of, bool(ok)) for ok in oks]


def references(*oks: int) -> list[OwnLook]:
    return [OwnLook(f"operator-{place}", bool(ok)) for place, ok in enumerate(oks)]


def found(seen: Seen, fleet: Sequence[Reach] | None) -> Location:
    return locate(seen, fleet, RULES)


WELL = Seen(looks(1, 1), references(1, 1, 1, 1, 1, 1))
FAILS = Seen(looks(0, 0), references(1, 1, 1, 1, 1, 1))
ALL_FAILS = Seen(looks(0, 0), references(0, 0, 0, 0, 0, 0))


@given(SEEN, FLEETS)
def test_the_chances_sum_to_one(seen: Seen, fleet: Sequence[Reach] | None) -> None:
    location = found(seen, fleet)
    assert sum(location.chance.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in location.chance.values())


@given(SEEN, FLEETS)
def test_the_order_of_looks_does_not_matter(seen: Seen, fleet: Sequence[Reach] | None) -> None:
    turned = Seen(seen.service[::-1], seen.references[::-1], seen.link)
    assert found(turned, fleet).chance == pytest.approx(found(seen, fleet).chance)


@given(SEEN, FLEETS)
def test_one_more_operator_that_answers_never_speaks_against_the_machine(
    seen: Seen, fleet: Sequence[Reach] | None
) -> None:
    more = Seen(seen.service, [*seen.references, OwnLook("another", True)], seen.link)
    assert found(more, fleet).here <= found(seen, fleet).here + 1e-9


@given(SEEN, FLEETS)
def test_a_look_that_fails_never_speaks_for_nobody(
    seen: Seen, fleet: Sequence[Reach] | None
) -> None:
    more = Seen([*seen.service, OwnLook("api", False)], seen.references, seen.link)
    assert found(more, fleet).chance[Whose.NOBODY] <= found(seen, fleet).chance[Whose.NOBODY] + 1e-9


@given(SEEN)
def test_without_a_link_it_is_the_machine_rather_than_the_network(seen: Seen) -> None:
    down = found(Seen(seen.service, seen.references, Link.DOWN), ALL_WELL)
    up = found(Seen(seen.service, seen.references, Link.UP), ALL_WELL)
    assert down.chance[Whose.MACHINE] >= down.chance[Whose.NETWORK] - 1e-9
    assert up.chance[Whose.NETWORK] >= up.chance[Whose.MACHINE] - 1e-9


@given(SEEN, st.floats(0, 1))
def test_how_near_a_region_is_moves_blame_between_region_and_here(seen: Seen, near: float) -> None:
    far, close = (found(seen, [Reach(API, 0.9, False, share)]) for share in (0.0, near))
    assert far.chance[Whose.REGION] < 1e-6
    assert close.chance[Whose.REGION] >= far.chance[Whose.REGION]


def test_when_all_is_well_it_is_nobodys() -> None:
    assert found(WELL, ALL_WELL).surely(RULES) is Whose.NOBODY


ONE_OF_THREE = [*looks(0, 0), *looks(1, of="web"), *looks(1, of="console")]


@pytest.mark.parametrize(
    "seen",
    [
        FAILS,
        ALL_FAILS,
        Seen(looks(0), references(1, 1, 1)),
        Seen(ONE_OF_THREE, references(1, 1, 1)),
    ],
)
def test_what_fails_here_alone_is_the_machine_or_its_network(seen: Seen) -> None:
    location = found(seen, ALL_WELL)
    assert location.here >= RULES.claim_share
    assert location.surely(RULES) is None, "which of the two cannot be told"


def test_a_machine_without_a_link_is_told_as_such() -> None:
    seen = Seen(ALL_FAILS.service, ALL_FAILS.references, Link.DOWN)
    assert found(seen, ALL_WELL).surely(RULES) is Whose.MACHINE
    assert found(seen, None).surely(RULES) is Whose.MACHINE


def test_what_fails_everywhere_is_everybodys_even_for_who_reaches_nothing() -> None:
    everywhere = [Reach(API, 0.98, True)]
    for seen in (WELL, FAILS, ALL_FAILS):
        assert found(seen, everywhere).surely(RULES) is Whose.EVERYBODY


def test_what_fails_in_the_regions_near_is_the_regions() -> None:
    assert found(FAILS, [Reach(API, 0.98, False, 1.0)]).surely(RULES) is Whose.REGION
    elsewhere = [Reach(API, 0.98, False, 0.0)]
    assert found(WELL, elsewhere).surely(RULES) is Whose.NOBODY
    assert found(FAILS, elsewhere).here >= RULES.claim_share


def test_what_the_fleet_begins_to_see_is_believed_sooner_with_ones_own_look() -> None:
    begins = [Reach(API, 0.2, True)]
    assert found(FAILS, begins).chance[Whose.EVERYBODY] > 0.8
    assert found(WELL, begins).surely(RULES) is None
    other = Seen(looks(0, 0, of="web"), FAILS.references)
    assert found(other, begins).chance[Whose.EVERYBODY] < 0.5, "another component fails here"


def test_too_few_regions_cannot_tell_one_region_from_all() -> None:
    location = found(FAILS, [Reach(API, 0.98, None, 1.0)])
    assert location.surely(RULES) is None
    assert location.chance[Whose.EVERYBODY] + location.chance[Whose.REGION] > 0.95


def test_without_the_fleet_nobody_can_tell_whose_a_failure_is() -> None:
    location = found(FAILS, None)
    assert location.surely(RULES) is None
    assert location.here < RULES.claim_share
    assert found(ALL_FAILS, None).here >= RULES.claim_share, "nothing is reached from here"


def test_looks_of_one_moment_say_no_more_than_that_blips_are_rare() -> None:
    assert found(FAILS, ALL_WELL).chance[Whose.NOBODY] > 0.01
