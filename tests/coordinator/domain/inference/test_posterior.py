"""What is likely of a grid, whatever its looks and whatever their order."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from coordinator.domain.inference.hypotheses import Group
from coordinator.domain.inference.posterior import Posterior, evidence, weigh
from tests.coordinator.domain.handmade import RULES
from tests.coordinator.domain.inference.weighed_grids import (
    NORMAL,
    a_grid,
    chances,
    down,
    few,
    many,
    seeds,
    weighed,
)


@many
@given(seeds)
def test_all_that_may_be_so_sums_to_one(seed: int) -> None:
    found = weighed(a_grid(seed))
    assert found.none + found.chance.sum() == pytest.approx(1)
    assert (found.chance >= 0).all()
    np.testing.assert_allclose(found.modes.sum(axis=1), found.chance)


@many
@given(seeds)
def test_each_set_of_cells_is_one_hypothesis(seed: int) -> None:
    grid = a_grid(seed)
    regions = grid.bad.shape[2]
    groups = [
        Group("country IE", frozenset({0, 1})),
        Group("edge FRA", frozenset(range(regions - 1))),
    ]
    found = weighed(
        grid, groups=groups, standing=[((0,), (0,)), ((0,), (0,)), ((0,), tuple(range(regions)))]
    )
    assert len(chances(found)) == len(found.hypotheses) == len(found.chance)


@many
@given(seeds, st.data())
def test_a_cell_that_does_not_vote_changes_nothing(seed: int, data: st.DataObject) -> None:
    grid = a_grid(seed)
    _, components, regions = grid.bad.shape
    silent = data.draw(st.integers(0, components - 1)), data.draw(st.integers(0, regions - 1))
    votes = np.ones((components, regions), dtype=np.bool_)
    votes[silent] = False
    if not votes.any():
        return
    other_looks = {
        name: getattr(grid, name).copy() for name in ("bad", "good", "slow", "far", "longer")
    }
    for number, counts in zip((7, 3, 2, 2, 5), other_looks.values(), strict=True):
        counts[:, silent[0], silent[1]] = number
    filled = np.ones(len(grid.bad))
    heard = weighed(grid, votes, filled=filled)
    other = weighed(replace(grid, **other_looks), votes, filled=filled)
    assert chances(heard) == chances(other)
    assert heard.none == other.none


def test_without_any_vote_there_is_nothing_to_weigh() -> None:
    grid, votes = a_grid(1), np.zeros(a_grid(1).bad.shape[1:], dtype=np.bool_)
    nats = evidence(grid, np.full(votes.shape, NORMAL), votes)
    assert weigh(nats, grid.filled, grid.rounds, votes, [], [], RULES) is None


@many
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_components_and_regions_never_matters(seed: int, random: Random) -> None:
    grid = a_grid(seed, fractions=True)
    _, components, regions = grid.bad.shape
    rows, columns = list(range(components)), list(range(regions))
    random.shuffle(rows)
    random.shuffle(columns)

    def mixed(counts: np.ndarray) -> np.ndarray:
        return counts[:, rows][:, :, columns]

    plain = weighed(grid)
    other = weighed(
        replace(
            grid,
            bad=mixed(grid.bad),
            good=mixed(grid.good),
            slow=mixed(grid.slow),
            far=mixed(grid.far),
            longer=mixed(grid.longer),
        )
    )
    back = {
        (tuple(sorted(rows[c] for c in key[0])), tuple(sorted(columns[r] for r in key[1]))): chance
        for key, chance in chances(other).items()
    }
    known = chances(plain)
    assert max(back, key=back.__getitem__) == max(known, key=known.__getitem__)
    assert other.none == pytest.approx(plain.none, abs=0.001)
    # which of the equally suspicious are tried depends on their order
    for key in back.keys() & known.keys():
        assert back[key] == pytest.approx(known[key], abs=0.01)


@many
@given(seeds)
@example(9848)
def test_a_good_look_now_never_speaks_for_what_it_contradicts(seed: int) -> None:
    """But for blips, since a good look in a bucket that failed as a whole also tells that it was no
    mere blip; and for hypotheses that are tried only now, because suspicion is ordered anew.
    """
    grid, rules = a_grid(seed), replace(RULES, blip_nats=40.0)
    before = weighed(grid, filled=np.ones(len(grid.bad)), rules=rules)
    best = before.hypotheses[before.best()]
    good = grid.good.copy()
    good[-1, best.components[-1], best.regions[-1]] += 1
    after = weighed(replace(grid, good=good), filled=np.ones(len(grid.bad)), rules=rules)
    assume(_reaches(after) <= _reaches(before))
    assert 1 - after.none <= 1 - before.none + 1e-9


def _reaches(found: Posterior) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {(one.components, one.regions) for one in found.hypotheses}


def test_what_is_claimed_already_is_always_among_the_hypotheses() -> None:
    grid = down(10, 16)
    reach = (1,), (2, 4)
    assert reach not in chances(weighed(grid))
    assert reach in chances(weighed(grid, standing=[reach]))


@few
@given(seeds)
def test_votes_of_one_component_tell_nothing_of_another_that_nobody_votes_on(seed: int) -> None:
    grid = a_grid(seed)
    votes = np.ones(grid.bad.shape[1:], dtype=np.bool_)
    if len(votes) < 2:
        return
    votes[0] = False
    found = weighed(grid, votes)
    assert (0,) not in {h.components for h in found.hypotheses}
