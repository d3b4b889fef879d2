"""The posterior, which is made of whole arrays, against the same made in plain Python."""

from collections.abc import Sequence
from math import exp, log
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.inference.families import component_sets
from coordinator.domain.inference.hypotheses import Group, price_of
from coordinator.domain.inference.posterior import (
    BLIPS,
    MODE_CHANGE,
    MOST_CELL_NATS,
    MOST_LINE_NATS,
    NEARBY,
    REACH_CHANGE,
    RECENT_BUCKETS,
    ROUND_SHARE,
    SHARE_KEPT,
    SLOW_MODE,
    _bounded,
    evidence,
    weigh,
)
from tests.coordinator.domain.handmade import RULES
from tests.coordinator.domain.inference.plain_families import region_sets, suspicion_of
from tests.coordinator.domain.inference.weighed_grids import NORMAL, a_grid, few, seeds

Reach = tuple[tuple[int, ...], tuple[int, ...]]


def run(steps: np.ndarray, most: float) -> float:
    """The CUSUM of (mode, bucket), for the best mode."""
    best = 0.0
    for mode in steps.tolist():
        total = 0.0
        for step in mode:
            total = min(most, max(0.0, total + step))
        best = max(best, total)
    return best


def runs(steps: np.ndarray, most: float) -> list[np.ndarray]:
    """The CUSUM of (mode, bucket, place, region), in all and lately."""
    spans = [0, *(-buckets for buckets in RECENT_BUCKETS)]
    size = steps.shape[2:]
    return [
        np.array(
            [
                [run(steps[:, span:, row, column], most) for column in range(size[1])]
                for row in range(size[0])
            ]
        )
        for span in spans
    ]


def bounded(nats: float, blip: float, rare: float) -> float:
    """Evidence against all being well, in which a blip is so rare."""
    told = log((1 - rare) * exp(nats) + rare * exp(blip))
    return told - log((1 - rare) + rare * exp(blip))


def line(nats: np.ndarray, rounds: np.ndarray, components: Sequence[int]) -> np.ndarray:
    """(mode, bucket, region): the evidence of these components."""
    found = nats[:, :, list(components)].sum(axis=2)
    whole = nats.sum(axis=2)
    for mode, bucket, region in np.ndindex(found.shape):
        rare = exp(-RULES.blip_nats * (1 + ROUND_SHARE * rounds[bucket, region]))
        shares = [mode] if mode >= SLOW_MODE else BLIPS
        blip = log(sum(exp(whole[share, bucket, region]) for share in shares) / len(shares))
        found[mode, bucket, region] = bounded(found[mode, bucket, region], blip, rare)
    return found


def plainly(
    nats: np.ndarray,
    filled: Sequence[float],
    rounds: np.ndarray,
    votes: np.ndarray,
    groups: Sequence[Group],
    standing: Sequence[Reach],
) -> tuple[dict[Reach, list[float]], float]:
    """How likely each reach is in each mode, and none."""
    candidates = dict.fromkeys(components for components, _ in standing)
    for cells in runs(nats, MOST_CELL_NATS):
        candidates.update(dict.fromkeys(component_sets(cells)))
    scores, prices = dict[Reach, np.ndarray](), dict[Reach, float]()
    for components in candidates:
        voting = votes[list(components)].any(axis=0)
        if not voting.any():
            continue
        steps = line(nats, rounds, components)
        worth = [found[0].tolist() for found in runs(steps[:, :, None], MOST_LINE_NATS)]
        everywhere = tuple(np.flatnonzero(voting).tolist())
        sets = region_sets(suspicion_of(worth, everywhere, tuple(groups)))
        for theirs, regions in standing:
            if theirs == components:
                sets.setdefault(regions, "")
        for regions, group in sets.items():
            reach = (components, regions)
            scores[reach] = steps[:, :, list(regions)].sum(axis=2)
            prices[reach] = price_of(components, regions, group, len(votes), len(everywhere), RULES)
    return forward(scores, prices, filled)


