"""Which sets of components and of regions are tried."""

from collections.abc import Sequence
from inspect import isgeneratorfunction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference import families
from coordinator.domain.inference.families import (
    COMPONENTS,
    PREFIXES_AT_MOST,
    REGIONS,
    component_sets,
    region_sets,
    suspicion_of,
)
from coordinator.domain.inference.hypotheses import Group

ALL = np.ones(6, dtype=np.bool_)


def sets_of(
    found: Sequence[np.ndarray], voting: np.ndarray, groups: Sequence[Group]
) -> dict[tuple[int, ...], str]:
    """The sets of regions that are tried, by the evidence, who votes and what is shared."""
    everywhere = tuple(np.flatnonzero(voting).tolist())
    return region_sets(suspicion_of([run.tolist() for run in found], everywhere, tuple(groups)))


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


def test_every_family_has_its_line_in_a_table() -> None:
    written = {one for one in vars(families).values() if isgeneratorfunction(one)}
    assert written == {*COMPONENTS, *REGIONS}
