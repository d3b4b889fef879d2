"""Sick spells told bucket by bucket, as the model says it: what the judge's are held to."""

from typing import NamedTuple

import numpy as np

from coordinator.domain.vantages import spells as ours
from coordinator.domain.window.axes import Floats


class Told(NamedTuple):
    """All that is told of vantage points, (bucket, vantage), and (vantage) in all."""

    lost: Floats
    foreseen: Floats
    sick: Floats
    nats: Floats


def told(witnessed: Floats, judged: Floats, blip_nats: float) -> Told:
    """Both are (loss, bucket, vantage)."""
    losses, buckets, count = witnessed.shape
    moves = ours._moves(losses)
    padded = np.concatenate([np.zeros((1, buckets, count)), witnessed])
    witness = np.exp(padded - padded.max(axis=0))
    back = np.ones((buckets, losses + 1, count))
    for bucket in range(buckets - 1, 0, -1):
        before = moves @ (back[bucket] * witness[:, bucket])
        back[bucket - 1] = before / before.max(axis=0)
    state = np.full((losses + 1, count), ours.SICK_BEFORE / losses)
    state[0] = 1 - ours.SICK_BEFORE
    undone = np.zeros((losses, count))
    lost, foreseen, sick = (np.empty((buckets, count)) for _ in range(3))
    nats = np.maximum(0.0, witnessed.max(axis=0)).sum(axis=0)
    for bucket in range(buckets):
        state = (moves.T @ state) * witness[:, bucket]
        nats += np.log(state.sum(axis=0))
        state /= state.sum(axis=0)
        chance = state * back[bucket]
        chance /= chance.sum(axis=0)
        lost[bucket] = np.array((0.0, *ours.LOSSES)) @ chance
        sick[bucket] = 1 - chance[0]
        chance[1:] *= np.exp(undone)
        chance /= chance.sum(axis=0)
        now = judged[:, bucket]
        foreseen[bucket] = np.logaddexp.reduce(
            np.concatenate((np.log(chance[:1]), np.log(np.maximum(chance[1:], 1e-300)) + now))
        )
        blip = now.max(axis=0) - blip_nats
        step = np.logaddexp(now, blip) - np.logaddexp(0.0, blip)
        undone = np.clip(undone + step, 0.0, ours.UNDONE_NATS)
    return Told(lost, foreseen, sick, nats)
