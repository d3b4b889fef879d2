"""The posterior: how likely each hypothesis is now, by a Bayesian filter over the buckets of a
grid.

In each bucket a disruption may begin (at its price), end, change its reach or its failing share;
then the bucket's looks are weighed. Failing shares are a mixture, and "slow" is two more modes: all
looks take longer, or some of them take far longer, as those do that are tried again. A
region of which a whole bucket fails may also have had a mere blip on its path, so no region says
more than `blip_nats` in one bucket. This is the Shiryaev test made to tell several alternatives
apart (Shiryaev 1963; Tartakovsky, Nikiforov, Basseville 2014, ch. 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp, log
from typing import Final

import numpy as np

from coordinator.domain.inference.families import component_sets, suspicion_of
from coordinator.domain.inference.hypotheses import Group, Hypotheses
from coordinator.domain.inference.reaches import Reaches, reaches
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Flags, Floats
from coordinator.domain.window.grid import CountGrid

SHARES = (0.08, 0.2, 0.4, 0.7, 0.97)
"""The failing shares that are tried; those between are told well enough by their neighbours."""
SLOW_MODE = len(SHARES)
BLIPS = (2, 4)
"""The shares of a mere blip."""
"""The first of the slow modes; all after it are such."""
FAR_SHARE, FAR_NORMAL = 0.25, 0.03
"""Share of looks that take far longer while some are tried again, and while all is well (latencies
have heavy tails).
"""
MODE_PRIOR: Final = np.array([[2.0]] * SLOW_MODE + [[1.0]] * 2) / (2 * SLOW_MODE + 2)
"""(mode, 1): how likely each mode is before any look; the slow ones share what a failing share has.
"""
MODE_CHANGE = 0.04
"""How often, per bucket, a disruption changes its failing share."""
NEARBY = 0.8
"""How often it then changes to the next share that is tried; else to any."""
REACH_CHANGE = 0.02
"""How often, per bucket, a disruption changes its reach."""
SHARE_KEPT = 0.8
"""How often it then keeps its failing share: where it recovers first, the rest fails as before."""
ROUND_SHARE = 0.6
"""A blip that a round of extra looks sees, too, is rarer by this power."""
RECENT_BUCKETS = (2, 4)
"""What failed lately counts apart from what failed at all, so that what recovered is left out
soon.
"""
HUGE = 600.0
"""Nats from which on a likelihood is not worked out as such."""
MOST_CELL_NATS, MOST_LINE_NATS = 12.0, 30.0
"""Suspicion of a cell and of a region never grows beyond these."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What may be so and how likely: `chance[k]` for each hypothesis, `none` for none of them; they
    sum to 1.
    """

    hypotheses: Hypotheses
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
        return float(self.modes[k][SLOW_MODE:].sum()) > 0.5 * float(self.chance[k])

    def onset(self, k: int) -> int:
        """The bucket in which hypothesis `k` most likely began."""
        ahead = np.cumsum(self.nats[k][::-1])[::-1]
        return int(np.argmax(ahead))


@lru_cache
def share_changes(modes: int) -> tuple[Floats, Floats]:
    """(mode, 1): how likely each of the first so many modes is; and (mode after, mode before): how
    likely each is once the failing share changes.
    """
    prior = MODE_PRIOR[:modes] / MODE_PRIOR[:modes].sum()
    changes = np.repeat(prior, modes, axis=1)
    shares = min(modes, SLOW_MODE)
    for before in range(shares):
        near = [after for after in (before - 1, before + 1) if 0 <= after < shares]
        changes[:, before] *= 1 - NEARBY
        changes[near, before] += NEARBY / len(near)
    return prior, changes


def evidence(grid: CountGrid, normal: Floats, votes: Flags, lost: Floats | float = 0.0) -> Floats:
    """(mode, bucket, component, region): how much likelier the looks are in that mode than while
    all is well.

    What workers lose of everything explains failures away in that measure: of a worker that loses
    `lost` a share `1 - (1 - lost)(1 - s)` fails of what fails at `s`.
    """
    bad, good, far = grid.bad * votes, grid.good * votes, grid.far * votes
    kept, well = 1 - lost, 1 - normal
    anyway = 1 - kept * well
    modes = [
        bad * np.log((1 - kept * (1 - share)) / anyway) + good * np.log((1 - share) / well)
        for share in SHARES
    ]
    modes.append(grid.longer * votes)
    rest = (good - far) * log((1 - FAR_SHARE) / (1 - FAR_NORMAL))
    modes.append(far * log(FAR_SHARE / FAR_NORMAL) + rest)
    told: Floats = np.asarray(np.stack(modes), dtype=np.float64)
    return told


def _bounded(nats: Floats, blip: Floats, rare: Floats, foreseen: Floats) -> Floats:
    """Evidence against all being well, where all being well allows for a blip that is so `rare`,
    and for what is `foreseen` of the region's workers.

    `nats` are (bucket, mode, candidate, region), and taken over; the others are alike, or one for
    all.
    """
    zero = np.maximum(foreseen, blip)
    well = np.log((1 - rare) * np.exp(foreseen - zero) + rare * np.exp(blip - zero)) + zero
    told = np.subtract(nats, blip, out=nats)
    # an exponential would overflow, and what is beyond counts as it is
    beyond = np.maximum(0.0, told - HUGE) if told.max(initial=0.0) > HUGE else 0.0
    told -= beyond
    np.exp(told, out=told)
    told *= 1 - rare
    told += rare
    np.log(told, out=told)
    told += blip - well
    told += beyond
    return told


def _running(steps: Floats, most: float) -> Floats:
    """The CUSUM of (bucket, mode, ...): its value now, for the best mode.

    It never grows beyond `most`, so that what recovered is soon no suspect any more.
    """
    total = np.zeros(steps.shape[1:])
    for step in steps:
        total += step
        np.maximum(0.0, total, out=total)
        np.minimum(most, total, out=total)
    best: Floats = total.max(axis=0)
    return best


def _component_sets(
    nats: Floats, votes: Flags, standing: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]
) -> list[tuple[int, ...]]:
    """The sets of components worth trying that anybody votes on, those that are claimed first."""
    found = dict.fromkeys(components for components, _ in standing)
    steps = nats.swapaxes(0, 1)
    for recent in (steps, *(steps[-buckets:] for buckets in RECENT_BUCKETS)):
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
    foreseen: Floats | None = None,
) -> Posterior | None:
    """The posterior given the evidence (mode, bucket, component, region); None when no cell votes.

    `filled` is how much of each bucket has been looked at yet, from 0 to 1. `rounds` (bucket,
    region) of extra looks make a mere blip less likely: it would have to last. `standing` are
    (components, regions) that are claimed already: they are always among the hypotheses.
    """
    if not votes.any():
        return None
    candidates = _component_sets(nats, votes, standing)
    spell = np.zeros_like(rounds) if foreseen is None else np.maximum(0.0, foreseen)
    chosen = np.zeros((len(candidates), len(votes)))
    for row, components in enumerate(candidates):
        chosen[row, list(components)] = 1
    lines = _lines(nats, rounds, spell, chosen, rules)
    parts = [lines, *(lines[-buckets:] for buckets in RECENT_BUCKETS)]
    runs = [_running(part, MOST_LINE_NATS) for part in parts]
    suspicion = suspicion_of(runs, chosen @ votes > 0, groups)
    tried = reaches(candidates, suspicion, standing, len(votes), rules)
    return _filter(tried, _scores(lines, tried), filled, rules)


def _lines(nats: Floats, rounds: Floats, spell: Floats, chosen: Floats, rules: Rules) -> Floats:
    """(bucket, mode, candidate, region): the evidence of the components that each candidate has
    `chosen`, in a region.
    """
    whole = nats.sum(axis=2)
    blip = np.empty_like(whole)
    blip[:] = np.logaddexp(*(whole[mode] for mode in BLIPS)) - log(2)
    blip[SLOW_MODE:] = whole[SLOW_MODE:]
    rare = np.exp(-rules.blip_nats * (1 + ROUND_SHARE * rounds))
    # bucket by bucket: a larger product would wake threads that cost more than they do
    lines = chosen @ nats.swapaxes(0, 1)
    alike = (slice(None), None, None)
    return _bounded(lines, blip.swapaxes(0, 1)[:, :, None], rare[alike], spell[alike])


def _scores(lines: Floats, tried: Reaches) -> Floats:
    """(bucket, mode, hypothesis): the evidence of each."""
    buckets, modes, count, regions = lines.shape
    flat, member = lines.reshape(-1, count, regions), tried.member.T.astype(np.float64)
    scores = np.empty((len(flat), len(tried)))
    ends = np.cumsum(np.bincount(tried.candidate, minlength=count)).tolist()
    for row, (begin, end) in enumerate(pairwise([0, *ends])):
        scores[:, begin:end] = flat[:, row] @ member[:, begin:end]
    return scores.reshape(buckets, modes, -1)


def _filter(tried: Reaches, scores: Floats, filled: Floats, rules: Rules) -> Posterior:
    """Forward through the buckets. `scores` is (bucket, mode, hypothesis).

    A bucket that is only in part `filled` with looks lets pass only that part of its time.
    """
    _, modes, count = scores.shape
    prior, moves = share_changes(modes)
    begins, alone = np.exp(-tried.prices), prior[:, 0]
    starts, ends = float(begins.sum()), exp(-rules.end_nats)
    changes, stays = REACH_CHANGE / starts, np.eye(modes)
    tops = scores.max(axis=(1, 2), initial=0.0)
    gains = scores - tops[:, None, None]
    np.exp(gains, out=gains)
    # with what begins as one more row, all that may happen in a bucket is one product
    before, step = np.zeros((modes + 1, count)), np.empty((modes, modes + 1))
    before[modes], state, shares, none = begins, before[:modes], np.zeros(modes), 1.0
    for gain, top, part in zip(gains, tops.tolist(), filled.tolist(), strict=True):
        total = float(shares.sum())
        reached = SHARE_KEPT * shares + (1 - SHARE_KEPT) * total * alone
        step[:, :modes] = (1 - part * (ends + REACH_CHANGE + MODE_CHANGE)) * stays
        step[:, :modes] += (part * MODE_CHANGE) * moves
        step[:, modes] = part * (none * alone + changes * reached)
        np.multiply(step @ before, gain, out=state)
        none = (none * (1 - part * starts) + total * part * ends) * exp(-top)
        shares = state.sum(axis=1)
        norm = float(shares.sum()) + none
        state /= norm
        shares /= norm
        none /= norm
    chance = state.sum(axis=0)
    likeliest = state.argmax(axis=0)
    nats = scores[:, likeliest, np.arange(count)].T
    return Posterior(tried, chance, state.T, nats, float(none))
