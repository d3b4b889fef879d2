"""How bad it is: an outage when nearly all looks fail, by the estimate of the failing share."""

from collections.abc import Collection

from coordinator.domain.inference.claim import Claim
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import CellState, Severity
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.share import FailingShare

MORE_THAN_HALF = 0.5
"""An outage is said only when it is sure that more than half of the looks fail: a few that failed
one after the other are not enough.
"""
WAVERING = 0.1
"""What is said to be an outage stays one while the estimate is not lower than by this, unless the
whole interval is.
"""
BORROWED_LOOKS = 4
"""A cell is judged as if it had so many more looks, which fail as those of the whole claim do: a
look or two of its own tell little.
"""


def severity_of(claim: Claim, share: FailingShare, rules: Rules, *, before: bool) -> Severity:
    """How bad a claim is, and whether it was an outage `before`; slow is degraded."""
    if not claim.cells:
        return Severity.OPERATIONAL
    outage = not claim.slow and _is_outage(share, rules, before=before)
    return Severity.OUTAGE if outage else Severity.DEGRADED


def _is_outage(share: FailingShare, rules: Rules, *, before: bool) -> bool:
    if before:
        least = rules.outage_share - WAVERING
        return share.estimate >= least and share.high >= rules.outage_share
    return share.estimate >= rules.outage_share and share.low > MORE_THAN_HALF


def was_outage(claim: Claim, outage: Collection[CellKey]) -> bool:
    """Whether most of the cells of a claim are among those that were said to be out."""
    return 2 * len(claim.cells.intersection(outage)) > len(claim.cells)


def state_of(claim: Claim, share: FailingShare, bad: int, looks: int, rules: Rules) -> CellState:
    """The state of a cell of a claim of which so many of its own looks were bad."""
    told = (bad + BORROWED_LOOKS * share.estimate) / (looks + BORROWED_LOOKS)
    outage = told >= rules.outage_share and not claim.slow
    return CellState.BAD if outage else CellState.DEGRADED
