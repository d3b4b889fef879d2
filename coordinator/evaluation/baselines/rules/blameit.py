"""BlameIt: blame the widest segment that explains at least 80 % of what passes through it.

A quartet (here a component seen from a region) is judged over five minutes and is bad when more
than half of its looks failed. It takes eight looks: the paper asks for ten samples, which is what a
check every 30 s brings, less what is under way. Segments, from wide to narrow: the cloud location
(here the component, in all regions); the client (here the region, to every service and reference),
whose trouble is its own; the path between them (here the region to this service). Bad quartets that
no segment explains are ambiguous, and too few quartets are insufficient: both are unknown. The
client comes before the path because here every path starts in one client. Source: Jin et al.,
"Zooming in on Wide-area Latencies to a Global Cloud Provider", SIGCOMM 2019.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.stream import Stream
from coordinator.evaluation.baselines.view import UNSURE, WELL, Claim, View, nowhere
from worker.contract.instant import Instant
from worker.contract.result import Result


class Quartet(NamedTuple):
    """The looks of one region at one check of a component, and whether too many of them failed."""

    component: str
    region: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Blameit:
    """Shares of bad quartets over five minutes, judged every 15 s."""

    name: str = "blameit"
    failures: int = 1
    successes: int = 1
    keep_ms: int = 300_000
    every_ms: int = 15_000
    share: float = 0.8
    bad_share: float = 0.5
    fewest_looks: int = 8

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is a client."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Cloud, then client, then path; what is left is unknown."""
        since = view.now - self.keep_ms
        quartets = self._quartets(view, since)
        if not quartets:
            return UNSURE
        if not any(quartet.bad for quartet in quartets):
            return WELL
        cloud = self._cloud(quartets)
        if cloud:
            return view.claim(cloud)
        rest = _bad_regions(quartets) - self._clients(view, since)
        if not rest:
            return WELL
        local = self._path(quartets, rest)
        return view.claim({}, local) if local else UNSURE

    def _quartets(self, view: View, since: Instant) -> list[Quartet]:
        """What was looked at often enough to be good or bad."""
        found = []
        for monitor in view.monitors:
            for stream in monitor.streams:
                bad = self._bad(stream, since)
                if bad is not None:
                    found.append(Quartet(monitor.check.component, stream.region, bad))
        return found

    def _cloud(self, quartets: Sequence[Quartet]) -> dict[str, set[str]]:
        """Components that are bad from nearly everywhere, with the regions that say so."""
        found = {}
        for component in {quartet.component for quartet in quartets}:
            seen = [quartet for quartet in quartets if quartet.component == component]
            if self._blamed(quartet.bad for quartet in seen):
                found[component] = _bad_regions(seen)
        return found

    def _clients(self, view: View, since: Instant) -> set[str]:
        """Regions that see everything fail, references too."""
        found = set()
        for region, streams in view.everything.items():
            seen = [self._bad(stream, since) for stream in streams]
            if self._blamed(bad for bad in seen if bad is not None):
                found.add(region)
        return found

    def _path(self, quartets: Sequence[Quartet], rest: set[str]) -> dict[str, set[str]]:
        """What is bad on the way from the regions of which nearly everything is."""
        local = nowhere()
        for region in rest:
            seen = [quartet for quartet in quartets if quartet.region == region]
            if not self._blamed(quartet.bad for quartet in seen):
                continue
            for quartet in seen:
                if quartet.bad:
                    local[quartet.component].add(region)
        return local

    def _blamed(self, quartets: Iterable[bool]) -> bool:
        found = list(quartets)
        return bool(found) and sum(found) >= self.share * len(found)

    def _bad(self, stream: Stream, since: Instant) -> bool | None:
        """Whether a quartet is bad; None when there are too few looks."""
        looks, failed = stream.looks_since(since)
        return None if looks < self.fewest_looks else failed > self.bad_share * looks


def _bad_regions(quartets: Iterable[Quartet]) -> set[str]:
    return {quartet.region for quartet in quartets if quartet.bad}
