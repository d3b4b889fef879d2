"""How looks are weighed: by how often they would be seen, and no more than a blip allows."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.inference.posterior import SHARES, SLOW_MODE, _bounded, evidence
from coordinator.domain.window.baseline import FAR, NATS_OF_LEVEL
from tests.coordinator.domain.handmade import QUICK, RULES
from tests.coordinator.domain.inference.weighed_grids import (
    NORMAL,
    a_grid,
    counted,
    many,
    seeds,
    weighed,
)

MODES = len(SHARES) + 2


@many
@given(seeds)
def test_a_good_look_makes_no_mode_of_failing_likelier(seed: int) -> None:
    grid = a_grid(seed)
    votes = np.ones(grid.bad.shape[1:], dtype=np.bool_)
    before = evidence(grid, np.full(votes.shape, NORMAL), votes)
    more = replace(grid, good=grid.good + 1, longer=grid.longer + NATS_OF_LEVEL[QUICK])
    after = evidence(more, np.full(votes.shape, NORMAL), votes)
    assert (after < before).all()


def test_a_look_is_weighed_by_how_often_it_would_be_seen() -> None:
    grid = counted(np.array([[[2.0]]]), np.array([[[3.0]]]), np.array([[[1.0]]]))
    (nats,) = evidence(grid, np.array([[0.01]]), np.array([[True]])).reshape(MODES, 1).T
    for mode, share in enumerate(SHARES):
        assert nats[mode] == pytest.approx(2 * log(share / 0.01) + 3 * log((1 - share) / 0.99))
    assert nats[SLOW_MODE] == pytest.approx(NATS_OF_LEVEL[FAR] + 2 * NATS_OF_LEVEL[QUICK])
    assert nats[SLOW_MODE + 1] == pytest.approx(log(0.25 / 0.03) + 2 * log(0.75 / 0.97))


def test_what_is_slow_speaks_by_its_times_and_failures_do_not() -> None:
    """Good looks that are no longer than usual speak against both slow modes, bad ones for none."""
    grid = counted(np.array([[[2.0]]]), np.array([[[0.0]]]))
    (nats,) = evidence(grid, np.array([[0.01]]), np.array([[True]])).reshape(MODES, 1).T
    assert nats[SLOW_MODE:].tolist() == [0, 0]
    quick = counted(np.array([[[0.0]]]), np.array([[[3.0]]]))
    (nats,) = evidence(quick, np.array([[0.01]]), np.array([[True]])).reshape(MODES, 1).T
    assert (nats[SLOW_MODE:] < 0).all()


@many
@given(st.integers(1, 8), st.integers(1, 3), st.integers(0, 3))
def test_one_region_that_fails_as_a_whole_says_no_more_in_one_bucket_than_a_blip_does(
    looks: int, components: int, rounds: int
) -> None:
    """Each round of extra looks that sees it, too, makes a mere blip less likely."""
    bad = np.zeros((6, components, 4))
    bad[-1, :, 0] = looks
    good = np.full_like(bad, looks) - bad
    grid = counted(bad, good)
    grid.rounds[-1, 0] = rounds
    found = weighed(grid)
    nats = [found.nats[k, -1] for k, h in enumerate(found.hypotheses) if h.regions == (0,)]
    assert max(nats) <= RULES.blip_nats * (1 + 0.6 * rounds) + log(2)


def test_a_blip_that_rounds_of_extra_looks_see_too_says_more() -> None:
    bad = np.zeros((6, 1, 4))
    bad[-1, :, 0] = 4
    wrong = []
    for rounds in range(4):
        grid = counted(bad, 4 - bad)
        grid.rounds[-1, 0] = rounds
        wrong.append(1 - weighed(grid).none)
    assert wrong == sorted(wrong)
    assert wrong[0] < 0.3 < 0.9 < wrong[-1]


def test_a_slow_region_says_no_more_in_one_bucket_than_a_blip_does() -> None:
    slow = np.zeros((6, 2, 4))
    slow[-1, :, 0] = 9
    found = weighed(counted(np.zeros_like(slow), np.full_like(slow, 9), slow))
    nats = [found.nats[k, -1] for k, h in enumerate(found.hypotheses) if h.regions == (0,)]
    assert max(nats) <= RULES.blip_nats + 1e-9


@many
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=2), st.floats(0.001, 0.5))
def test_what_speaks_against_all_being_well_allows_for_a_blip(
    nats: list[float], rare: float
) -> None:
    (told,) = _bounded(*(np.array([value]) for value in (nats[0], nats[1], rare, 0.0)))
    plain = log((1 - rare) * exp(nats[0]) + rare * exp(nats[1])) - log(
        (1 - rare) + rare * exp(nats[1])
    )
    assert told == pytest.approx(plain)
