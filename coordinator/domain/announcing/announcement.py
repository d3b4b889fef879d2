"""What to announce: from findings to claims, without wavering."""

from collections.abc import Sequence
from dataclasses import dataclass

from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim
from coordinator.domain.inference.finding import Finding
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope

STILL_LIKELY = 0.1
"""An announced claim stands while it is this likely, though another may be likelier without being
sure.
"""
NOT_YET_RULED_OUT = 0.03
"""And though another be sure enough, until it is this unlikely."""
MORE_LIKELY_THAN_NOT = 0.5


@dataclass(frozen=True, slots=True)
class Announcement:
    """The claims to announce next, the first disruption first; `doubtful` ones only after a time of
    patience.
    """

    claims: tuple[Claim, ...]
    doubtful: bool = False


def announcement(
    findings: Sequence[Finding], announced: tuple[Claim, ...], rules: Rules
) -> Announcement:
    """What the findings suggest to announce after what is announced already."""
    first = findings[0]
    trouble_before = announced not in {(ALL_WELL,), (NOTHING_YET,)}
    if first.wrong <= rules.clear_share or (first.wrong < rules.alarm_share and not trouble_before):
        return Announcement((ALL_WELL,))
    if first.sure and first.claim.scope is not Scope.UNKNOWN:
        if trouble_before and (
            first.wrong < MORE_LIKELY_THAN_NOT or _is_likely(announced[0], first, NOT_YET_RULED_OUT)
        ):
            return Announcement(announced)
        more = [
            other.claim
            for other in findings[1:]
            if other.sure and other.claim.scope is not Scope.UNKNOWN
        ]
        return Announcement((first.claim, *more))
    known_before = trouble_before and announced[0].scope is not Scope.UNKNOWN
    if known_before and (
        first.wrong < rules.alarm_share or _is_likely(announced[0], first, STILL_LIKELY)
    ):
        return Announcement(announced)
    regional_or_wider = first.sure and first.claim.located
    return Announcement((first.claim,), doubtful=known_before or not regional_or_wider)


def _is_likely(claim: Claim, finding: Finding, least: float) -> bool:
    """Whether another claim than the best one is still likely; the same cells of another scope are
    no other.
    """
    if claim.cells == finding.claim.cells:
        return False
    return any(
        tuple(rival["regions"]) == claim.regions
        and tuple(rival["components"]) == claim.components
        and rival["chance"] >= least * finding.wrong
        and not rival["refuted"]
        for rival in finding.rivals
    )
