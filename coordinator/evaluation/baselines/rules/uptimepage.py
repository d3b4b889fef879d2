"""uptimepage: a region fails after two failed looks in a row; an incident needs more than half of
those heard.

Policies are any, majority (the default, used here), all, or a number of regions. Regions that
deliver nothing leave the vote. Below the quorum the monitor is shown as degraded, with the failing
regions, and no incident opens. Recovery must be sustained as well: two good looks. Source: the
pages "Multi-region probes" and "Incident management" of the uptimepage documentation.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.domain.model.verdict import Severity
from coordinator.evaluation.baselines.view import Claim, View, nowhere, regions_of
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Uptimepage:
    """More than `share` of the regions heard fail."""

    name: str = "uptimepage"
    failures: int = 2
    successes: int = 2
    keep_ms: int = 0
    every_ms: int = 15_000
    share: float = 0.5

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is one voter."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Monitors that reach the quorum are down; others that fail somewhere are degraded
        there.
        """
        down, degraded = nowhere(), nowhere()
        for monitor in view.monitors:
            heard = monitor.fresh(view.now)
            failing = regions_of(stream for stream in heard if stream.down)
            if failing:
                reached = len(failing) > self.share * len(regions_of(heard))
                (down if reached else degraded)[monitor.check.component] |= failing
        return (
            view.claim(down) if down else view.claim({}, degraded, Severity.DEGRADED, alarm=False)
        )
