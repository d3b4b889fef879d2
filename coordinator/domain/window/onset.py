"""The onset: the look with which trouble most likely began."""

import numpy as np

from coordinator.domain.window.axes import Flags

LEAST_SHARE, MOST_SHARE, NORMAL_SHARE = 0.05, 0.97, 0.004
"""Failing shares between which the start is looked for, and the one while all is well."""


def onset(bad: Flags) -> int:
    """The place, in order of time, of the look that splits quiet from trouble best, each start by
    the share that follows it (maximum likelihood). There must be a look.
    """
    after = np.cumsum(bad[::-1], dtype=np.int64)[::-1]
    looks = np.arange(len(bad), 0, -1)
    share = np.clip(after / looks, LEAST_SHARE, MOST_SHARE)
    nats = after * np.log(share / NORMAL_SHARE)
    nats = nats - (looks - after) * np.log((1 - NORMAL_SHARE) / (1 - share))
    return int(np.argmax(nats))
