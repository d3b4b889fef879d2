"""The scope of a claim, how far it is trusted, and how far it is kept."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference.claim import Claim, confidence_cap, scope_of, within
from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope
from tests.coordinator.domain.handmade import RULES, at, coverage_of, some_axes
from tests.coordinator.domain.inference.claimed_cells import (
    ALL_COMPONENTS,
    ALL_REGIONS,
    cells,
    votes_in,
)


def scope(
    bad: Iterable[int],
    heard: int,
    enabled: int,
    *,
    looked: Iterable[int] | None = None,
    rules: Rules = RULES,
    components: tuple[int, int] = (1, 1),
) -> Scope:
    """The scope when these regions fail, the first so many are heard, so many should look;
    (failing, judged).
    """
    axes = some_axes(components[1], enabled)
    coverage = coverage_of(axes, votes_in(range(heard), enabled, components[1]))
    seen = np.zeros(enabled, dtype=np.bool_)
    seen[list(range(heard) if looked is None else looked)] = True
    return scope_of(Hypothesis(tuple(range(components[0])), tuple(bad), 0.0), coverage, seen, rules)


@pytest.mark.parametrize("enabled", range(1, 9))
@pytest.mark.parametrize(
    "rules", [RULES, Rules(enough_regions=1), Rules(enough_regions=0, enough_share=0.0)]
)
def test_one_region_alone_is_never_everywhere_whatever_the_rules_say(
    enabled: int, rules: Rules
) -> None:
    assert scope([0], heard=1, enabled=enabled, rules=rules) is Scope.UNKNOWN


@pytest.mark.parametrize(
    ("heard", "expected"), [(1, "unknown"), (2, "unknown"), (3, "system_wide")]
)
def test_fewer_than_three_regions_cannot_say_that_it_is_everywhere(
    heard: int, expected: str
) -> None:
    assert scope(range(heard), heard, heard) == expected
    assert scope(range(2), 2, 2, rules=Rules(enough_regions=2)) is Scope.SYSTEM_WIDE


@pytest.mark.parametrize(
    ("heard", "enabled", "expected"),
    [
        (3, 6, "system_wide"),
        (3, 7, "unknown"),
        (4, 8, "system_wide"),
        (4, 9, "unknown"),
        (5, 40, "unknown"),
    ],
)
def test_under_half_of_those_that_should_look_cannot_say_that_it_is_everywhere(
    heard: int, enabled: int, expected: str
) -> None:
    assert scope(range(heard), heard, enabled) == expected


@pytest.mark.parametrize(
    ("bad", "heard", "expected"),
    [
        (5, 5, "system_wide"),
        (4, 5, "system_wide"),
        (3, 5, "regional"),
        (3, 4, "regional"),
        (7, 8, "system_wide"),
        (6, 8, "regional"),
        (1, 2, "regional"),
    ],
)
def test_nearly_all_of_the_regions_heard_is_everywhere(bad: int, heard: int, expected: str) -> None:
    assert scope(range(bad), heard, heard) == expected


def test_regions_that_are_not_heard_count_neither_way() -> None:
    assert scope(range(5), heard=4, enabled=5) is Scope.SYSTEM_WIDE
    assert scope([0, 1, 3, 4], heard=3, enabled=5) is Scope.REGIONAL, (
        "two of the three that are heard"
    )


def test_a_region_that_is_heard_but_was_not_looked_from_since_says_nothing_yet() -> None:
    assert scope(range(5), 5, 5, looked=[0, 1, 2]) is Scope.SYSTEM_WIDE
    assert scope(range(5), 5, 5, looked=[0, 1]) is Scope.UNKNOWN


@pytest.mark.parametrize(
    ("failing", "judged", "expected"),
    [
        (1, 1, "system_wide"),
        (1, 2, "component"),
        (3, 4, "component"),
        (4, 5, "system_wide"),
        (5, 5, "system_wide"),
    ],
)
def test_nearly_all_components_are_the_whole_service(
    failing: int, judged: int, expected: str
) -> None:
    assert scope(range(4), 4, 4, components=(failing, judged)) == expected


@settings(max_examples=100)
@given(st.integers(1, 8), st.integers(0, 8), st.sets(st.integers(0, 7), min_size=1), st.booleans())
def test_what_is_said_to_be_everywhere_was_heard_nearly_everywhere(
    enabled: int, heard: int, bad: set[int], every_component: bool
) -> None:
    heard = min(heard, enabled)
    there = sorted(region for region in bad if region < enabled)
    found = scope(there, heard, enabled, components=(2 if every_component else 1, 2))
    failing = sum(region < heard for region in there)
    if found in (Scope.SYSTEM_WIDE, Scope.COMPONENT):
        assert heard >= 3
        assert 2 * heard >= enabled
        assert failing >= 0.8 * heard
        assert (found is Scope.SYSTEM_WIDE) == every_component
    elif found is Scope.REGIONAL:
        assert failing < 0.8 * heard


@pytest.mark.parametrize(
    ("regions", "cap"),
    [(0, 0.0), (1, 0.6), (2, 0.7), (3, 0.8), (4, 0.8), (5, 0.95), (7, 0.95), (8, 0.99), (99, 0.99)],
)
def test_a_claim_is_trusted_by_how_much_of_everywhere_was_heard_and_never_wholly(
    regions: int, cap: float
) -> None:
    assert confidence_cap(regions) == cap


def test_regions_and_components_are_heard_where_any_cell_of_them_votes() -> None:
    votes = np.array([[True, False, False], [False, True, False]])
    coverage = coverage_of(some_axes(2, 3), votes)
    assert coverage.heard([0]).tolist() == [True, False, False]
    assert coverage.heard([0, 1]).tolist() == [True, True, False]
    assert coverage.regions_heard() == 2


def test_a_claim_is_kept_as_far_as_its_cells_are_still_looked_at() -> None:
    claim = Claim(Scope.REGIONAL, cells((0, 1), (0, 1)), ("r1", "r2"), ("c1", "c2"), 0.95)
    assert within(claim, cells(ALL_COMPONENTS, ALL_REGIONS)) is claim
    less = within(claim, cells(ALL_COMPONENTS, (1, 2)))
    assert (less.cells, less.regions, less.components) == (
        cells((0, 1), (1,)),
        ("r2",),
        ("c1", "c2"),
    )
    assert within(claim, []).cells == frozenset()


def test_how_likely_and_since_when_do_not_make_another_claim() -> None:
    claim = Claim(Scope.REGIONAL, cells((0,), (0,)), ("r1",), ("c1",), 0.95)
    assert claim.says() == replace(claim, chance=0.99, since=at(9), slow=True).says()
    assert claim.says() != replace(claim, cells=cells((0,), (0, 1))).says()
