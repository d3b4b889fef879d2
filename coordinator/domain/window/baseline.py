"""What is normal for a check in a region while all is well: how long it takes, and how often it
fails.
"""

from collections.abc import Sequence
from itertools import chain
from math import exp, isfinite, log
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import Floats
from coordinator.domain.window.season import Season
from worker.contract.instant import Instant

STEADY_LOOKS, SEASONED_LOOKS = 200, 400
"""After so many looks, each new one moves what is normal by no more than one part in so many; of
the second, once the hours of the day are known.
"""
FAR_OFF = 2.0
"""A look that is farther from what is normal than this (natural logarithm) tells nothing of its
hour.
"""
VOTES_END = 7
"""Of what is kept, the numbers before this one are not of the season."""
SHORTEST_MS, LONGEST_MS = 1e-3, 86_400_000.0
"""Times beyond these are taken for these: a broken clock must not poison what is normal."""
LEAST_DEVIATION = 0.05
"""Times differ at least this much (natural logarithm) from look to look."""


APART = 0.1
"""Slow and not slow are told apart by shifts of the logarithm this far above and below the edge."""
MEETS_IT = 0.03
"""What is normal moves this far to meet a shift before the shift is told."""
FAR_FACTOR = 1.82
"""A look takes far longer from this multiple of its normal time on: more than a route or an hour of
the day does.
"""
FAR, MIDDLE, STEP_NATS = 15, 8, 0.4
"""Levels go from 1 to 15, by so many nats each; the middle one tells nothing, and 0 is no level."""
NOT_KNOWN_NATS = -0.25
"""What a good look says while too few times are known to call it slow: as much as one in the usual
spread says against some taking far longer. If it said nothing, slowness could follow any failure
and nothing would ever speak against it.
"""
NATS_OF_LEVEL: Final = (
    NOT_KNOWN_NATS,
    *(STEP_NATS * (level - MIDDLE) for level in range(1, FAR + 1)),
)
"""What a good look of each level says."""


