"""Vantage diagnosis: whether a worker's failures are its own, told by references and by what other
regions saw.

A sequential test over the worker's own looks, slot by slot. Each independent witness (a service,
one component of a reference, or all that one network serves) adds how much likelier its looks are
if the worker fails at half of everything than if it fails only where others fail, too. The sum
never falls below zero (CUSUM, Page 1954).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, nan
from statistics import fmean, median_low

from coordinator.domain.model.rules import Rules
from coordinator.domain.window.look import (
    Vote,
    at_of,
    failed_in,
    vote_in,
    worker_of,
)
from coordinator.domain.window.series import Series
from coordinator.domain.window.vantage import Vantage
from worker.contract.instant import Instant

Elsewhere = Callable[[Sequence[tuple[Series, int]]], Sequence[Mapping[str, float]]]
"""Of each (series, slot), for each region that looked at that check about then, the share of
failures of its best worker.
"""

SUSPECT_SHARE = 0.35
"""A closer look is due when so large a part of the witnesses fails."""
SLOTS = 8
"""Slots that are weighed; a dead worker is told within one or two."""
BASE_SHARE = 0.02
"""The share of its looks that a healthy worker fails at, where others do not."""
UNFIT_SHARE = 0.5
"""The share that an unfit one fails at."""
CONTRADICTIONS = 2
"""Other regions that must have looked before a failed look speaks against the worker."""
CLEAN_SHARE = 0.25
"""A slot is clean when less than this share of the witnesses speaks against the worker."""
ASKS = nan
"""What a look adds of which others must be asked first."""
BAD_NATS = log(UNFIT_SHARE / BASE_SHARE)
GOOD_NATS = log((1 - UNFIT_SHARE) / (1 - BASE_SHARE))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What speaks against a worker: how much, from how many of its witnesses, and since when."""

    nats: float = 0.0
    share: float = 0.0
    against: int = 0
    witnesses: int = 0
    lost: float = 0.0
    """The share of its looks that it failed since then, by the mean of its witnesses."""
    expected: int = 0
    """How many witnesses there are."""
    since: Instant = 0
    """Start of the slot in which it began to speak against the worker."""
    clean: tuple[Instant, ...] = ()
    """Starts of the slots since then, or since the last sign, in which nearly nothing speaks
    against it.
    """
    compared: bool = False
    """Whether another region looked at any of that."""

    def is_unfit(self, rules: Rules) -> bool:
        """Whether enough speaks against it."""
        enough = self.nats >= rules.unfit_nats and self.share >= rules.unfit_share
        return enough and self.lost >= rules.unfit_loss

    def is_doubtful(self, rules: Rules) -> bool:
        """Whether so much speaks against it that what it saw fail has to wait."""
        enough = self.against > 1 and 2 * self.witnesses >= self.expected
        enough = enough and self.lost >= rules.unfit_loss
        return enough and self.nats >= rules.doubt_nats and self.share >= rules.unfit_share - 0.1

    @property
    def why(self) -> str:
        """For people."""
        told = f"fails at {self.against} of {self.witnesses} independent places"
        return f"{told} where others succeed" if self.compared else f"{told}, references among them"


HEALTHY = Diagnosis()


def may_be_suspect(vantage: Vantage) -> bool:
    """Whether more than one thing fails it, or it is suspected already: told without knowing what
    shares a fate. What is of one witness and one network is one thing.
    """
    if vantage.unfit_since is not None or vantage.doubted_since is not None:
        return True
    return len(vantage.failing) > 1 and len({(one.kin, one.asn) for one in vantage.failing}) > 1


def is_suspect(vantage: Vantage, groups: Mapping[Series, str], total: int) -> bool:
    """Whether a closer look is due: a fair part of what it looks at fails; false nearly always."""
    if vantage.unfit_since is not None or vantage.doubted_since is not None:
        return True
    return may_be_suspect(vantage) and len({groups[series] for series in vantage.failing}) >= max(
        2, SUSPECT_SHARE * total
    )


