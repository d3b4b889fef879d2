from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import exp, log
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.hypotheses import Group, Hypothesis
from coordinator.domain.posterior import (
    MODE_CHANGE,
    REACH_CHANGE,
    SHARES,
    SLOW_MODE,
    Posterior,
    _bounded,
    _filter,
    _running,
    evidence,
    weigh,
)
from coordinator.domain.rules import Rules
from coordinator.domain.sheet import Sheet
from tests.coordinator.domain.handmade import RULES, Seen, frame, sheet_of

MODES = len(SHARES) + 1
NORMAL = 0.004


def counted(bad: np.ndarray, good: np.ndarray, slow: np.ndarray | None = None) -> Sheet:
    """A sheet of these counts, (bucket, component, region)."""
    buckets, components, regions = bad.shape
    empty = sheet_of(frame(components, regions, buckets), [])
    return replace(empty, bad=bad, good=good, slow=np.zeros_like(good) if slow is None else slow)


def weighed(
    sheet: Sheet,
    votes: np.ndarray | None = None,
    *,
    filled: np.ndarray | None = None,
    normal: np.ndarray | None = None,
    groups: Sequence[Group] = (),
    standing: Sequence[tuple[tuple[int, ...], tuple[int, ...]]] = (),
    rules: Rules = RULES,
) -> Posterior:
    shape = sheet.bad.shape[1:]
    votes = np.ones(shape, dtype=np.bool_) if votes is None else votes
    nats = evidence(sheet, np.full(shape, NORMAL) if normal is None else normal, votes)
    full = sheet.filled if filled is None else filled
    found = weigh(nats, full, sheet.rounds, votes, groups, standing, rules)
    assert found is not None
    return found


def chances(posterior: Posterior) -> dict[tuple[tuple[int, ...], tuple[int, ...]], float]:
    return {(h.components, h.regions): float(p) for h, p in zip(posterior.hypotheses, posterior.chance, strict=True)}


def a_sheet(seed: int, *, fractions: bool = False) -> Sheet:
    """Random trouble in random cells from random buckets on, some noise, one to three looks a cell and bucket."""
    random = np.random.default_rng(seed)
    buckets, components, regions = random.integers(3, 13), random.integers(1, 4), random.integers(1, 7)
    shape = (buckets, components, regions)
    share = np.where(random.random(shape[1:]) < 0.3, random.choice([0.1, 0.3, 0.6, 1.0]), 0.01)
    began = (np.arange(buckets) >= random.integers(0, buckets))[:, None, None]
    looks = random.integers(1, 4)
    bad = random.binomial(looks, np.where(began, share, 0.01)).astype(float)
    slow = random.binomial(1, 0.1, shape) * (looks - bad)
    if fractions:  # so that no two cells are alike
        bad = bad + 0.1 * random.random(shape)
    return counted(bad, looks - np.minimum(bad, looks), slow if random.random() < 0.3 else None)


seeds = st.integers(0, 10**6)
few, many = settings(max_examples=25, deadline=None), settings(max_examples=50, deadline=None)


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
@given(seeds, st.booleans())
def test_a_good_look_now_never_speaks_for_what_it_contradicts(seed: int, slow: bool) -> None:
    """But for blips: a good look in a bucket that failed as a whole also tells that it was no mere blip."""
    sheet, rules = a_sheet(seed), replace(RULES, blip_nats=40.0)
    before = weighed(sheet, filled=np.ones(len(sheet.bad)), rules=rules)
    best = before.hypotheses[before.best()]
    good = sheet.good.copy()
    good[-1, best.components[-1], best.regions[-1]] += 1
    after = weighed(replace(sheet, good=good), filled=np.ones(len(sheet.bad)), rules=rules)
    assert 1 - after.none <= 1 - before.none + 1e-9


@many
@given(seeds)
def test_a_good_look_makes_no_mode_of_failing_likelier(seed: int) -> None:
    sheet = a_sheet(seed)
    votes = np.ones(sheet.bad.shape[1:], dtype=np.bool_)
    before = evidence(sheet, np.full(votes.shape, NORMAL), votes)
    after = evidence(replace(sheet, good=sheet.good + 1), np.full(votes.shape, NORMAL), votes)
    assert (after < before).all()


