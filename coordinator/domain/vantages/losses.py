"""Losses: which regions and workers lose a part of everything, how much of it, and since when."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from coordinator.domain.vantages.control import Control
from coordinator.domain.vantages.error_rates import Span
from coordinator.domain.vantages.spells import spells
from coordinator.domain.window.axes import Flags, Floats
from coordinator.domain.window.vantage import Vantage
from worker.contract.instant import Instant, rfc3339
from worker.contract.wording import enumerated

SURE = 0.9
"""A loss is told when it is so likely..."""
LEAST = 0.04
"""...and of so much."""
MOST_MS = 600_000
"""So far back it is looked for."""
MOST_BUCKETS = 64
ALIKE_NATS = 1e-9
"""What is no likelier than this is as likely: of one worker alone, both are the same."""


class Loss(NamedTuple):
    """A vantage point that loses this share of everything, since then and until then."""

    share: float
    since: Instant
    until: Instant
    older: bool = False
    """Whether it began before what is looked at."""

    def __str__(self) -> str:
        """For people."""
        told = f"{rfc3339(self.since)[11:16]} UTC{' or longer' if self.older else ''}"
        return f"loses {percent(self.share)} of everything since {told}; weighed down"


class Losses(NamedTuple):
    """What a region loses: all of its workers alike, or some of them, whichever is likelier."""

    region: tuple[Loss, ...] = ()
    """Its spells, oldest first."""
    workers: Mapping[str, tuple[Loss, ...]] = MappingProxyType({})
    """Those of each worker."""
    together: bool = False
    """Whether all of its workers are likelier to lose alike."""


def span_of(bucket_ms: int, now: Instant) -> Span:
    """The buckets in which losses are looked for."""
    buckets = max(2, min(MOST_BUCKETS, MOST_MS // bucket_ms))
    return Span((now // bucket_ms - buckets + 1) * bucket_ms, bucket_ms, buckets)


def losses(
    control: Control, by_region: Mapping[str, Sequence[Vantage]], now: Instant, without: str = ""
) -> Mapping[str, Losses]:
    """What each region of these workers loses, by all that they look at `without` one service."""
    found = {region: Losses() for region in by_region}
    alike: dict[int, dict[str, Sequence[Vantage]]] = {}
    for region, vantages in by_region.items():
        if vantages:
            alike.setdefault(vantages[0].bucket_ms, {})[region] = vantages
    for bucket_ms, some in alike.items():
        found.update(_losses(control, some, span_of(bucket_ms, now), now, without))
    return found


def _losses(
    control: Control,
    by_region: Mapping[str, Sequence[Vantage]],
    span: Span,
    now: Instant,
    without: str,
) -> Iterator[tuple[str, Losses]]:
    """The same of regions that are looked from at one pace: all of their workers at once, each
    alone and those of a region together.
    """
    width = max(one.number for vantages in by_region.values() for one in vantages) + 1
    witnessed = control.witnessed(without, list(by_region), span, width, now)
    each = witnessed.reshape(*witnessed.shape[:2], -1)
    told = spells(np.concatenate((each, witnessed.sum(axis=3)), axis=2))
    for place, (region, vantages) in enumerate(by_region.items()):
        together, first = each.shape[2] + place, place * width
        whole = told.nats[first : first + width].sum()
        yield (
            region,
            Losses(
                tuple(_spells(told.lost[:, together], told.sick[:, together], span)),
                {
                    one.name: tuple(_spells(told.lost[:, row], told.sick[:, row], span))
                    for one in vantages
                    for row in (first + one.number,)
                },
                bool(told.nats[together] >= whole - ALIKE_NATS),
            ),
        )


def _spells(lost: Floats, sick: Floats, span: Span) -> Iterator[Loss]:
    """The runs of buckets in which something is surely lost."""
    ill: Flags = np.concatenate(([False], (sick >= SURE) & (lost >= LEAST), [False]))
    edges = np.flatnonzero(ill[1:] != ill[:-1]).tolist()
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        since, until = (span.begin + bucket * span.bucket_ms for bucket in (begin, end))
        yield Loss(float(lost[begin:end].mean()), since, until, begin == 0)


def ailment(found: Losses, vantages: Sequence[Vantage], since: Instant) -> str:
    """What ailed a region or some of its workers at any time from `since` on, in a few words;
    nothing when they were well.
    """
    told = _most(found.region, since)
    lost = {name: most for name, each in found.workers.items() if (most := _most(each, since))}
    if told is not None and (found.together or not lost):
        return f"it lost {percent(told)} of everything"
    if lost:
        each = enumerated([f"{name} lost {percent(most)}" for name, most in lost.items()])
        return f"its worker{'s' if len(lost) > 1 else ''} {each} of everything"
    unfit = [one.name for one in vantages if one.was_unfit(since)]
    if not unfit:
        return ""
    some = f"its worker{'s' if len(unfit) > 1 else ''} {enumerated(unfit)}"
    return f"{'it' if len(unfit) == len(vantages) else some} failed at what others reached"


def percent(share: float) -> str:
    """A share in whole percent, at least one."""
    return f"{max(1, round(100 * share))} %"


def _most(told: Sequence[Loss], since: Instant) -> float | None:
    """The largest share that was lost after a moment."""
    return max((one.share for one in told if one.until > since), default=None)


class WeighedDown:
    """Which regions and workers lose a part of everything now, in words. Told anew once in each
    bucket of a region, at the first step in it.
    """

    def __init__(self, control: Control, by_region: Mapping[str, Sequence[Vantage]]) -> None:
        self._control, self._by_region = control, by_region
        self._told_in: dict[str, int] = {}
        self.regions: dict[str, str] = {}
        self.workers: dict[tuple[str, str], str] = {}

    def tell(self, now: Instant) -> None:
        """Look again where a bucket is over."""
        asked: dict[str, Sequence[Vantage]] = {}
        for region, vantages in self._by_region.items():
            bucket = now // vantages[0].bucket_ms if vantages else 0
            if bucket != self._told_in.get(region):
                self._told_in[region] = bucket
                if self._forget(region, vantages) or any(one.failing for one in vantages):
                    asked[region] = vantages
        for region, found in losses(self._control, asked, now).items() if asked else ():
            self._tell(region, found, now)

    def _forget(self, region: str, vantages: Sequence[Vantage]) -> bool:
        """Forget what was told of a region; whether anything was."""
        for one in vantages:
            self.workers.pop((region, one.name), None)
        return bool(self.regions.pop(region, ""))

    def _tell(self, region: str, found: Losses, now: Instant) -> None:
        each = {name: words for name, told in found.workers.items() if (words := _now(told, now))}
        self.workers.update({(region, name): words for name, words in each.items()})
        whole = _now(found.region, now)
        named = ", ".join(f"{name} {words}" for name, words in each.items())
        self.regions[region] = whole if whole and (found.together or not each) else named


def _now(told: Sequence[Loss], now: Instant) -> str:
    """The spell that goes on, in words; nothing when none does."""
    return str(told[-1]) if told and told[-1].until > now else ""
