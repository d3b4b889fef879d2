from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference.hypotheses import (
    PREFIXES_AT_MOST,
    Group,
    Hypothesis,
    component_sets,
    distinct,
    groups_of,
    price_of,
    region_sets,
)
from tests.coordinator.domain.handmade import RULES

ALL = np.ones(6, dtype=np.bool_)


def runs(*worth: float) -> list[np.ndarray]:
    return [np.array(worth, dtype=float)]


def price(components: int, regions: int, group: str = "", of: tuple[int, int] = (6, 8)) -> float:
    return price_of(range(components), range(regions), group, *of, RULES)


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
    assert region_sets(runs(0, 0, 0, 0, 0, 0), votes, []) == {(0, 1, 3, 4): "everywhere"}
    found = region_sets(runs(9, 9, 9, 9, 9, 9), votes, [Group("country IE", frozenset({1, 2, 3}))])
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
    found = region_sets([*runs(*one), *runs(*other)], ALL, [])
    assert len(found) <= 1 + 6 + 2 * PREFIXES_AT_MOST
    for worth in (one, other):
        order = sorted((r for r in range(6) if worth[r] > 0.5), key=lambda r: (-worth[r], r))
        for size in range(1, len(order) + 1):
            assert tuple(sorted(order[:size])) in found
    unsuspicious = [r for r in range(6) if one[r] <= 0.5 and other[r] <= 0.5]
    assert not any((r,) in found for r in unsuspicious)


def test_of_very_many_suspects_the_most_suspicious_dozen_and_all_are_tried() -> None:
    worth = np.arange(1.0, 41.0)
    found = region_sets([worth], np.ones(60, dtype=np.bool_)[:40], [])
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
    found = region_sets(runs(9, 0, 0, 0, 0, 9), ALL, groups)
    assert found[0, 1] == "country IE"
    assert found[tuple(range(6))] == "everywhere"
    assert found[5,] == "", "one region of a group is one region"
    assert (0, 1) not in region_sets(runs(0, 0, 9, 9, 0, 0), ALL, groups)


def test_a_whole_service_or_a_component_everywhere_is_the_cheapest() -> None:
    assert price(6, 8) == RULES.service_nats
    assert price(1, 8) == RULES.service_nats
    assert price(6, 1) == RULES.region_nats
    assert price(1, 1) == RULES.cell_nats
    assert price(6, 3, "country IE") == RULES.region_nats
    assert price(1, 3, "country IE") == RULES.region_nats + 2


def test_more_regions_and_more_components_cost_more_until_few_are_left_out() -> None:
    assert [price(6, size) for size in range(2, 8)] == [12, 14, 16, 16, 14, 12]
    assert [price(count, 8) for count in range(2, 6)] == [9, 11, 13, 11]
    for size in range(2, 7):
        assert price(2, size) > price(6, size)


def test_the_only_region_or_component_there_is_is_everything() -> None:
    assert price(1, 8, of=(1, 8)) == RULES.service_nats
    assert price(3, 1, of=(3, 1)) == RULES.service_nats
    assert price(1, 1, of=(1, 8)) == RULES.region_nats


@pytest.mark.parametrize("components", [1, 2, 3, 6])
def test_no_set_is_cheaper_than_everything(components: int) -> None:
    assert all(price(components, size) > price(6, 8) for size in range(1, 8))


def test_regions_that_share_something_are_a_group_unless_all_do() -> None:
    regions = ["r1", "r2", "r3", "r4"]
    kinds = {
        "country": {"r1": "IE", "r2": "IE", "r3": "US", "r4": ""},
        "continent": dict.fromkeys(regions, "EU"),
        "provider": {"r2": "hetzner", "r4": "hetzner", "r3": ""},
        "network": {"r1": "13335", "r2": "13335"},
    }
    assert groups_of(kinds, regions) == [
        Group("country IE", frozenset({0, 1})),
        Group("provider hetzner", frozenset({1, 3})),
    ], "what two kinds say is one group, by its first name"


def test_each_set_of_cells_is_one_hypothesis_at_its_lowest_price() -> None:
    dear, cheap = Hypothesis((0,), (1, 2), 12.0), Hypothesis((0,), (1, 2), 8.0, "country IE")
    other = Hypothesis((1,), (1, 2), 12.0)
    assert distinct([dear, other, cheap, dear]) == [cheap, other]


def test_a_larger_set_never_costs_less_than_one_group() -> None:
    prices = [price(6, 4, "edge FRA"), price(6, 2), price(6, 3)]
    assert all(one < other for one, other in pairwise(prices))


@pytest.mark.parametrize("count", [4, 10, 20])
def test_a_few_components_of_a_region_cost_more_than_one(count: int) -> None:
    """There are many more pairs than single cells for chance to find."""
    prices = [price_of(range(n), [0], "", count, 8, RULES) for n in range(1, count + 1)]
    assert prices[1] > prices[0]
    assert prices[-1] == RULES.region_nats == min(prices), "all of them are a region"
    assert max(prices) > prices[1] or count == 4
