"""Amazon Route 53: an endpoint is healthy while more than 18 % of its health checkers say so.

Each checker (here each worker) changes its mind after three looks in a row, in both directions.
Checkers do not coordinate and nothing is said of regions; the regions whose checkers fail are named
in its favour. Checkers that are not heard are not counted, since Amazon's own never fall silent.
Source: "How Amazon Route 53 determines whether a health check is healthy", Route 53 Developer
Guide.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View, nowhere, regions_of
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Route53:
    """Healthy while more than `healthy_share` of the checkers heard are up."""

    name: str = "route53"
    failures: int = 3
    successes: int = 3
    keep_ms: int = 0
    every_ms: int = 15_000
    healthy_share: float = 0.18

    def checker(self, check: Check, result: Result) -> str | None:
        """Each worker is a checker."""
        return f"{result.region} {result.worker}"

    def judge(self, view: View) -> Claim:
        """Monitors that too few checkers call healthy."""
        unhealthy = nowhere()
        for monitor in view.monitors:
            heard = monitor.fresh(view.now)
            failing = [stream for stream in heard if stream.down]
            if failing and len(heard) - len(failing) <= self.healthy_share * len(heard):
                unhealthy[monitor.check.component] |= regions_of(failing)
        return view.claim(unhealthy)
