"""Count grids, made by hand or by chance, and what is likely of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from coordinator.domain.inference.hypotheses import Group
from coordinator.domain.inference.posterior import Posterior, evidence, weigh
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.grid import CountGrid
from tests.coordinator.domain.handmade import RULES, grid_of, longer_by, some_axes

NORMAL = 0.004
"""The share of looks that fail while all is well."""


def counted(bad: np.ndarray, good: np.ndarray, slow: np.ndarray | None = None) -> CountGrid:
    """A grid of these counts, (bucket, component, region)."""
    buckets, components, regions = bad.shape
    empty = grid_of(some_axes(components, regions, buckets), [])
    slow = np.zeros_like(good) if slow is None else slow
    return replace(empty, bad=bad, good=good, slow=slow, far=slow, longer=longer_by(good, slow))


def weighed(
    grid: CountGrid,
    votes: np.ndarray | None = None,
    *,
    filled: np.ndarray | None = None,
    groups: Sequence[Group] = (),
    standing: Sequence[tuple[tuple[int, ...], tuple[int, ...]]] = (),
    rules: Rules = RULES,
) -> Posterior:
    """What is likely of a grid; every cell votes and fails rarely, unless told."""
    shape = grid.bad.shape[1:]
    votes = np.ones(shape, dtype=np.bool_) if votes is None else votes
    nats = evidence(grid, np.full(shape, NORMAL), votes)
    full = grid.filled if filled is None else filled
    found = weigh(nats, full, grid.rounds, votes, groups, standing, rules)
    assert found is not None
    return found


def chances(posterior: Posterior) -> dict[tuple[tuple[int, ...], tuple[int, ...]], float]:
    """How likely each (components, regions) is."""
    return {
        (h.components, h.regions): float(p)
        for h, p in zip(posterior.hypotheses, posterior.chance, strict=True)
    }


def a_grid(seed: int, *, fractions: bool = False) -> CountGrid:
    """Random trouble in random cells from random buckets on, some noise, one to three looks a cell
    and bucket.
    """
    random = np.random.default_rng(seed)
    buckets, components, regions = (
        random.integers(3, 13),
        random.integers(1, 4),
        random.integers(1, 7),
    )
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


def down(
    since: int,
    until: int,
    *,
    buckets: int = 16,
    components: int = 2,
    regions: int = 5,
    region: int = 0,
) -> CountGrid:
    """One region of which everything fails for some buckets; all else is well."""
    bad = np.zeros((buckets, components, regions))
    bad[since:until, :, region] = 1
    return counted(bad, 1 - bad)
