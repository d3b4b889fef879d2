"""How bad it is: an outage when nearly all looks fail, by the estimate of the failing share."""

from collections.abc import Iterable

from coordinator.domain.incidents.duty import Duty
from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import Claim
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import CellState, Severity
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.share import FailingShare
from worker.contract.instant import Instant

MORE_THAN_HALF = 0.5
"""Unless all looks failed, an outage is said only when it is sure that more than half of them do:
of a few, most may fail by chance.
"""
WAVERING = 0.1
"""What is said to be an outage stays one while the estimate is not lower than by this, unless the
whole interval is.
"""
BORROWED_LOOKS = 4
"""A cell is judged as if it had so many more looks, which fail as those of the whole claim do: a
look or two of its own tell little.
"""


def severity_of(
    claim: Claim, share: FailingShare, rules: Rules, *, before: bool, duty: Duty | None = None
) -> Severity:
    """How bad a claim is, and whether it was an outage `before`; slow is degraded. Of what comes
    and goes, `duty` tells for how much of the time it fails.
    """
    if not claim.cells:
        return Severity.OPERATIONAL
    if duty is not None and duty.share * share.estimate < rules.outage_share:
        return Severity.DEGRADED
    outage = not claim.slow and _is_outage(share, rules, before=before)
    return Severity.OUTAGE if outage else Severity.DEGRADED


def _is_outage(share: FailingShare, rules: Rules, *, before: bool) -> bool:
    if before:
        least = rules.outage_share - WAVERING
        return share.estimate >= least and share.high >= rules.outage_share
    sure = share.low > MORE_THAN_HALF or share.bad == share.looks
    return bool(share.bad) and share.estimate >= rules.outage_share and sure


def duty_of_claim(claim: Claim, turning: Iterable[tuple[frozenset[CellKey], Duty]]) -> Duty | None:
    """How most of the cells of a claim come and go; None where they do not."""
    return next(
        (duty for reach, duty in turning if 2 * len(claim.cells & reach) > len(claim.cells)), None
    )


def said_before(claim: Claim, told: Iterable[AnnouncedClaim]) -> list[AnnouncedClaim]:
    """What was said of most of the cells of a claim."""
    return [one for one in told if 2 * len(claim.cells & one.claim.cells) > len(claim.cells)]


def began(claim: Claim, before: Iterable[AnnouncedClaim]) -> Instant:
    """Since when its looks count: as long as was said before. In which bucket a claim most likely
    began may change from look to look, and with few looks the share would.
    """
    return min([claim.since, *(one.counted.share.since for one in before if one.claim.cells)])


def state_of(claim: Claim, share: FailingShare, bad: int, looks: int, rules: Rules) -> CellState:
    """The state of a cell of a claim of which so many of its own looks were bad."""
    told = (bad + BORROWED_LOOKS * share.estimate) / (looks + BORROWED_LOOKS)
    outage = told >= rules.outage_share and not claim.slow
    return CellState.BAD if outage else CellState.DEGRADED
