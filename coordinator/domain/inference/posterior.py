"""The posterior: how likely each hypothesis is now, by a Bayesian filter over the buckets of a
grid.

In each bucket a disruption may begin (at its price), end, change its reach or its failing share;
then the bucket's looks are weighed. Failing shares are a mixture, and "slow" is one more mode. A
region of which a whole bucket fails may also have had a mere blip on its path, so no region says
more than `blip_nats` in one bucket. This is the Shiryaev test made to tell several alternatives
apart (Shiryaev 1963; Tartakovsky, Nikiforov, Basseville 2014, ch. 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from coordinator.domain.inference.families import component_sets, region_sets
from coordinator.domain.inference.hypotheses import Group, Hypothesis, distinct, price_of
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Flags, Floats, any_along
from coordinator.domain.window.grid import CountGrid

SHARES = (0.08, 0.2, 0.4, 0.7, 0.97)
"""The failing shares that are tried; those between are told well enough by their neighbours."""
SLOW_MODE = len(SHARES)
BLIPS = (2, 4)
"""The shares of a mere blip."""
SLOW_SHARE, SLOW_NORMAL = 0.8, 0.03
"""Share of slow looks while a cell is slow, and while all is well (latencies have heavy tails)."""
MODE_CHANGE = 0.04
"""How often, per bucket, a disruption changes its failing share."""
REACH_CHANGE = 0.05
"""How often, per bucket, a disruption changes its reach."""
ROUND_SHARE = 0.6
"""A blip that a round of extra looks sees, too, is rarer by this power."""
RECENT_BUCKETS = (2, 4)
"""What failed lately counts apart from what failed at all, so that what recovered is left out
soon.
"""
MOST_CELL_NATS, MOST_LINE_NATS = 12.0, 30.0
"""Suspicion of a cell and of a region never grows beyond these."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What may be so and how likely: `chance[k]` for each hypothesis, `none` for none of them; they
    sum to 1.
    """

    hypotheses: Sequence[Hypothesis]
    chance: Floats
    modes: Floats
    """(hypothesis, mode): how likely with each failing share, or slow."""
    nats: Floats
    """(hypothesis, bucket): evidence in its likeliest mode."""
    none: float

    def best(self) -> int:
        """The likeliest hypothesis."""
        return int(np.argmax(self.chance))

    def is_slow(self, k: int) -> bool:
        """Whether hypothesis `k` is more likely one of slowness than of failures."""
        return float(self.modes[k][SLOW_MODE]) > 0.5 * float(self.chance[k])

    def onset(self, k: int) -> int:
        """The bucket in which hypothesis `k` most likely began."""
        ahead = np.cumsum(self.nats[k][::-1])[::-1]
        return int(np.argmax(ahead))


def evidence(grid: CountGrid, normal: Floats, votes: Flags) -> Floats:
    """(mode, bucket, component, region): how much likelier the looks are in that mode than while
    all is well.
    """
    bad, good, slow = grid.bad * votes, grid.good * votes, grid.slow * votes
    modes = [
        bad * np.log(share / normal) + good * np.log((1 - share) / (1 - normal)) for share in SHARES
    ]
    quick = good - slow
    modes.append(
        slow * log(SLOW_SHARE / SLOW_NORMAL) + quick * log((1 - SLOW_SHARE) / (1 - SLOW_NORMAL))
    )
    told: Floats = np.asarray(np.stack(modes), dtype=np.float64)
    return told


def _bounded(nats: Floats, blip: Floats, rare: Floats) -> Floats:
    """Evidence against all being well, where all being well allows for a blip that is so `rare`
    (bucket, region).
    """
    top = np.maximum(nats, blip)
    zero = np.maximum(0.0, blip)
    told: Floats = np.log((1 - rare) * np.exp(nats - top) + rare * np.exp(blip - top)) + top
    normal: Floats = np.log((1 - rare) * np.exp(-zero) + rare * np.exp(blip - zero)) + zero
    return told - normal


def _running(steps: Floats, most: float) -> Floats:
    """The CUSUM along axis 1 (buckets) of (mode, bucket, ...): its value now, for the best mode.

    It never grows beyond `most`, so that what recovered is soon no suspect any more.
    """
    total = np.zeros_like(steps[:, 0])
    for bucket in range(steps.shape[1]):
        total = np.minimum(most, np.maximum(0.0, total + steps[:, bucket]))
    best: Floats = total.max(axis=0)
    return best


def _component_sets(
    nats: Floats, votes: Flags, standing: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]
) -> list[tuple[int, ...]]:
    """The sets of components worth trying that anybody votes on, those that are claimed first."""
    found = dict.fromkeys(components for components, _ in standing)
    for recent in (nats, *(nats[:, -buckets:] for buckets in RECENT_BUCKETS)):
        found.update(dict.fromkeys(component_sets(_running(recent, MOST_CELL_NATS))))
    return [components for components in found if votes[list(components)].any()]


def weigh(
    nats: Floats,
    filled: Floats,
    rounds: Floats,
    votes: Flags,
    groups: Sequence[Group],
    standing: Sequence[tuple[tuple[int, ...], tuple[int, ...]]],
    rules: Rules,
) -> Posterior | None:
    """The posterior given the evidence (mode, bucket, component, region); None when no cell votes.

    `filled` is how much of each bucket has been looked at yet, from 0 to 1. `rounds` (bucket,
    region) of extra looks make a mere blip less likely: it would have to last. `standing` are
    (components, regions) that are claimed already: they are always among the hypotheses.
    """
    everywhere = votes.any(axis=0)
    if not everywhere.any():
        return None
    whole = nats.sum(axis=2)
    blip = np.broadcast_to(
        np.logaddexp(*(whole[mode] for mode in BLIPS)) - log(2), whole.shape
    ).copy()
    blip[SLOW_MODE] = whole[SLOW_MODE]
    rare = np.exp(-rules.blip_nats * (1 + ROUND_SHARE * rounds))
    candidates = _component_sets(nats, votes, standing)
    chosen = np.zeros((len(candidates), len(votes)))
    for row, components in enumerate(candidates):
        chosen[row, list(components)] = 1
    lines = _bounded(chosen @ nats, blip[:, :, None], rare[:, None])
    parts = [lines, *(lines[:, -n:] for n in RECENT_BUCKETS)]
    runs = [_running(part, MOST_LINE_NATS) for part in parts]
    hypotheses: list[Hypothesis] = []
    told = []
    for row, components in enumerate(candidates):
        voting = any_along(votes[list(components)], 0)
        sets = region_sets([run[row] for run in runs], voting, groups)
        sets.update(
            (regions, "")
            for theirs, regions in standing
            if theirs == components and regions not in sets
        )
        member = np.zeros((lines.shape[3], len(sets)))
        for column, (regions, group) in enumerate(sets.items()):
            member[list(regions), column] = 1
            price = price_of(components, regions, group, len(votes), int(voting.sum()), rules)
            hypotheses.append(Hypothesis(components, regions, price, group))
        told.append(lines[:, :, row] @ member)
    scores = np.concatenate(told, axis=2)
    kept = distinct(hypotheses)
    if len(kept) < len(hypotheses):
        place = {id(hypothesis): k for k, hypothesis in enumerate(hypotheses)}
        scores = scores[:, :, [place[id(hypothesis)] for hypothesis in kept]]
    return _filter(kept, scores, filled, rules)


def _filter(
    hypotheses: Sequence[Hypothesis], scores: Floats, filled: Floats, rules: Rules
) -> Posterior:
    """Forward through the buckets. `scores` is (mode, bucket, hypothesis).

    A bucket that is only in part `filled` with looks lets pass only that part of its time.
    """
    modes, _, count = scores.shape
    begins = np.exp(-np.array([hypothesis.price for hypothesis in hypotheses])) / modes
    starts, ends = float(begins.sum()) * modes, exp(-rules.end_nats)
    changes = begins * (REACH_CHANGE / starts)
    state, none = np.zeros((modes, count)), 1.0
    for bucket, part in enumerate(filled.tolist()):
        total = state.sum()
        kept = state * (1 - part * (ends + REACH_CHANGE + MODE_CHANGE))
        kept += state.sum(axis=0) * (part * MODE_CHANGE / modes)
        state = kept + (none * part) * begins + (total * part) * changes
        none = none * (1 - part * starts) + total * part * ends
        step = scores[:, bucket]
        top = max(0.0, float(step.max(initial=0.0)))
        state = state * np.exp(step - top)
        none *= exp(-top)
        norm = state.sum() + none
        state /= norm
        none /= norm
    chance = state.sum(axis=0)
    likeliest = state.argmax(axis=0)
    nats = scores[likeliest, :, np.arange(count)]
    return Posterior(hypotheses, chance, state.T, nats, float(none))
