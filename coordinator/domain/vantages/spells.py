"""Sick spells: how often a vantage point fails at everything, bucket by bucket, told by a hidden
Markov model.

A vantage point is well or loses some share of all its looks, whatever they look at; now and then it
falls sick, changes its share or recovers. Given what witnesses say of each share in each bucket,
the forward-backward algorithm (Baum, Petrie, Soules, Weiss 1970; Rabiner 1989) tells how likely
each share is in each bucket, by what came before and after.
"""

from math import exp
from typing import NamedTuple

import numpy as np

from coordinator.domain.window.axes import Floats

LOSSES = (0.04, 0.08, 0.15, 0.3, 0.5, 0.75, 0.97)
"""The shares of its looks that a sick vantage point may lose; these tell those between."""
FALLS_SICK = exp(-7.5)
"""How often, per bucket, a vantage point that is well falls sick."""
RECOVERS = 0.03
"""How often, per bucket, a sick one is well again."""
CHANGES = 0.03
"""How often, per bucket, it goes on with another share."""
SICK_BEFORE = 0.005
"""How likely it was sick before the first bucket."""
UNDONE_NATS = 7.5
"""About what it takes to make up for how rarely anybody falls sick with a certain loss."""


class Spells(NamedTuple):
    """What witnesses tell of each vantage point in each bucket."""

    lost: Floats
    """(bucket, vantage): the share of its looks that it is expected to lose."""
    sick: Floats
    """(bucket, vantage): how likely it is sick."""
    nats: Floats
    """(vantage): how much likelier all that they say is than if it is well throughout."""
    chance: Floats
    """(bucket, state, vantage): how likely it is well (the first state) or has each of `LOSSES`."""

    def foreseen(self, judged: Floats, blip_nats: float) -> Floats:
        """(bucket, vantage): how much likelier what is judged looks, in nats, if only the vantage
        point may be sick, than if it is well: by its witnesses, and by what was judged before.

        `judged` is (loss, bucket, vantage): how much likelier the looks at what is judged are with
        each of `LOSSES`. It may fail in a mere blip, too, so no bucket of it says more than
        `blip_nats` of its vantage point; and all of it no more than would undo `UNDONE_NATS`: it
        may make up for how rarely anybody falls sick, never for what witnesses say.
        """
        losses, buckets, count = judged.shape
        bounded = _bounded(judged, blip_nats)
        told, before = np.zeros((losses, count)), np.empty((buckets, losses, count))
        for bucket in range(buckets):
            before[bucket] = told
            told = np.minimum(np.maximum(told + bounded[:, bucket], 0.0), UNDONE_NATS)
        chance = self.chance.copy()
        chance[:, 1:] *= np.exp(before)
        chance /= chance.sum(axis=1, keepdims=True)
        return _mean(chance, judged.transpose(1, 0, 2))


def spells(witnessed: Floats) -> Spells:
    """What is told of vantage points of which witnesses say so much: `witnessed` is (loss, bucket,
    vantage), how much likelier their looks are with each of `LOSSES` than if it is well.
    """
    losses, buckets, count = witnessed.shape
    moves = _moves(losses)
    witness = _likelihoods(witnessed)
    back = _back(moves, witness)
    onward = np.ascontiguousarray(moves.T)
    state = np.full((losses + 1, count), SICK_BEFORE / losses)
    state[0] = 1 - SICK_BEFORE
    states, sums = np.empty((buckets, losses + 1, count)), np.empty((buckets, count))
    for bucket in range(buckets):
        state = (onward @ state) * witness[:, bucket]
        sums[bucket] = state.sum(axis=0)
        state /= sums[bucket]
        states[bucket] = state
    nats = np.maximum(0.0, witnessed.max(axis=0)).sum(axis=0) + np.log(sums).sum(axis=0)
    chance = states * back
    chance /= chance.sum(axis=1, keepdims=True)
    return Spells(np.array((0.0, *LOSSES)) @ chance, 1 - chance[:, 0], nats, chance)


def _mean(chance: Floats, nats: Floats) -> Floats:
    """The logarithm of the mean likelihood over states (axis 1); in the first, it is 1."""
    top = np.maximum(0.0, nats.max(axis=1))
    rest = (chance[:, 1:] * np.exp(nats - top[:, None])).sum(axis=1)
    mean: Floats = np.log(chance[:, 0] * np.exp(-top) + rest)
    return np.asarray(mean + top, dtype=np.float64)


def _bounded(nats: Floats, most: float) -> Floats:
    """The evidence when a blip that is as rare as `most` nats may explain a bucket as well as any
    loss.
    """
    blip = nats.max(axis=0) - most
    told: Floats = np.logaddexp(nats, blip) - np.logaddexp(0.0, blip)
    return told


def _likelihoods(nats: Floats) -> Floats:
    """(state, bucket, vantage), the largest of each bucket being 1; the first is being well."""
    padded = np.concatenate([np.zeros((1, *nats.shape[1:])), nats])
    likely: Floats = np.exp(padded - padded.max(axis=0))
    return likely


def _back(moves: Floats, witness: Floats) -> Floats:
    """(bucket, state, vantage): how likely is what is witnessed after a bucket, by its state."""
    states, buckets, count = witness.shape
    back = np.ones((buckets, states, count))
    for bucket in range(buckets - 1, 0, -1):
        before = moves @ (back[bucket] * witness[:, bucket])
        back[bucket - 1] = before / before.max(axis=0)
    return back


def _moves(losses: int) -> Floats:
    """(from, to): how likely each state is followed by each other; the first is being well."""
    moves = np.full((losses + 1, losses + 1), CHANGES / losses)
    moves[0, 1:], moves[1:, 0] = FALLS_SICK / losses, RECOVERS
    np.fill_diagonal(moves, 0.0)
    np.fill_diagonal(moves, 1 - moves.sum(axis=1))
    return moves