def test_a_look_is_weighed_by_how_often_it_would_be_seen() -> None:
    sheet = counted(np.array([[[2.0]]]), np.array([[[3.0]]]), np.array([[[1.0]]]))
    (nats,) = evidence(sheet, np.array([[0.01]]), np.array([[True]])).reshape(MODES, 1).T
    for mode, share in enumerate(SHARES):
        assert nats[mode] == pytest.approx(2 * log(share / 0.01) + 3 * log((1 - share) / 0.99))
    assert nats[SLOW_MODE] == pytest.approx(log(0.8 / 0.03) + 2 * log(0.2 / 0.97))


@many
@given(st.integers(1, 8), st.integers(1, 3), st.integers(0, 3))
def test_one_region_that_fails_as_a_whole_says_no_more_in_one_bucket_than_a_blip_does(
    looks: int, components: int, rounds: int
) -> None:
    """Each round of extra looks that sees it, too, makes a mere blip less likely."""
    bad = np.zeros((6, components, 4))
    bad[-1, :, 0] = looks
    good = np.full_like(bad, looks) - bad
    sheet = counted(bad, good)
    sheet.rounds[-1, 0] = rounds
    found = weighed(sheet)
    nats = [found.nats[k, -1] for k, h in enumerate(found.hypotheses) if h.regions == (0,)]
    assert max(nats) <= RULES.blip_nats * (1 + 0.6 * rounds) + log(2)


def test_a_blip_that_rounds_of_extra_looks_see_too_says_more() -> None:
    bad = np.zeros((6, 1, 4))
    bad[-1, :, 0] = 4
    wrong = []
    for rounds in range(4):
        sheet = counted(bad, 4 - bad)
        sheet.rounds[-1, 0] = rounds
        wrong.append(1 - weighed(sheet).none)
    assert wrong == sorted(wrong)
    assert wrong[0] < 0.3 < 0.9 < wrong[-1]


def test_suspicion_is_bounded_so_that_what_recovered_is_soon_none_any_more() -> None:
    courses = [[5.0] * 20 + [-4.0] * more for more in (0, 5, 8)]
    assert [float(_running(np.array([steps]), 30.0)) for steps in courses] == [30, 10, 0]


def test_a_slow_region_says_no_more_in_one_bucket_than_a_blip_does() -> None:
    slow = np.zeros((6, 2, 4))
    slow[-1, :, 0] = 9
    found = weighed(counted(np.zeros_like(slow), np.full_like(slow, 9), slow))
    nats = [found.nats[k, -1] for k, h in enumerate(found.hypotheses) if h.regions == (0,)]
    assert max(nats) <= RULES.blip_nats + 1e-9


@many
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=2), st.floats(0.001, 0.5))
def test_what_speaks_against_all_being_well_allows_for_a_blip(nats: list[float], rare: float) -> None:
    (told,) = _bounded(np.array([nats[0]]), np.array([nats[1]]), np.array([rare]))
    plain = log((1 - rare) * exp(nats[0]) + rare * exp(nats[1])) - log((1 - rare) + rare * exp(nats[1]))
    assert told == pytest.approx(plain)


def down(since: int, until: int, *, buckets: int = 16, components: int = 2, regions: int = 5, region: int = 0) -> Sheet:
    """One region of which everything fails for some buckets; all else is well."""
    bad = np.zeros((buckets, components, regions))
    bad[since:until, :, region] = 1
    return counted(bad, 1 - bad)


def test_a_region_that_goes_on_failing_is_the_best_explanation_after_two_buckets() -> None:
    one, two = weighed(down(14, 15)), weighed(down(14, 16))
    assert 1 - one.none < RULES.alarm_share
    assert 1 - two.none > 0.8
    assert chances(two)[(0, 1), (0,)] == pytest.approx(1 - two.none, rel=0.05)
    three = weighed(down(13, 16))
    assert 1 - three.none > RULES.alarm_share
    assert three.onset(three.best()) == 13


@pytest.mark.parametrize("lasted", [3, 6, 12])
def test_a_region_that_recovered_is_no_part_of_the_best_explanation_a_few_buckets_later(lasted: int) -> None:
    """Another one began to fail meanwhile, so that something goes on being wrong."""
    both = down(20 - lasted, 20, buckets=24)
    bad = both.bad.copy()
    bad[18:, :, 1] = 1
    found = weighed(counted(bad, 1 - bad))
    assert found.hypotheses[found.best()].regions == (1,)
    assert chances(found)[(0, 1), (1,)] > 0.9 * (1 - found.none)


