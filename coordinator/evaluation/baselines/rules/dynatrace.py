"""Dynatrace synthetic monitoring: global and local outages.

Global: every location of the monitor fails, K times in a row (K = 1). Local: at least N locations
fail K times in a row (N = 1, K = 3), and these are named. Both end when a location succeeds. Local
outages are switched on here, since without them nothing can be said of regions. Source: Dynatrace
documentation, settings schema "Outage handling" (`globalConsecutiveOutageCountThreshold`,
`localLocationOutageCountThreshold`, `localConsecutiveOutageCountThreshold`).
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View, nowhere, regions_of
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Dynatrace:
    """All locations `global_runs` times in a row, or at least `locations` of them `failures` times
    in a row.
    """

    name: str = "dynatrace"
    failures: int = 3
    successes: int = 1
    keep_ms: int = 0
    every_ms: int = 0
    global_runs: int = 1
    locations: int = 1

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is a location."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Global outages, or else local ones."""
        everywhere, local = nowhere(), nowhere()
        for monitor in view.monitors:
            failing = regions_of(s for s in monitor.streams if -s.streak >= self.global_runs)
            lasting = regions_of(s for s in monitor.streams if s.down)
            if failing and len(failing) == len(monitor.check.regions):
                everywhere[monitor.check.component] |= failing
            elif len(lasting) >= self.locations:
                local[monitor.check.component] |= lasting
        return view.claim(everywhere, local)
