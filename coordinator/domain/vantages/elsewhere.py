"""Elsewhere: what each region saw of a check about a slot, remembered for all who ask."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np

from coordinator.domain.vantages.independence import EACH_ITS_OWN, Independence
from coordinator.domain.window.axes import Floats, Ints
from coordinator.domain.window.look import (
    AT_SHIFT,
    EPOCH,
    SLOW,
    VOTE_SHIFT,
    WORKER_MASK,
    WORKER_SHIFT,
    Vote,
    first_code,
)
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

WITNESSES_AT_MOST = 12
"""Other regions that are asked."""
REMEMBERED = 20_000
"""Answers that are remembered."""


Slots: TypeAlias = tuple[Series, Sequence[int]]
"""Some slots of the check of a series."""


@dataclass(slots=True)
class Answer:
    """The share of failures that the best worker of each region saw, and what that makes of the
    others as each region sees them, once somebody asked.
    """

    seen: Mapping[str, float]
    expected: Floats | None = None
    independence: Independence = EACH_ITS_OWN
    """By which it was made."""


class Elsewhere:
    """Asks all series of a check, and remembers the answers of slots that are over. A look that
    comes in late corrects them.
    """

    def __init__(
        self, all_series: Mapping[str, Mapping[str, Series]], regions: Sequence[str]
    ) -> None:
        self._all_series = all_series
        self._regions = {region: place for place, region in enumerate(regions)}
        self._over: dict[tuple[str, int], Answer] = {}
        self._going_on: dict[tuple[str, int], Answer] = {}
        self._asked_at: Instant | None = None
        self.independence = EACH_ITS_OWN

    def place(self, region: str) -> int:
        """The place of a region in what is expected."""
        return self._regions[region]

    def about(self, series: Series, slot: int, now: Instant) -> Mapping[str, float]:
        """For each region that looked at this check in this slot or its neighbours, the share of
        failures of its best worker.
        """
        return self._answers([(series, [slot])], now)[0].seen

    def others(self, asked: Sequence[tuple[Series, int]], now: Instant) -> list[dict[str, float]]:
        """The same of the other vantage points, each once, of each of these series and slots."""
        slots: dict[Series, list[int]] = {}
        for series, slot in asked:
            slots.setdefault(series, []).append(slot)
        answers = iter(self._answers(list(slots.items()), now))
        seen = {(one, slot): next(answers).seen for one, each in slots.items() for slot in each}
        return [self.independence.others(one.region, seen[one, slot]) for one, slot in asked]

    def expected(self, asked: Sequence[Slots], now: Instant) -> Floats:
        """(slot, region): the share of looks at the check of a series that other vantage points
        saw fail about then: their median, 0 where none looked. Slot after slot of all that is
        asked: at once, since a few alone cost as much.
        """
        answers, apart = self._answers(asked, now), self.independence
        stale = [one for one in answers if one.expected is None or one.independence is not apart]
        medians = self._medians([one.seen for one in stale]) if stale else ()
        for answer, told in zip(stale, medians, strict=True):
            answer.expected, answer.independence = told, apart
        return np.array([one.expected for one in answers])

    def _medians(self, every: Sequence[Mapping[str, float]]) -> Floats:
        """The lower median of what the others saw, for each region, of each of these answers."""
        count, points = len(self._regions), self.independence
        point = [self._regions[points.point(region)] for region in self._regions]
        least = np.full((len(every), count), np.inf)
        for row, seen in zip(least, every, strict=True):
            for region, share in seen.items():
                place = point[self._regions[region]]
                row[place] = min(share, row[place])
        shares = np.sort(least, axis=1)
        seen_by = np.isfinite(least).sum(axis=1)
        rows = np.arange(len(every))
        nothing = np.zeros(len(every))
        whole = np.where(seen_by > 0, shares[rows, np.maximum(0, seen_by - 1) // 2], nothing)
        # without its own, which stands before the middle or after it
        lower, upper = (
            np.where(seen_by > 1, shares[rows, np.clip(seen_by // 2 + more, 0, count - 1)], nothing)
            for more in (-1, 0)
        )
        own = least[:, point]
        without = np.where(lower[:, None] < own, lower[:, None], upper[:, None])
        return np.asarray(np.where(np.isfinite(own), without, whole[:, None]), dtype=np.float64)

    def correct(self, series: Series, at: Instant) -> None:
        """Forget the answers that a late look of this moment may change."""
        slot = at // series.check.interval_ms
        for near in (slot - 1, slot, slot + 1):
            self._over.pop((series.check.id, near), None)

    def _answers(self, asked: Sequence[Slots], now: Instant) -> list[Answer]:
        """Of slots that are over for good, else for as long as it is `now`."""
        if now != self._asked_at:
            self._asked_at, self._going_on = now, {}
        keys = [(series.check.id, slot) for series, slots in asked for slot in slots]
        known = ((key, self._over.get(key) or self._going_on.get(key)) for key in keys)
        found = {key: answer for key, answer in known if answer is not None}
        missing: list[Slots] = []
        for series, slots in asked:
            if left := [one for one in slots if (series.check.id, one) not in found]:
                missing.append((series, left))
        if missing:
            alike = [(list(self._all_series[one.check.id].values()), left) for one, left in missing]
            every = [(series, slot) for series, left in missing for slot in left]
            for (series, slot), seen in zip(every, failing_about(alike), strict=True):
                answer = found[series.check.id, slot] = Answer(seen)
                self._remember(series, slot, answer, now)
        return [found[key] for key in keys]

    def _remember(self, series: Series, slot: int, answer: Answer, now: Instant) -> None:
        if (slot + 2) * series.check.interval_ms + series.late_ms >= now:
            self._going_on[series.check.id, slot] = answer
            return
        if len(self._over) >= REMEMBERED:
            self._over.clear()
        self._over[series.check.id, slot] = answer


def failing_about(
    asked: Sequence[tuple[Sequence[Series], Sequence[int]]],
) -> list[dict[str, float]]:
    """For each slot that is asked of the series of a check, for each region that looked in it or
    its neighbours, the share of looks that failed or were slow of its best worker.
    """
    every = [series for all_series, _ in asked for series in all_series]
    counts = [len(all_series) for all_series, _ in asked]
    firsts = np.repeat([min(slots) - 1 for _, slots in asked], counts)
    pasts = np.repeat([max(slots) + 2 for _, slots in asked], counts)
    parts = [
        _between(one.codes, first * one.check.interval_ms, past * one.check.interval_ms)
        for one, first, past in zip(every, firsts.tolist(), pasts.tolist(), strict=True)
    ]
    codes = np.frombuffer(b"".join(parts), dtype=np.int64)
    place = np.repeat(np.arange(len(parts)), list(map(len, parts)))
    tells = codes >> VOTE_SHIFT & 3 != Vote.ABSTAINS
    codes, place = codes[tells], place[tells]
    names, worker = np.unique(codes >> WORKER_SHIFT & WORKER_MASK, return_inverse=True)
    interval = np.array([one.check.interval_ms for one in every])
    slot = ((codes >> AT_SHIFT) + EPOCH) // interval[place] - firsts[place]
    shape = (len(parts), len(names), int((pasts - firsts).max()))
    bad = (codes >> VOTE_SHIFT & 3 == Vote.BAD) | (codes & SLOW != 0)
    place = (place * shape[1] + worker) * shape[2] + slot
    looks, failed = _with_neighbours(place, shape), _with_neighbours(place[bad], shape)
    shares = np.where(looks > 0, failed / np.maximum(1, looks), np.inf).min(axis=1, initial=np.inf)
    found, begin = list[dict[str, float]](), 0
    for all_series, slots in asked:
        regions = [series.region for series in all_series]
        rows = shares[begin : begin + len(regions)].T.tolist()
        begin += len(regions)
        for one in slots:
            seen = zip(regions, rows[one - min(slots)], strict=True)
            told = ((region, share) for region, share in seen if share <= 1)
            found.append(dict(islice(told, WITNESSES_AT_MOST + 1)))
    return found


def _between(codes: "array[int]", begin: Instant, end: Instant) -> "array[int]":
    """The looks from one moment until another."""
    first = bisect_left(codes, first_code(begin))
    return codes[first : bisect_left(codes, first_code(end), first)]


def _with_neighbours(place: Ints, shape: tuple[int, int, int]) -> Ints:
    """How many there are at each place, (series, worker, slot), in a slot and the two beside it;
    the first and last slot have no two.
    """
    count = np.bincount(place, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)
    return np.asarray(count[..., :-2] + count[..., 1:-1] + count[..., 2:], dtype=np.int64)