def forward(
    scores: dict[Reach, np.ndarray], prices: dict[Reach, float], filled: Sequence[float]
) -> tuple[dict[Reach, list[float]], float]:
    """Bucket by bucket, from all being well."""
    prior = [1 / 6] * SLOW_MODE + [1 / 12] * 2
    begins = {reach: exp(-price) for reach, price in prices.items()}
    starts, ends = sum(begins.values()), exp(-RULES.end_nats)
    state, none = {reach: [0.0] * len(prior) for reach in scores}, 1.0
    for bucket, part in enumerate(filled):
        total = sum(map(sum, state.values()))
        shares = [sum(chances[mode] for chances in state.values()) for mode in range(len(prior))]
        after = {}
        for reach, chances in state.items():
            stays = 1 - part * (ends + REACH_CHANGE + MODE_CHANGE)
            after[reach] = []
            for mode, chance in enumerate(chances):
                come = none * prior[mode] + REACH_CHANGE / starts * (
                    SHARE_KEPT * shares[mode] + (1 - SHARE_KEPT) * total * prior[mode]
                )
                moves = MODE_CHANGE * moved_to(mode, chances, prior)
                told = chance * stays + part * (begins[reach] * come + moves)
                after[reach].append(told * exp(scores[reach][mode, bucket]))
        none = none * (1 - part * starts) + total * part * ends
        norm = none + sum(map(sum, after.values()))
        state = {reach: [chance / norm for chance in chances] for reach, chances in after.items()}
        none /= norm
    return state, none


def moved_to(mode: int, chances: Sequence[float], prior: Sequence[float]) -> float:
    """How likely a change of the failing share ends in this mode."""
    told = prior[mode] * sum(chances)
    for before, chance in enumerate(chances[:SLOW_MODE]):
        near = [one for one in (before - 1, before + 1) if 0 <= one < SLOW_MODE]
        told -= NEARBY * prior[mode] * chance
        told += NEARBY * chance / len(near) if mode in near else 0
    return told


@few
@given(seeds)
def test_a_posterior_equals_one_made_reach_by_reach(seed: int) -> None:
    grid, random = a_grid(seed), Random(seed)
    buckets, components, regions = grid.bad.shape
    votes = np.array(
        [[random.random() < 0.9 for _ in range(regions)] for _ in range(components)], dtype=np.bool_
    )
    votes[0, 0] = True
    rounds = np.array([[random.choice([0, 0, 2]) for _ in range(regions)] for _ in range(buckets)])
    groups = [Group("country IE", frozenset({0, 1}))]
    standing: list[Reach] = [((0,), (0,))]
    nats = evidence(grid, np.full(votes.shape, NORMAL), votes)
    found = weigh(nats, grid.filled, rounds, votes, groups, standing, RULES)
    state, none = plainly(nats, grid.filled.tolist(), rounds, votes, groups, standing)
    assert found is not None
    assert [(one.components, one.regions) for one in found.hypotheses] == list(state)
    np.testing.assert_allclose(found.modes, list(state.values()), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found.none, none, rtol=1e-6, atol=1e-12)


nats = st.floats(-2_000, 2_000) | st.floats(-20, 20)


@given(nats, nats, st.floats(1e-6, 0.2), st.just(0.0) | st.floats(0, 500))
def test_evidence_is_bounded_alike_however_much_there_is(
    told: float, blip: float, rare: float, foreseen: float
) -> None:
    found = _bounded(
        np.full((1, 1, 1, 1), told), np.array(blip), np.array(rare), np.array(foreseen)
    )
    expected = np.logaddexp(log(1 - rare) + told, log(rare) + blip)
    expected -= np.logaddexp(log(1 - rare) + foreseen, log(rare) + blip)
    assert found.item() == pytest.approx(expected, rel=1e-9, abs=1e-9)
