from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.inference.refinement import WELL_NATS, refined

WHOLE = Hypothesis((0, 1, 2), (0, 1, 2, 3), 7.0, "everywhere")
ALL_VOTE = np.ones((3, 4), dtype=np.bool_)
Cells = Iterable[tuple[int, int]]


def evidence(well: Cells) -> np.ndarray:
    """Evidence for each cell's failing as the rest does: these are clearly well, the others clearly
    not.
    """
    nats = np.full((3, 4), 9.0)
    for cell in well:
        nats[cell] = WELL_NATS - 1
    return nats


def part(
    well: Cells,
    whole: Hypothesis = WHOLE,
    lately: Cells | None = None,
    votes: np.ndarray = ALL_VOTE,
) -> Hypothesis:
    well = list(well)
    return refined(whole, evidence(well), evidence(well if lately is None else lately), votes)


def test_where_no_cell_is_well_the_hypothesis_stands() -> None:
    assert part([]) is WHOLE


def test_it_takes_clear_evidence_to_leave_a_cell_out() -> None:
    nats = np.full((3, 4), WELL_NATS + 0.1)
    assert refined(WHOLE, nats, nats, ALL_VOTE) is WHOLE


def test_a_component_that_is_well_everywhere_is_left_out() -> None:
    left = part([(1, region) for region in range(4)])
    assert (left.components, left.regions, left.group, left.price) == (
        (0, 2),
        (0, 1, 2, 3),
        "everywhere",
        7.0,
    )


def test_a_region_that_is_well_altogether_is_left_out_and_what_is_left_is_not_that_group() -> None:
    left = part([(component, 2) for component in range(3)])
    assert (left.components, left.regions, left.group) == ((0, 1, 2), (0, 1, 3), "")


def test_of_a_feature_everywhere_and_a_region_the_larger_is_left() -> None:
    """Component 0 fails everywhere, all components fail in region 3: four cells and three, one of
    them shared.
    """
    cross = [(component, region) for component in (1, 2) for region in (0, 1, 2)]
    left = part(cross)
    assert (left.components, left.regions) == ((0,), (0, 1, 2, 3))
    narrow = part(cross, Hypothesis((0, 1, 2), (2, 3), 9.0))
    assert (narrow.components, narrow.regions) == ((0, 1, 2), (3,))


def test_a_cell_that_began_to_fail_later_than_the_rest_stays() -> None:
    assert part([(1, 1)], lately=[]) is WHOLE


def test_a_cell_that_does_not_vote_is_not_called_well() -> None:
    votes = ALL_VOTE.copy()
    votes[1, 1] = False
    assert part([(1, 1)], votes=votes) is WHOLE


def test_were_all_of_it_well_nothing_better_is_known() -> None:
    assert part([(component, region) for component in range(3) for region in range(4)]) is WHOLE


def test_cells_outside_a_hypothesis_do_not_matter() -> None:
    inner = Hypothesis((0, 1), (0, 1), 9.0)
    assert part([(2, 0), (0, 3)], inner) is inner


@settings(max_examples=60)
@given(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=11))
def test_what_is_left_is_a_part_without_any_well_cell(well: set[tuple[int, int]]) -> None:
    left = part(well)
    inside = {(component, region) for component in left.components for region in left.regions}
    assert inside
    assert not inside & well
    rows = max(sum((c, r) not in well for r in range(4)) for c in range(3))
    assert len(inside) >= rows, "at least as large as what is left of any one component"


@pytest.mark.parametrize("region", range(4))
def test_places_are_those_of_the_whole_axes(region: int) -> None:
    inner = Hypothesis((0, 2), tuple(r for r in range(4) if r != region), 9.0)
    there = [(c, r) for c in (0, 2) for r in inner.regions[1:]]
    assert part(there, inner).regions == inner.regions[:1]
