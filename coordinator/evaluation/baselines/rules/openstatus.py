"""openstatus: a monitor is down when at least half of its regions are in error.

One failed look puts a region in error, one good look takes it out. A region's last vote counts
until it votes again, so a silent region votes for ever as it did last. Below half, nothing is shown
as down. Source: the `checker` workflow in the openstatus repository, and its incident reference.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View, nowhere, regions_of
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Openstatus:
    """At least `share` of the monitor's regions in error."""

    name: str = "openstatus"
    failures: int = 1
    successes: int = 1
    keep_ms: int = 0
    every_ms: int = 0
    share: float = 0.5

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is one voter."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Monitors with enough regions in error; it names these regions."""
        down = nowhere()
        for monitor in view.monitors:
            regions = regions_of(stream for stream in monitor.streams if stream.down)
            if regions and len(regions) >= self.share * len(monitor.check.regions):
                down[monitor.check.component] |= regions
        return view.claim(down)
