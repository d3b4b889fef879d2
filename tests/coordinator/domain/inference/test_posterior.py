"""What is likely of a sheet, whatever its looks and whatever their order."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.inference.hypotheses import Group
from coordinator.domain.inference.posterior import evidence, weigh
from tests.coordinator.domain.handmade import RULES
from tests.coordinator.domain.inference.weighed_grids import NORMAL, a_sheet, chances, down, few, many, seeds, weighed


@many
@given(seeds)
def test_all_that_may_be_so_sums_to_one(seed: int) -> None:
    found = weighed(a_sheet(seed))
    assert found.none + found.chance.sum() == pytest.approx(1)
    assert (found.chance >= 0).all()
    np.testing.assert_allclose(found.modes.sum(axis=1), found.chance)


@many
@given(seeds)
def test_each_set_of_cells_is_one_hypothesis(seed: int) -> None:
    sheet = a_sheet(seed)
    regions = sheet.bad.shape[2]
    groups = [Group("country IE", frozenset({0, 1})), Group("edge FRA", frozenset(range(regions - 1)))]
    found = weighed(sheet, groups=groups, standing=[((0,), (0,)), ((0,), (0,)), ((0,), tuple(range(regions)))])
    assert len(chances(found)) == len(found.hypotheses) == len(found.chance)


@many
@given(seeds, st.data())
def test_a_cell_that_does_not_vote_changes_nothing(seed: int, data: st.DataObject) -> None:
    sheet = a_sheet(seed)
    _, components, regions = sheet.bad.shape
    silent = data.draw(st.integers(0, components - 1)), data.draw(st.integers(0, regions - 1))
    votes = np.ones((components, regions), dtype=np.bool_)
    votes[silent] = False
    if not votes.any():
        return
    bad, good, slow = sheet.bad.copy(), sheet.good.copy(), sheet.slow.copy()
    bad[:, silent[0], silent[1]], good[:, silent[0], silent[1]], slow[:, silent[0], silent[1]] = 7, 3, 2
    filled = np.ones(len(bad))
    heard = weighed(sheet, votes, filled=filled)
    other = weighed(replace(sheet, bad=bad, good=good, slow=slow), votes, filled=filled)
    assert chances(heard) == chances(other)
    assert heard.none == other.none


def test_without_any_vote_there_is_nothing_to_weigh() -> None:
    sheet, votes = a_sheet(1), np.zeros(a_sheet(1).bad.shape[1:], dtype=np.bool_)
    nats = evidence(sheet, np.full(votes.shape, NORMAL), votes)
    assert weigh(nats, sheet.filled, sheet.rounds, votes, [], [], RULES) is None


@many
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_components_and_regions_never_matters(seed: int, random: Random) -> None:
    sheet = a_sheet(seed, fractions=True)
    _, components, regions = sheet.bad.shape
    rows, columns = list(range(components)), list(range(regions))
    random.shuffle(rows)
    random.shuffle(columns)

    def mixed(counts: np.ndarray) -> np.ndarray:
        return counts[:, rows][:, :, columns]

    plain = weighed(sheet)
    other = weighed(replace(sheet, bad=mixed(sheet.bad), good=mixed(sheet.good), slow=mixed(sheet.slow)))
    back = {
        (tuple(sorted(rows[c] for c in key[0])), tuple(sorted(columns[r] for r in key[1]))): chance
        for key, chance in chances(other).items()
    }
    known = chances(plain)
    assert max(back, key=back.__getitem__) == max(known, key=known.__getitem__)
    assert other.none == pytest.approx(plain.none, abs=0.001)
    for key in back.keys() & known.keys():  # which of the equally suspicious are tried depends on their order
        assert back[key] == pytest.approx(known[key], abs=0.01)


@many
@given(seeds)
def test_a_good_look_now_never_speaks_for_what_it_contradicts(seed: int) -> None:
    """But for blips: a good look in a bucket that failed as a whole also tells that it was no mere blip."""
    sheet, rules = a_sheet(seed), replace(RULES, blip_nats=40.0)
    before = weighed(sheet, filled=np.ones(len(sheet.bad)), rules=rules)
    best = before.hypotheses[before.best()]
    good = sheet.good.copy()
    good[-1, best.components[-1], best.regions[-1]] += 1
    after = weighed(replace(sheet, good=good), filled=np.ones(len(sheet.bad)), rules=rules)
    assert 1 - after.none <= 1 - before.none + 1e-9


def test_what_is_claimed_already_is_always_among_the_hypotheses() -> None:
    sheet = down(10, 16)
    reach = (1,), (2, 4)
    assert reach not in chances(weighed(sheet))
    assert reach in chances(weighed(sheet, standing=[reach]))


@few
@given(seeds)
def test_votes_of_one_component_tell_nothing_of_another_that_nobody_votes_on(seed: int) -> None:
    sheet = a_sheet(seed)
    votes = np.ones(sheet.bad.shape[1:], dtype=np.bool_)
    if len(votes) < 2:
        return
    votes[0] = False
    found = weighed(sheet, votes)
    assert (0,) not in {h.components for h in found.hypotheses}
