"""Which sets of components and of regions are tried."""

from collections.abc import Sequence
from inspect import isgeneratorfunction
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference import families
from coordinator.domain.inference.families import (
    COMPONENTS,
    PREFIXES_AT_MOST,
    REGIONS,
    component_sets,
    suspicion_of,
)
from coordinator.domain.inference.hypotheses import Group, price_of
from coordinator.domain.inference.reaches import reaches
from tests.coordinator.domain.handmade import RULES
from tests.coordinator.domain.inference import plain_families

ALL = np.ones(6, dtype=np.bool_)


def sets_of(
    found: Sequence[np.ndarray], voting: np.ndarray, groups: Sequence[Group]
) -> dict[tuple[int, ...], str]:
    """The sets of regions that are tried, by the evidence, who votes and what is shared."""
    suspicion = suspicion_of([run[None] for run in found], voting[None], groups)
    return {reach.regions: reach.group for reach in reaches([(0,)], suspicion, [], 1, RULES)}


def runs(*worth: float) -> list[np.ndarray]:
    return [np.array(worth, dtype=float)]


evidences = st.lists(st.floats(0, 30), min_size=12, max_size=12).map(
    lambda nats: np.array(nats).reshape(3, 4)
)


@settings(max_examples=50)
@given(evidences)
def test_all_components_and_each_are_always_tried_each_set_once(cells: np.ndarray) -> None:
    found = component_sets(cells)
    assert {(0, 1, 2), (0,), (1,), (2,)} <= set(found)
    assert len(found) == len(set(found))
    assert all(components == tuple(sorted(components)) for components in found)


def test_the_most_suspicious_components_are_tried_together() -> None:
    cells = np.zeros((5, 4))
    cells[1], cells[3], cells[4, :2] = 5, 4, 4
    found = component_sets(cells)
    assert (1, 3) in found
    assert (1, 3, 4) in found
    assert (1, 4) not in found


def test_components_that_are_suspicious_in_one_region_are_tried_together() -> None:
    cells = np.zeros((5, 4))
    cells[[0, 2], 3] = 3.5
    assert (0, 2) in component_sets(cells)
    cells[2, 3] = 2.9
    assert (0, 2) not in component_sets(cells)


def test_one_cell_counts_for_no_more_than_being_quite_sure_of_it() -> None:
    """Else a component that is hopeless in one region would hide one that is suspicious in many."""
    cells = np.zeros((3, 6))
    cells[0, 0], cells[1], cells[2, 4:] = 100, 2, 5
    assert (1, 2) in component_sets(cells)


def test_everywhere_is_always_tried_and_nobody_who_does_not_vote() -> None:
    votes = np.array([True, True, False, True, True, False])
    assert sets_of(runs(0, 0, 0, 0, 0, 0), votes, []) == {(0, 1, 3, 4): "everywhere"}
    found = sets_of(runs(9, 9, 9, 9, 9, 9), votes, [Group("country IE", frozenset({1, 2, 3}))])
    assert not {2, 5} & {region for regions in found for region in regions}
    assert found[1, 3] == "country IE"


@settings(max_examples=50)
@given(
    st.lists(st.floats(0, 30), min_size=6, max_size=6),
    st.lists(st.floats(0, 30), min_size=6, max_size=6),
)
def test_each_suspect_alone_and_the_most_suspicious_together_are_tried(
    one: list[float], other: list[float]
) -> None:
    found = sets_of([*runs(*one), *runs(*other)], ALL, [])
    assert len(found) <= 1 + 6 + 2 * PREFIXES_AT_MOST
    for worth in (one, other):
        order = sorted((r for r in range(6) if worth[r] > 0.5), key=lambda r: (-worth[r], r))
        for size in range(1, len(order) + 1):
            assert tuple(sorted(order[:size])) in found
    unsuspicious = [r for r in range(6) if one[r] <= 0.5 and other[r] <= 0.5]
    assert not any((r,) in found for r in unsuspicious)


def test_of_very_many_suspects_the_most_suspicious_dozen_and_all_are_tried() -> None:
    worth = np.arange(1.0, 41.0)
    found = sets_of([worth], np.ones(60, dtype=np.bool_)[:40], [])
    sizes = sorted({len(regions) for regions in found})
    assert sizes == [*range(1, PREFIXES_AT_MOST + 1), 40]
    assert (38, 39) in found


def test_a_group_is_tried_when_one_of_it_is_suspicious_and_it_is_not_everyone() -> None:
    pair, all_of_them, lonely = (
        Group("country IE", frozenset({0, 1})),
        Group("continent EU", frozenset(range(6))),
        Group("edge FRA", frozenset({5, 7})),
    )
    groups = [pair, all_of_them, lonely]
    found = sets_of(runs(9, 0, 0, 0, 0, 9), ALL, groups)
    assert found[0, 1] == "country IE"
    assert found[tuple(range(6))] == "everywhere"
    assert found[5,] == "", "one region of a group is one region"
    assert (0, 1) not in sets_of(runs(0, 0, 9, 9, 0, 0), ALL, groups)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.sampled_from([1, 2, 7, 15, 33, 70]))
def test_reaches_equal_those_made_set_by_set(seed: int, count: int, regions: int) -> None:
    random = Random(seed)
    candidates = [tuple(range(place + 1)) for place in range(count)]
    voting = np.array([[random.random() < 0.8 for _ in range(regions)] for _ in candidates])
    voting[:, random.randrange(regions)] = True
    shape, worth = (count, regions), [0.0, 0.4, 0.7, 3, 3, random.expovariate(0.1)]
    found = [np.array(random.choices(worth, k=count * regions)).reshape(shape) for _ in range(3)]
    groups = [
        Group(f"country {n}", frozenset(random.choices(range(regions), k=random.randint(2, 5))))
        for n in range(4)
    ]
    claimed = [((0,), tuple(np.flatnonzero(voting[0]).tolist()[:3])), ((0, 7), (0,))]
    told = reaches(candidates, suspicion_of(found, voting, groups), claimed, count, RULES)
    expected = []
    for row, components in enumerate(candidates):
        everywhere = tuple(np.flatnonzero(voting[row]).tolist())
        size = (count, len(everywhere))
        runs_there = [run[row].tolist() for run in found]
        sets = plain_families.region_sets(
            plain_families.suspicion_of(runs_there, everywhere, tuple(groups))
        )
        for _, theirs in claimed[: components == (0,)]:
            sets.setdefault(theirs, "")
        expected += [
            (components, there, price_of(components, there, group, *size, RULES), group)
            for there, group in sets.items()
        ]
    assert list(map(tuple, told)) == expected


def test_every_family_has_its_line_in_a_table() -> None:
    written = {one for one in vars(families).values() if isgeneratorfunction(one)}
    assert written == {*COMPONENTS, *REGIONS}