def test_once_all_is_well_again_nothing_is_likely_after_a_few_buckets() -> None:
    wrong = [1 - weighed(down(4, 12, buckets=12 + more)).none for more in range(8)]
    assert wrong == sorted(wrong, reverse=True)
    assert wrong[0] > RULES.alarm_share
    assert wrong[5] < RULES.clear_share


def test_what_is_claimed_already_is_always_among_the_hypotheses() -> None:
    sheet = down(10, 16)
    reach = (1,), (2, 4)
    assert reach not in chances(weighed(sheet))
    assert reach in chances(weighed(sheet, standing=[reach]))


def test_an_almost_empty_newest_bucket_lets_hardly_any_time_pass() -> None:
    """Its first looks are weighed all the same."""
    quiet, hardly = np.ones(16), np.ones(16)
    hardly[-1] = 0.0
    sheet = down(4, 15)
    assert 1 - weighed(sheet, filled=hardly).none > 1 - weighed(sheet, filled=quiet).none


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("where", [((0, 1), (0, 1, 2, 3, 4)), ((1,), (0, 1, 2, 3, 4)), ((0, 1), (2,)), ((0,), (3,))])
def test_with_enough_looks_the_truth_is_the_best_explanation(
    share: float, where: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    bad = np.zeros((30, 2, 5))
    bad[np.ix_(range(5, 30), *where)] = 10 * share
    found = weighed(counted(bad, 10 - bad))
    best = found.hypotheses[found.best()]
    assert (best.components, best.regions) == where
    assert found.onset(found.best()) == 5
    assert 1 - found.none > 0.99


def exactly(
    hypotheses: Sequence[Hypothesis], scores: np.ndarray, filled: Sequence[float], rules: Rules
) -> tuple[float, Mapping[tuple[int, int], float]]:
    """All courses that things may take, one by one: what is likely now, by hypothesis and mode; -1 is all well."""
    modes, buckets, count = scores.shape
    states = [(-1, -1), *product(range(count), range(modes))]
    begins = [exp(-h.price) / modes for h in hypotheses]
    starts, ends = sum(begins) * modes, exp(-rules.end_nats)

    def goes(was: tuple[int, int], to: tuple[int, int], part: float) -> float:
        if was[0] < 0:
            return 1 - part * starts if to[0] < 0 else part * begins[to[0]]
        if to[0] < 0:
            return part * ends
        told = part * REACH_CHANGE * begins[to[0]] / starts
        if to[0] == was[0]:
            told += part * MODE_CHANGE / modes
        return told + (1 - part * (ends + REACH_CHANGE + MODE_CHANGE) if to == was else 0.0)

    likely = dict.fromkeys(states, 0.0)
    for course in product(states, repeat=buckets):
        chance, was = 1.0, (-1, -1)
        for bucket, state in enumerate(course):
            chance *= goes(was, state, filled[bucket])
            if state[0] >= 0:
                chance *= exp(scores[state[1], bucket, state[0]])
            was = state
        likely[was] += chance
    total = sum(likely.values())
    return likely[-1, -1] / total, {state: value / total for state, value in likely.items() if state[0] >= 0}


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_the_filter_equals_the_sum_over_all_courses_that_things_may_take(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, buckets = int(random.integers(1, 3)), int(random.integers(1, 5))
    modes = 3 if count == 1 else 2
    hypotheses = [Hypothesis((0,), (n,), float(random.uniform(1, 9))) for n in range(count)]
    scores = random.normal(0, 4, (modes, buckets, count))
    filled = np.minimum(1, random.uniform(0, 1.5, buckets))
    found = _filter(hypotheses, scores, filled, RULES)
    none, likely = exactly(hypotheses, scores, filled.tolist(), RULES)
    assert found.none == pytest.approx(none)
    for (k, mode), chance in likely.items():
        assert found.modes[k, mode] == pytest.approx(chance)


def test_the_start_of_a_hypothesis_splits_quiet_from_trouble_best() -> None:
    sheet = sheet_of(
        frame(1, 3), [Seen(10 * n, 0, r, bad=n in (1, 6, 7, 9, 10, 11)) for n in range(12) for r in range(3)]
    )
    found = weighed(sheet)
    assert found.onset(found.best()) == 6


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