class Baseline:
    """What is normal for a check in a region while all is well: its time, how much it varies, and
    how often it fails.

    Median and deviation of log times follow each time by a bounded step (a stochastic approximation
    of Huber's location and scale, Robbins and Monro 1951), so that no single time moves them far
    and memory is two numbers.
    """

    __slots__ = (
        "bad",
        "deviation",
        "edge",
        "far",
        "limit_ms",
        "looks",
        "median",
        "recent_bad",
        "recent_looks",
        "season",
        "steps",
        "times",
    )

    def __init__(self) -> None:
        self.times = 0
        self.median = 0.0
        self.deviation = 0.3
        self.limit_ms = float("inf")
        """From this time on a look is slow."""
        self.edge, self.steps, self.far = 0.0, 0.0, 0.0
        """The logarithm of the time from which on a look speaks for being slow, by how many steps
        for each unit more, and that of one that takes far longer.
        """
        self.looks = self.recent_looks = 0.0
        self.bad = self.recent_bad = 0.0
        self.season = Season()

    def learn_time(self, total_ms: float, at: Instant, rules: Rules) -> None:
        """Take the time of one good look of that moment in."""
        season = self.season
        if at >= season.turns_at:
            self.median = season.turn(at, self.median)
            if self.steps:
                self._draw_limit(rules)
        value = log(
            total_ms
            if SHORTEST_MS <= total_ms <= LONGEST_MS
            else min(max(SHORTEST_MS, total_ms), LONGEST_MS)
        )
        times = self.times = self.times + 1
        if times == 1:
            self.median = value
            return
        steady = SEASONED_LOOKS if season.known else STEADY_LOOKS
        rate = 1 / (times if times < steady else steady)
        distance, deviation = value - self.median, self.deviation
        bound = 2 * deviation
        # comparing costs less than min() and max(), and this runs for every good look
        if -FAR_OFF <= distance <= FAR_OFF:
            season.hear(value)
        if not -bound <= distance <= bound:
            distance = bound if distance > 0 else -bound
        self.median += rate * distance
        spread = 1.25 * abs(distance)
        deviation += rate * ((spread if spread < bound else bound) - deviation)
        self.deviation = deviation if deviation > LEAST_DEVIATION else LEAST_DEVIATION
        if times >= rules.slow_after_looks and (times < STEADY_LOOKS or times % 16 == 0):
            self._draw_limit(rules)

    def level(self, total_ms: float) -> int:
        """How much one look speaks for all looks of its cell taking longer, as a level of
        `NATS_OF_LEVEL`; 0 while too few times are known.

        Two shifts of the median are compared, one on either side of `slow_factor` (a sequential
        test of a mean, Wald 1945), each look within bounds, so that one alone tells little.
        """
        if not self.steps:
            return 0
        value = log(min(max(SHORTEST_MS, total_ms), LONGEST_MS))
        if value >= self.far:
            return FAR
        return min(max(1, int((value - self.edge) * self.steps + MIDDLE + 0.5)), FAR - 1)

    def _draw_limit(self, rules: Rules) -> None:
        usual = exp(self.median)
        least = log(1 + rules.slow_extra_ms / usual)
        self.edge = self.median + max(log(rules.slow_factor) - MEETS_IT, least)
        self.steps = 2 * APART / (STEP_NATS * self.deviation**2)
        spread = rules.slow_deviations * self.deviation
        self.far = self.median + max(log(FAR_FACTOR), spread, least)
        self.limit_ms = max(
            rules.slow_factor * usual,
            usual + rules.slow_extra_ms,
            exp(self.median + rules.slow_deviations * self.deviation),
        )

    def to_numbers(self) -> list[float]:
        """What was learned, to be kept over a restart."""
        votes = [self.looks, self.bad, self.recent_looks, self.recent_bad]
        return [self.times, self.median, self.deviation, *votes, *self.season.to_numbers()]

    def remember(self, numbers: Sequence[float], rules: Rules) -> None:
        """Take what was learned before a restart, if it can be: nothing else may reach a verdict.

        Of five numbers, as they were once kept, the last two are of lately, too; up to seven know
        no season.
        """
        times, median, deviation, *votes = numbers[:VOTES_END]
        if not _are_sound(deviation, [*numbers[:3], *votes]):
            return
        self.season.remember(numbers[VOTES_END:])
        self.median, self.deviation = median, max(deviation, LEAST_DEVIATION)
        self.looks, self.bad, self.recent_looks, self.recent_bad = (votes + votes)[:4]
        self.times = int(times)
        if self.times >= rules.slow_after_looks:
            self._draw_limit(rules)

    def learn_vote(self, bad: bool, decay: float, recent_decay: float | None = None) -> None:
        """Take one old look of a quiet time in."""
        self.looks = self.looks * decay + 1
        self.bad = self.bad * decay + bad
        lately = decay if recent_decay is None else recent_decay
        self.recent_looks = self.recent_looks * lately + 1
        self.recent_bad = self.recent_bad * lately + bad


class Votes(NamedTuple):
    """What many baselines learned of looks and bad ones, in all and lately, as arrays."""

    looks: Floats
    bad: Floats
    recent_looks: Floats
    recent_bad: Floats


_VOTES = attrgetter(*Votes._fields)


def votes_of(baselines: Sequence[Baseline]) -> Votes:
    """What these have learned."""
    rows = chain.from_iterable(map(_VOTES, baselines))
    found = np.fromiter(rows, np.float64, len(Votes._fields) * len(baselines))
    return Votes(*found.reshape(-1, len(Votes._fields)).T)


def normal_shares(votes: Votes, usual: Floats | float, rules: Rules) -> Floats:
    """The share of looks that fails while all is well: no more than lately. `usual` is what it is
    taken for until it is known.
    """
    prior = rules.prior_looks
    ever = (prior * usual + votes.bad) / (prior + votes.looks)
    lately = (prior * ever + votes.recent_bad) / (prior + votes.recent_looks)
    least = np.maximum(np.minimum(ever, lately), rules.normal_share_min)
    return np.asarray(np.minimum(least, rules.normal_share_max), dtype=np.float64)


def _are_sound(deviation: float, numbers: Sequence[float]) -> bool:
    """Whether these are numbers that can be learned: none endless or below what it can be."""
    times, median, _, looks, bad, *lately = numbers
    counts = [times, looks, bad, *lately]
    shares = bad <= looks and (not lately or lately[1] <= lately[0])
    return (
        all(map(isfinite, numbers))
        and min(counts) >= 0
        and 0 < deviation <= log(LONGEST_MS / SHORTEST_MS)
        and shares
        and abs(median) <= log(LONGEST_MS)
    )
