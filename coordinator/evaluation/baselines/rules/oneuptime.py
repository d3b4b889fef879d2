"""OneUptime: a monitor changes its state only when all connected probes agree on it.

One look decides what a probe says. Without agreement the monitor keeps the state that it had, so
one probe that still succeeds keeps it online, and one that still fails keeps it offline. Probes
that are not heard are not connected and do not vote. Source: "minimum probe agreement" (all, unless
set) of monitors in OneUptime, and its documentation of probes.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View, nowhere, regions_of
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Oneuptime:
    """All probes heard say the same."""

    name: str = "oneuptime"
    failures: int = 1
    successes: int = 1
    keep_ms: int = 0
    every_ms: int = 15_000

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is a probe."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Monitors that went offline, and those that nobody brought back."""
        offline = nowhere()
        for monitor in view.monitors:
            component, heard = monitor.check.component, monitor.fresh(view.now)
            failing = regions_of(stream for stream in heard if stream.down)
            agreed = bool(failing) and len(failing) == len(regions_of(heard))
            kept = component in view.before.components and (bool(failing) or not heard)
            if agreed or kept:
                offline[component].update(monitor.check.regions)
        return view.claim(offline)
