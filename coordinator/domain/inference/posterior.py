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
from itertools import chain
from math import exp, log
from typing import Final

import numpy as np

from coordinator.domain.inference.families import component_sets, suspicion_of
from coordinator.domain.inference.hypotheses import Group, Hypothesis
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
    kept = 1 - lost
    modes = [
        bad * np.log((1 - kept * (1 - share)) / (1 - kept * (1 - normal)))
        + good * np.log((1 - share) / (1 - normal))
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

    `nats` are (candidate, mode, bucket, region), the others alike but for the first.
    """
    gap = nats - blip
    ahead = gap >= 0
    # the larger of the two exponents is zero, and what it gives one
    told: Floats = np.exp(np.negative(np.abs(gap, out=gap), out=gap), out=gap)
    told *= np.where(ahead, rare, 1 - rare)
    told += np.where(ahead, 1 - rare, rare)
    np.log(told, out=told)
    told += np.maximum(nats, blip)
    zero = np.maximum(foreseen, blip)
    told -= np.log((1 - rare) * np.exp(foreseen - zero) + rare * np.exp(blip - zero)) + zero
    return told


def _running(steps: Floats, most: float) -> Floats:
    """The CUSUM along axis 1 (buckets) of (mode, bucket, ...): its value now, for the best mode.

    It never grows beyond `most`, so that what recovered is soon no suspect any more.
    """
    total = np.zeros_like(steps[:, 0])
    for bucket in range(steps.shape[1]):
        total += steps[:, bucket]
        np.maximum(0.0, total, out=total)
        np.minimum(most, total, out=total)
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
    lines = _lines(nats, rounds, spell, candidates, rules)
    steps, every = lines.transpose(1, 2, 0, 3), tuple(groups)
    parts = [steps, *(steps[:, -buckets:] for buckets in RECENT_BUCKETS)]
    runs = [_running(part, MOST_LINE_NATS).tolist() for part in parts]
    tried: list[Reaches] = []
    for row, components in enumerate(candidates):
        voting = np.flatnonzero(votes[list(components)].any(axis=0)).tolist()
        suspicion = suspicion_of([run[row] for run in runs], tuple(voting), every)
        claimed = tuple(regions for theirs, regions in standing if theirs == components)
        tried.append(reaches(components, suspicion, claimed, votes.shape, rules))
    return _filter(tried, _scores(lines, [one.member for one in tried]), filled, rules)


def _lines(
    nats: Floats, rounds: Floats, spell: Floats, candidates: Sequence[tuple[int, ...]], rules: Rules
) -> Floats:
    """(candidate, mode, bucket, region): the evidence of some components in a region."""
    whole = nats.sum(axis=2)
    blip = np.empty_like(whole)
    blip[:] = np.logaddexp(*(whole[mode] for mode in BLIPS)) - log(2)
    blip[SLOW_MODE:] = whole[SLOW_MODE:]
    rare = np.exp(-rules.blip_nats * (1 + ROUND_SHARE * rounds))
    chosen = np.zeros((len(candidates), nats.shape[2]))
    for row, places in enumerate(candidates):
        chosen[row, list(places)] = 1
    # bucket by bucket: a larger product would wake threads that cost more than they do
    lines = np.ascontiguousarray((chosen @ nats).transpose(2, 0, 1, 3))
    alike = (len(nats), 1, 1)
    return _bounded(lines, blip, np.tile(rare, alike), np.tile(spell, alike))


def _scores(lines: Floats, members: Sequence[Floats]) -> Floats:
    """(bucket, mode, hypothesis): the evidence of each; `members` are those of each candidate."""
    ends = np.cumsum([member.shape[1] for member in members]).tolist()
    scores = np.empty((lines.shape[2], lines.shape[1], ends[-1]))
    for line, member, end in zip(lines, members, ends, strict=True):
        scores[:, :, end - member.shape[1] : end] = (line @ member).swapaxes(0, 1)
    return scores


def _filter(tried: Sequence[Reaches], scores: Floats, filled: Floats, rules: Rules) -> Posterior:
    """Forward through the buckets. `scores` is (bucket, mode, hypothesis).

    A bucket that is only in part `filled` with looks lets pass only that part of its time.
    """
    _, modes, count = scores.shape
    begins = np.exp(-np.concatenate([one.prices for one in tried]))
    starts, ends = float(begins.sum()), exp(-rules.end_nats)
    changes = begins * (REACH_CHANGE / starts)
    prior, moves = share_changes(modes)
    begins = begins * prior
    tops = scores.max(axis=(1, 2), initial=0.0)
    gains = scores - tops[:, None, None]
    np.exp(gains, out=gains)
    state, none = np.zeros((modes, count)), 1.0
    for gain, top, part in zip(gains, tops.tolist(), filled.tolist(), strict=True):
        shares = state.sum(axis=1)
        total = shares.sum()
        reached = SHARE_KEPT * shares + (1 - SHARE_KEPT) * total * prior[:, 0]
        moved = (part * MODE_CHANGE) * (moves @ state)
        state *= 1 - part * (ends + REACH_CHANGE + MODE_CHANGE)
        state += moved
        state += (none * part) * begins
        state += np.outer(part * reached, changes)
        state *= gain
        none = none * (1 - part * starts) + total * part * ends
        none *= exp(-top)
        norm = state.sum() + none
        state /= norm
        none /= norm
    chance = state.sum(axis=0)
    likeliest = state.argmax(axis=0)
    nats = scores[:, likeliest, np.arange(count)].T
    hypotheses = list(chain.from_iterable(one.hypotheses for one in tried))
    return Posterior(hypotheses, chance, state.T, nats, float(none))
