"""Sentry uptime monitoring: down after three failed checks in a row, up after one good one.

Each check is made from one region, the next one in turn, so a run of three failures has been seen
from three regions. Here slot n counts only when it comes from region n modulo their number, and
only once. It cannot say where, so it names all regions. Source: Sentry documentation, "Uptime
Monitoring", and the thresholds of the Sentry repository.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Sentry:
    """One stream for each monitor, fed by its regions in turn."""

    name: str = "sentry"
    failures: int = 3
    successes: int = 1
    keep_ms: int = 0
    every_ms: int = 0

    def checker(self, check: Check, result: Result) -> str | None:
        """The region whose turn it is; others would not have looked."""
        slot = result.scheduled_at // check.interval_ms
        return "" if check.regions[slot % len(check.regions)] == result.region else None

    def judge(self, view: View) -> Claim:
        """Monitors that are down, in every region."""
        return view.claim_of_any()
