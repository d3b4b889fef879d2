"""ThousandEyes: an alert when at least two agents fail twice in a row; agents with local problems
do not count.

An agent has a local problem when at least 80 % of the tests with its peers were unsatisfactory in
two consecutive rounds; here these tests are the looks at the references. The alert names its
agents: it is everywhere when nearly all agents that count are in it, else regional. Source: "Cloud
Agent with Local Problems" and "Alerts", ThousandEyes product documentation.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import NEARLY_ALL, Claim, View, nowhere, regions_of
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Thousandeyes:
    """At least `agents` agents without local problems fail."""

    name: str = "thousandeyes"
    failures: int = 2
    successes: int = 1
    keep_ms: int = 0
    every_ms: int = 15_000
    agents: int = 2
    local_share: float = 0.8

    def checker(self, check: Check, result: Result) -> str | None:
        """Each region is an agent."""
        return result.region

    def judge(self, view: View) -> Claim:
        """Tests in alert, without the agents that have local problems."""
        sick = {region for region in view.regions if self._has_local_problem(view, region)}
        everywhere, local = nowhere(), nowhere()
        for monitor in view.monitors:
            counted = [stream for stream in monitor.fresh(view.now) if stream.region not in sick]
            failing = regions_of(stream for stream in counted if stream.down)
            if len(failing) < self.agents:
                continue
            nearly = len(failing) >= NEARLY_ALL * len(regions_of(counted))
            reach = everywhere if nearly else local
            reach[monitor.check.component] |= failing
        return view.claim(everywhere, local)

    def _has_local_problem(self, view: View, region: str) -> bool:
        tests = view.references.get(region, ())
        return bool(tests) and sum(test.down for test in tests) >= self.local_share * len(tests)
