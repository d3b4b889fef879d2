"""A series: the newest looks at one check from one region, in event time, each once, and what is
normal there.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from math import exp, log

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check
from coordinator.domain.window.look import NAME_SHIFT, VOTE_SHIFT, Vote, at_of, first_code, fresh_ms
from worker.contract.instant import Instant
from worker.contract.result import Result

ROOM = 3
"""A series is trimmed when it holds this many spans of looks."""
STEADY_LOOKS = 200
"""After so many looks, each new one moves what is normal by no more than one part in so many."""
SHORTEST_MS, LONGEST_MS = 1e-3, 86_400_000.0
"""Times beyond these are taken for these: a broken clock must not poison what is normal."""
LEAST_DEVIATION = 0.05
"""Times differ at least this much (natural logarithm) from look to look."""


class Baseline:
    """What is normal for a check in a region while all is well: its time, how much it varies, and
    how often it fails.

    Median and deviation of log times follow each time by a bounded step (a stochastic approximation
    of Huber's location and scale, Robbins and Monro 1951), so that no single time moves them far
    and memory is two numbers.
    """

    __slots__ = ("bad", "deviation", "limit_ms", "looks", "median", "times")

    def __init__(self) -> None:
        self.times = 0
        self.median = 0.0
        self.deviation = 0.3
        self.limit_ms = float("inf")
        """From this time on a look is slow."""
        self.looks = 0.0
        self.bad = 0.0

    def learn_time(self, total_ms: float, rules: Rules) -> None:
        """Take the time of one good look in."""
        value = log(
            total_ms
            if SHORTEST_MS <= total_ms <= LONGEST_MS
            else min(max(SHORTEST_MS, total_ms), LONGEST_MS)
        )
        times = self.times = self.times + 1
        if times == 1:
            self.median = value
            return
        rate = 1 / (times if times < STEADY_LOOKS else STEADY_LOOKS)
        distance, deviation = value - self.median, self.deviation
        bound = 2 * deviation
        # comparing costs less than min() and max(), and this runs for every good look
        if -bound <= distance <= bound:
            self.median += rate * distance
        else:
            self.median += rate * (bound if distance > 0 else -bound)
        spread = 1.25 * abs(distance)
        deviation += rate * ((spread if spread < bound else bound) - deviation)
        self.deviation = deviation if deviation > LEAST_DEVIATION else LEAST_DEVIATION
        if times >= rules.slow_after_looks and (times < STEADY_LOOKS or times % 16 == 0):
            self._draw_limit(rules)

    def _draw_limit(self, rules: Rules) -> None:
        usual = exp(self.median)
        self.limit_ms = max(
            rules.slow_factor * usual,
            usual + rules.slow_extra_ms,
            exp(self.median + rules.slow_deviations * self.deviation),
        )

    def to_numbers(self) -> list[float]:
        """What was learned, to be kept over a restart."""
        return [self.times, self.median, self.deviation, self.looks, self.bad]

    def remember(self, numbers: Sequence[float], rules: Rules) -> None:
        """Take what was learned before a restart."""
        times, self.median, self.deviation, self.looks, self.bad = numbers
        self.times = int(times)
        if self.times >= rules.slow_after_looks:
            self._draw_limit(rules)

    def learn_vote(self, bad: bool, decay: float) -> None:
        """Take one old look of a quiet time in."""
        self.looks = self.looks * decay + 1
        self.bad = self.bad * decay + bad

    def share(self, rules: Rules) -> float:
        """The share of looks that fails while all is well."""
        share = (1 + self.bad) / (rules.prior_looks + self.looks)
        return min(max(share, rules.normal_share_min), rules.normal_share_max)


class Series:
    """The looks at one check from one region. Whatever the order and however often they come in,
    the same stay.
    """

    __slots__ = (
        "asn",
        "check",
        "codes",
        "column",
        "component",
        "decay",
        "edge",
        "fresh_ms",
        "late_ms",
        "normal",
        "reference",
        "region",
        "room",
        "row",
        "span_ms",
        "votes",
    )

    def __init__(
        self, check: Check, region: str, reference: bool, span_ms: int, rules: Rules
    ) -> None:
        self.check = check
        self.region = region
        self.component = check.component
        self.reference = reference
        self.codes = array("q")
        self.row = self.column = 0
        """Where its cell stands on the axes of its service."""
        self.span_ms = span_ms
        """How far back looks are kept."""
        self.room = ROOM * span_ms // check.interval_ms + 16
        """Looks after which it is trimmed, for one worker a region; with more it is trimmed
        oftener.
        """
        self.fresh_ms = fresh_ms(check.interval_ms, rules.silent_after_ms)
        self.late_ms = check.timeout_ms + check.interval_ms
        """A result that takes longer than this to come in is late: it corrects history and raises
        no alarm.
        """
        self.normal = Baseline()
        self.decay = 0.5 ** (check.interval_ms / rules.half_life_ms)
        self.votes = False
        """Whether its cell votes at present."""
        self.asn: int | None = None
        """The network that answered last."""
        self.edge: str | None = None
        """The edge location that answered last, where it says so."""

    def add(self, code: int) -> bool:
        """Take a look in; False when it was there already."""
        codes = self.codes
        if not codes or code >> NAME_SHIFT > codes[-1] >> NAME_SHIFT:
            codes.append(code)
        else:
            place = bisect_left(codes, code >> NAME_SHIFT << NAME_SHIFT)
            if place < len(codes) and codes[place] >> NAME_SHIFT == code >> NAME_SHIFT:
                return False
            codes.insert(place, code)
        return True

    def trim(self, quiet_since: Instant) -> None:
        """Forget looks older than the span; those of a quiet time are learned from."""
        codes = self.codes
        end = bisect_left(codes, first_code(at_of(codes[-1]) - self.span_ms))
        if end == 0:
            return
        if quiet_since != LONGEST_AGO:
            self._learn(codes[bisect_left(codes, first_code(quiet_since), 0, end) : end])
        del codes[:end]

    def _learn(self, old: "array[int]") -> None:
        for code in old:
            vote = code >> VOTE_SHIFT & 3
            if vote != Vote.ABSTAINS:
                self.normal.learn_vote(vote == Vote.BAD, self.decay)

    def since(self, at: Instant) -> "array[int]":
        """The looks of that moment and later, oldest first."""
        codes = self.codes
        if not codes or codes[0] >= (bound := first_code(at)):
            return codes
        return codes[bisect_left(codes, bound) :]

    def answered_from(self, result: Result) -> None:
        """Note the network and the edge that answered."""
        if result.asn is not None:
            self.asn = result.asn
        if result.extra and isinstance(edge := result.extra.get("edge"), str):
            self.edge = edge

    def adopt(self, before: "Series") -> None:
        """Take over the looks and what is normal under the former configuration."""
        self.codes, self.normal = before.codes, before.normal
        self.asn, self.edge = before.asn, before.edge
