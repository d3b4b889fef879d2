"""Confirmation: which extra looks would tell soonest whether a suspicion is true.

A look that failed where nothing is claimed yet is looked at again at once, by every worker of its
region and from a few far regions, a few rounds of it, a few seconds apart. What is claimed and may
be over is looked at again at once, too, where it was claimed. The budget is a share of the regular
looks, service by service, so that all of them together keep to it, too.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Region, Topology
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant

ROUNDS = 4
"""Rounds of one suspicion in one slot."""
END_ROUNDS = 2
"""Rounds of what may be over in one slot, a look for each check and region."""
ROUND_MS = 5_000
"""Between them; a blip is over by then as often as not."""
WORKERS_AT_MOST = 4
SUSPICIONS_AT_ONCE = 4
SAVED_AT_MOST = 60.0
"""Looks that may be saved up in quiet times."""


class Ask(NamedTuple):
    """An ask for one extra look at once. Without a worker, any of the region may take it."""

    check: str
    region: str
    attempt: int
    worker: str | None = None


@dataclass(slots=True)
class Suspicion:
    """A check that failed in a region: since when it waits, and what was asked in its slot."""

    series: Series
    slot: int
    rounds: int = 0
    asked_at: Instant = 0
    waiting: bool = True


class Confirmation:
    """The suspicions of one service and what may be spent on them."""

    def __init__(self, topology: Topology, fleet: Fleet, rules: Rules) -> None:
        self._topology, self._fleet, self._rules = topology, fleet, rules
        self._suspicions: dict[Series, Suspicion] = {}
        self._ending: dict[Series, Suspicion] = {}
        self._attempts: dict[tuple[str, str, int], int] = {}
        self._saved = 0.0

    def earn(self) -> None:
        """One more regular look was heard."""
        saved = self._saved + self._rules.confirm_share
        self._saved = saved if saved < SAVED_AT_MOST else SAVED_AT_MOST

    def suspect(self, series: Series, at: Instant) -> None:
        """A look failed."""
        slot = at // series.check.interval_ms
        before = self._suspicions.get(series)
        if before is None or before.slot < slot:
            self._suspicions[series] = Suspicion(series, slot)
        else:
            before.waiting = before.rounds < ROUNDS

    def foresee_end(self, claimed: Iterable[Series]) -> None:
        """What is claimed of these may be over, most in need of a look first; of nothing else."""
        self._ending = {
            series: self._ending.get(series) or Suspicion(series, 0) for series in claimed
        }

    def asks(self, now: Instant, claimed: Collection[CellKey]) -> list[Ask]:
        """The looks wanted now. That what is claimed fails needs no confirmation."""
        if not self._suspicions and not self._ending:
            return []
        self._forget(now)
        return [*self._begun(now, claimed), *self._over(now)]

    def _over(self, now: Instant) -> list[Ask]:
        """Looks that tell whether what is claimed is over."""
        wanted: list[Ask] = []
        for one in self._ending.values():
            check, region = one.series.check, one.series.region
            slot = now // check.interval_ms
            if one.slot < slot:
                one.slot, one.rounds = slot, 0
            if one.rounds >= END_ROUNDS or now - one.asked_at < ROUND_MS:
                continue
            if self._saved < 1:
                break
            if self._fleet.is_fit(region):
                self._saved -= 1
                one.rounds, one.asked_at = one.rounds + 1, now
                wanted.append(Ask(check.id, region, self._attempt(check.id, region, slot)))
        return wanted

    def _begun(self, now: Instant, claimed: Collection[CellKey]) -> list[Ask]:
        """Looks that tell whether what failed is a disruption."""
        wanted: list[Ask] = []
        ready = [
            one
            for one in self._suspicions.values()
            if one.waiting and now - one.asked_at >= ROUND_MS
        ]
        for suspicion in ready[:SUSPICIONS_AT_ONCE]:
            series = suspicion.series
            if (series.component, series.region) in claimed:
                suspicion.waiting = False
                continue
            looks = self._looks(series, now)
            if len(looks) > self._saved:
                break
            self._saved -= len(looks)
            suspicion.rounds, suspicion.asked_at, suspicion.waiting = (
                suspicion.rounds + 1,
                now,
                False,
            )
            wanted += looks
        return wanted

    def _looks(self, series: Series, now: Instant) -> list[Ask]:
        check = series.check
        here = [
            vantage.name
            for vantage in self._fleet.by_region[series.region]
            if vantage.silent_at() >= now
        ]
        places: list[tuple[str, str | None]] = [
            (series.region, name) for name in here[:WORKERS_AT_MOST]
        ]
        places += [(region, None) for region in self._far(series)]
        slot = now // check.interval_ms
        return [
            Ask(check.id, region, self._attempt(check.id, region, slot), worker)
            for region, worker in places
        ]

    def _attempt(self, check: str, region: str, slot: int) -> int:
        """Each extra look of a check in a region in a slot has a number of its own."""
        key = (check, region, slot)
        self._attempts[key] = self._attempts.get(key, 0) + 1
        return self._attempts[key]

    def _far(self, series: Series) -> Sequence[str]:
        """The farthest regions that look at it and are fit to speak."""
        here = self._topology.region[series.region]
        others = [r for r in series.check.regions if r != series.region and self._fleet.is_fit(r)]
        others.sort(key=lambda other: (-distance_km(here, self._topology.region[other]), other))
        return others[: self._rules.confirm_regions]

    def _forget(self, now: Instant) -> None:
        self._suspicions = {
            series: one
            for series, one in self._suspicions.items()
            if now // series.check.interval_ms <= one.slot + 2
        }
        self._attempts = {
            key: count
            for key, count in self._attempts.items()
            if key[2] >= now // self._topology.check[key[0]].interval_ms - 1
        }


def distance_km(one: Region, other: Region) -> float:
    """Along the surface of the earth (haversine); 0 where it is not known where one of them is."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return 0.0
    latitude, other_latitude = radians(one.latitude or 0.0), radians(other.latitude or 0.0)
    between = radians((other.longitude or 0.0) - (one.longitude or 0.0))
    half = sin((other_latitude - latitude) / 2) ** 2
    half += cos(latitude) * cos(other_latitude) * sin(between / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))
