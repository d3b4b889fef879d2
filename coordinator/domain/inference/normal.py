"""What share of looks fails while all is well, cell by cell, as far as it was learned.

A cell has few looks, so it is taken to be like its component, and that like its service, until it
is known better (shrinkage, Efron and Morris 1973). Nothing that was learned counts for more than
lately was seen, so that what taught it does not outlive it by long.
"""

from collections.abc import Sequence

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Floats, Ints
from coordinator.domain.window.baseline import Votes, normal_shares, votes_of
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.series import Series

KNOWN_LOOKS = 2_000
"""From so many learned looks on a service is known; until then, what always failed is normal."""
PARTS = 3
"""A fault stands when each of so many parts of the window shows it."""


def normal_of(
    all_series: Sequence[Series], cells: Sequence[int], grid: CountGrid, rules: Rules
) -> Floats:
    """(component, region): the share that fails while all is well. `cells` are those of the series.

    Never NaN, and between the bounds of the rules.
    """
    shape = grid.bad.shape[1:]
    found = np.full(shape, rules.normal_share_min)
    rows = np.asarray(cells, dtype=np.int64) // max(1, shape[1])
    votes = votes_of([series.normal for series in all_series])
    usual = _usual(votes, rows, shape[0], rules)
    shares = normal_shares(votes, usual[rows], rules)
    np.maximum.at(found.reshape(-1), np.asarray(cells, dtype=np.int64), shares)
    if votes.looks.sum() < KNOWN_LOOKS:
        found = np.maximum(found, _standing(grid, rules)[:, None])
    return np.asarray(np.clip(found, rules.normal_share_min, rules.normal_share_max))


def _usual(votes: Votes, rows: Ints, count: int, rules: Rules) -> Floats:
    """The usual share of each component, by all that was learned and by what was lately: the lesser
    of the two, and never less than that of a cell that nothing is known of.
    """
    prior, least = rules.prior_looks, 1 / rules.prior_looks
    pairs = ((votes.looks, votes.bad), (votes.recent_looks, votes.recent_bad))
    each = [
        (prior * ((1 + bad.sum()) / (prior + looks.sum())) + np.bincount(rows, bad, count))
        / (prior + np.bincount(rows, looks, count))
        for looks, bad in pairs
    ]
    return np.asarray(np.maximum(least, np.minimum(*each)), dtype=np.float64)


def _standing(grid: CountGrid, rules: Rules) -> Floats:
    """The share of each component that fails in every part of the window, and of the service: what
    a new service always did. The newest bucket is not over yet.
    """
    bad, looks = grid.bad.sum(axis=2), (grid.bad + grid.good).sum(axis=2)
    seen = np.flatnonzero(looks.sum(axis=1))
    seen = seen[:-1] if len(seen) > 1 else seen
    told = np.full(bad.shape[1], np.inf)
    for part in np.array_split(seen, min(PARTS, max(1, len(seen)))):
        whole = (1 + bad[part].sum()) / (rules.prior_looks + looks[part].sum())
        each = (1 + bad[part].sum(axis=0)) / (rules.prior_looks + looks[part].sum(axis=0))
        told = np.minimum(told, np.maximum(whole, each))
    return np.asarray(told, dtype=np.float64)
