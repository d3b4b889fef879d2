"""Gatus: an alert after three failed looks in a row, resolved after two good ones, from a single
place.

There is one Gatus: it looks from the first region of each check. It cannot say where, so it names
all regions. Source: `failure-threshold` and `success-threshold` in the alerting section of the
Gatus README.
"""

from dataclasses import dataclass

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Gatus:
    """One stream for each check, from its first region."""

    name: str = "gatus"
    failures: int = 3
    successes: int = 2
    keep_ms: int = 0
    every_ms: int = 0

    def checker(self, check: Check, result: Result) -> str | None:
        """Only the first region."""
        return result.region if result.region == check.regions[0] else None

    def judge(self, view: View) -> Claim:
        """Endpoints that alert, in every region."""
        return view.claim_of_any()
