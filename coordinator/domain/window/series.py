"""A series: the newest looks at one check from one region, in event time, each once, and what is
normal there.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from types import MappingProxyType
from typing import Final, TypeAlias

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Check
from coordinator.domain.window.baseline import Baseline
from coordinator.domain.window.look import (
    NAME_SHIFT,
    VOTE_SHIFT,
    Vote,
    at_of,
    first_code,
    fresh_ms,
    worker_of,
)
from worker.contract.instant import Instant
from worker.contract.result import Result

ROOM = 3
"""A series is trimmed when it holds this many spans of looks."""
LATELY, LATELY_LOOKS = 28, 500
"""What is learned of lately counts half after this part of the half-life (of a week, six hours), or
so many looks.
"""
Spans: TypeAlias = Sequence[tuple[Instant, Instant]]
NOBODY: Final[Mapping[int, Spans]] = MappingProxyType({})


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
        "kin",
        "late_ms",
        "normal",
        "recent_decay",
        "reference",
        "region",
        "room",
        "row",
        "span_ms",
        "votes",
    )

    def __init__(
        self,
        check: Check,
        region: str,
        reference: bool,
        span_ms: int,
        rules: Rules,
        stride: int = 1,
    ) -> None:
        self.check = check
        self.region = region
        self.component = check.component
        self.reference = reference
        self.kin = intern(f"{check.service}/{check.component}" if reference else check.service)
        """Its witness by name: a service is one, and so is each component of a reference."""
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
        if stride > 1:  # where looks are rare one speaks for longer, as far as they are kept
            rarely_ms = fresh_ms(stride * check.interval_ms, rules.silent_after_ms)
            self.fresh_ms = max(self.fresh_ms, min(span_ms, rarely_ms))
        self.late_ms = check.timeout_ms + check.interval_ms
        """A result that takes longer than this to come in is late: it corrects history and raises
        no alarm.
        """
        self.normal = Baseline()
        self.decay = 0.5 ** (check.interval_ms / rules.half_life_ms)
        lately_ms = max(rules.half_life_ms / LATELY, LATELY_LOOKS * check.interval_ms)
        self.recent_decay = 0.5 ** (check.interval_ms / lately_ms)
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

    def trim(self, quiet_since: Instant, unfit: Mapping[int, Spans] = NOBODY) -> None:
        """Forget looks older than the span; those of a quiet time are learned from, but not those
        of a worker that was `unfit` then (spans by its number).
        """
        codes = self.codes
        end = bisect_left(codes, first_code(at_of(codes[-1]) - self.span_ms))
        if end == 0:
            return
        if quiet_since != LONGEST_AGO:
            self._learn(codes[bisect_left(codes, first_code(quiet_since), 0, end) : end], unfit)
        del codes[:end]

    def _learn(self, old: "array[int]", unfit: Mapping[int, Spans]) -> None:
        for code in old:
            vote = code >> VOTE_SHIFT & 3
            if vote == Vote.ABSTAINS or (
                unfit and any(a <= at_of(code) < b for a, b in unfit.get(worker_of(code), ()))
            ):
                continue
            self.normal.learn_vote(vote == Vote.BAD, self.decay, self.recent_decay)

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


def codes_since(all_series: Iterable[Series], at: Instant) -> "list[array[int]]":
    """The looks of that moment and later of each of these, oldest first. Asked of hundreds of
    series at every step, so without a call for each.
    """
    bound, every = first_code(at), [series.codes for series in all_series]
    return [
        codes if not codes or codes[0] >= bound else codes[bisect_left(codes, bound) :]
        for codes in every
    ]