def diagnose(
    vantage: Vantage,
    all_series: Iterable[Series],
    groups: Mapping[Series, str],
    elsewhere: Elsewhere,
) -> Diagnosis:
    """Weigh a worker's looks of the last few slots: is it the worker, or what it looks at?"""
    slots, compared = _slots(vantage, all_series, groups, elsewhere)
    if not slots:
        return HEALTHY
    nats, run = 0.0, Run()
    clean: list[Instant] = []
    newest = max(slots)
    for slot in sorted(slots):
        witnesses = slots[slot]
        nats += sum(fmean(step) for step in witnesses.values())
        if nats <= 0:
            nats, run = 0.0, Run()
        else:
            run.add(slot * vantage.bucket_ms, witnesses)
        against = sum(fmean(steps) > 0 for steps in witnesses.values())
        if against > CLEAN_SHARE * len(witnesses):
            clean = []
        elif slot < newest:
            clean.append(slot * vantage.bucket_ms)
    heard, told = len(run.sums), run.against
    return Diagnosis(
        nats,
        told / heard if heard else 0.0,
        told,
        heard,
        run.lost,
        len(set(groups.values())),
        run.since,
        tuple(clean),
        compared,
    )


class Run:
    """The slots since the sum was last zero."""

    def __init__(self) -> None:
        self.since: Instant = 0
        """Start of the first in which more than one witness speaks against the worker, if any: one
        alone may have failed itself, before the worker did.
        """
        self._spread = False
        self.sums: dict[str, float] = {}
        """What each witness added."""
        self.failed: dict[str, list[float]] = {}
        """The share that each failed the worker, slot by slot."""

    def add(self, at: Instant, witnesses: Mapping[str, Sequence[float]]) -> None:
        """One more slot."""
        spread = sum(fmean(steps) > 0 for steps in witnesses.values()) > 1
        if not self.sums or (spread and not self._spread):
            self.since, self._spread = at, spread
        for group, steps in witnesses.items():
            self.sums[group] = self.sums.get(group, 0.0) + fmean(steps)
            self.failed.setdefault(group, []).append(fmean(step > 0 for step in steps))

    @property
    def lost(self) -> float:
        """The share of its looks that the worker failed, each witness counted once."""
        return fmean(map(fmean, self.failed.values())) if self.failed else 0.0

    @property
    def against(self) -> int:
        """How many witnesses speak against the worker."""
        return sum(total > 0 for total in self.sums.values())


def _slots(
    vantage: Vantage,
    all_series: Iterable[Series],
    groups: Mapping[Series, str],
    elsewhere: Elsewhere,
) -> tuple[Mapping[int, Mapping[str, Sequence[float]]], bool]:
    """What each witness adds, look by look, slot by slot; and whether another region looked at any
    of that.
    """
    begin = (vantage.heard_at // vantage.bucket_ms - SLOTS + 1) * vantage.bucket_ms
    if vantage.unfit_since is None and vantage.unfit_spans:
        # an unfit span that is over is no sign of another
        begin = max(begin, vantage.unfit_spans[-1][1])
    looks = [
        (series, at, _alone(vantage, series, at, code), (series, at // series.check.interval_ms))
        for series in all_series
        for code in series.since(begin)
        if worker_of(code) == vantage.number
        for at in (at_of(code),)
    ]
    asked = list(dict.fromkeys(about for _, _, step, about in looks if step is ASKS))
    seen = dict(zip(asked, elsewhere(asked), strict=True))
    slots: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for series, at, alone, about in looks:
        step = _step(series, seen[about]) if alone is ASKS else alone
        if step is not None:
            slots[at // vantage.bucket_ms][groups[series]].append(step)
    return slots, any(region != vantage.region for there in seen.values() for region in there)


def _alone(vantage: Vantage, series: Series, at: Instant, code: int) -> float | None:
    """What a look adds whatever others saw, if anything; `ASKS` when that depends on them."""
    vote = vote_in(code)
    if vote == Vote.GOOD and not failed_in(code):
        return GOOD_NATS
    if vote == Vote.ABSTAINS and not series.reference:
        return None
    return BAD_NATS if series.reference and vantage.answered_at < at else ASKS


def _step(series: Series, there: Mapping[str, float]) -> float | None:
    """What a failed look adds where others saw this."""
    shares = [share for region, share in there.items() if region != series.region]
    enough = 1 if series.reference else CONTRADICTIONS
    if len(shares) < enough:
        return BAD_NATS if series.reference else None
    expected = max(median_low(shares), BASE_SHARE)
    return log(UNFIT_SHARE / expected) if expected < UNFIT_SHARE else None
