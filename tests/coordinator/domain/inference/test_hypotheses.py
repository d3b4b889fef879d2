from itertools import pairwise

import pytest

from coordinator.domain.inference.hypotheses import Group, groups_of, price_of
from tests.coordinator.domain.handmade import RULES


def price(components: int, regions: int, group: str = "", of: tuple[int, int] = (6, 8)) -> float:
    return price_of(range(components), range(regions), group, *of, RULES)


def test_a_whole_service_or_a_component_everywhere_is_the_cheapest() -> None:
    assert price(6, 8) == RULES.service_nats
    assert price(1, 8) == RULES.service_nats
    assert price(6, 1) == RULES.region_nats
    assert price(1, 1) == RULES.cell_nats
    assert price(6, 3, "country IE") == RULES.region_nats
    assert price(1, 3, "country IE") == RULES.cell_nats


def test_more_regions_and_more_components_cost_more_until_few_are_left_out() -> None:
    assert [price(6, size) for size in range(2, 8)] == [12, 14, 16, 16, 14, 12]
    assert [price(count, 8) for count in range(2, 6)] == [9, 11, 13, 11]
    for size in range(2, 7):
        assert price(2, size) > price(6, size)


def test_the_only_region_or_component_there_is_is_everything() -> None:
    assert price(1, 8, of=(1, 8)) == RULES.service_nats
    assert price(3, 1, of=(3, 1)) == RULES.service_nats
    assert price(1, 1, of=(1, 8)) == RULES.region_nats


@pytest.mark.parametrize("components", range(1, 6))
@pytest.mark.parametrize("size", range(2, 8))
@pytest.mark.parametrize("group", ["", "country IE"])
def test_a_few_components_never_cost_less_in_several_regions_than_in_one(
    components: int, size: int, group: str
) -> None:
    """Else what fails in one cell is explained by a group of regions of which the rest is well."""
    assert price(components, size, group) >= min(price(components, 1), price(1, 1))


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
