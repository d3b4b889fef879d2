"""llmstatus: error shares over all nodes, pooled.

Down: more than 50 % of the looks of five minutes failed. Regional: one region over 50 % in that
time while the whole is not down. Elevated errors: more than 5 % of the looks of ten minutes failed.
Each needs at least three looks. The product pools over a provider; here it pools over each
component, which lets it tell components apart. A pool names all regions. Source: the detector's
rules 6.1, 6.2 and 6.4 in the llmstatus repository.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.domain.model.verdict import Severity
from coordinator.evaluation.baselines.stream import Stream
from coordinator.evaluation.baselines.view import Claim, Monitor, View, nowhere
from worker.contract.instant import Instant
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Llmstatus:
    """Pooled shares of failed looks, judged every 15 s."""

    name: str = "llmstatus"
    failures: int = 1
    successes: int = 1
    keep_ms: int = 600_000
    every_ms: int = 15_000
    window_ms: int = 300_000
    down_share: float = 0.5
    elevated_share: float = 0.05
    fewest: int = 3

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is one pool, and all of them together are another."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Down before regional before elevated."""
        since = view.now - self.window_ms
        down, regional, elevated = nowhere(), nowhere(), nowhere()
        for monitor in view.monitors:
            failing = [
                s
                for s in monitor.streams
                if s.last_bad is not None and s.last_bad >= view.now - self.keep_ms
            ]
            if not failing:
                continue
            component, everywhere = monitor.check.component, monitor.check.regions
            bad = {
                stream.region for stream in failing if self._over(self.down_share, [stream], since)
            }
            if self._over(self.down_share, monitor.streams, since):
                down[component].update(everywhere)
            elif bad:
                regional[component] |= bad
            elif self._elevated(monitor, view.now):
                elevated[component].update(everywhere)
        if down or regional:
            return view.claim(down, regional)
        return view.claim(elevated, severity=Severity.DEGRADED)

    def _elevated(self, monitor: Monitor, now: Instant) -> bool:
        return self._over(self.elevated_share, monitor.streams, now - self.keep_ms)

    def _over(self, share: float, streams: list[Stream], since: Instant) -> bool:
        """Whether more than this share of enough looks failed since then."""
        counts = [stream.looks_since(since) for stream in streams]
        looks, failed = sum(count[0] for count in counts), sum(count[1] for count in counts)
        return looks >= self.fewest and failed > share * looks
