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

from collections.abc import Iterable
from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.stream import Stream
from coordinator.evaluation.baselines.view import UNSURE, WELL, Claim, Monitor, View, nowhere
from worker.contract.instant import Instant
from worker.contract.result import Result


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
        quartets = [(monitor, stream) for monitor in view.monitors for stream in monitor.streams]
        judged = [(m, s, bad) for m, s in quartets if (bad := self._bad(s, since)) is not None]
        if not judged:
            return UNSURE
        if not any(bad for _, _, bad in judged):
            return WELL
        cloud = self._cloud(judged)
        if cloud:
            return view.claim(cloud)
        rest = {stream.region for _, stream, bad in judged if bad} - self._clients(view, since)
        path = {
            region
            for region in rest
            if self._blamed(bad for _, s, bad in judged if s.region == region)
        }
        local = nowhere()
        for monitor, stream, bad in judged:
            if bad and stream.region in path:
                local[monitor.check.component].add(stream.region)
        return view.claim({}, local) if local else UNSURE if rest else WELL

    def _cloud(self, judged: list[tuple[Monitor, Stream, bool]]) -> dict[str, set[str]]:
        """Components that are bad from nearly everywhere, with the regions that say so."""
        by_component: dict[str, list[tuple[str, bool]]] = {}
        for monitor, stream, bad in judged:
            by_component.setdefault(monitor.check.component, []).append((stream.region, bad))
        return {
            component: {region for region, bad in seen if bad}
            for component, seen in by_component.items()
            if self._blamed(bad for _, bad in seen)
        }

    def _clients(self, view: View, since: Instant) -> set[str]:
        """Regions that see everything fail, references too."""
        return {
            region
            for region, streams in view.everything.items()
            if self._blamed(
                bad for stream in streams if (bad := self._bad(stream, since)) is not None
            )
        }

    def _blamed(self, quartets: Iterable[bool]) -> bool:
        found = list(quartets)
        return bool(found) and sum(found) >= self.share * len(found)

    def _bad(self, stream: Stream, since: Instant) -> bool | None:
        """Whether a quartet is bad; None when there are too few looks."""
        looks, failed = stream.looks_since(since)
        return None if looks < self.fewest_looks else failed > self.bad_share * looks
