"""The hysteresis of one service: what is announced of it, and when something else may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from coordinator.domain.announcing.announcement import Announcement, announcement
from coordinator.domain.announcing.settling import is_end_settled, is_settled, turned_at
from coordinator.domain.incidents.duty import Duty
from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim, within
from coordinator.domain.inference.estimator import Estimate
from coordinator.domain.model.horizon import LONGEST_AGO, NEVER
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.pace import Pace
from coordinator.domain.window.tally import Tally, failed_since, tallies
from worker.contract.instant import Instant


@dataclass(slots=True)
class HysteresisState:
    """What must be remembered from step to step beside what was seen."""

    claims: tuple[Claim, ...] = (NOTHING_YET,)
    """What is announced, the first disruption first."""
    last_summary: tuple[object, ...] | None = None
    """What the last verdict that was announced said; None before the first."""
    listening_since: Instant | None = None
    """When somebody was heard again after nobody was."""
    doubtful_since: Instant | None = None
    """Since when something is wrong and it is not clear what."""
    suspicion: str = ""
    """Why we suspect ourselves."""
    look_again_at: Instant = NEVER
    """When time alone may let a claim be announced."""
    quiet_since: Instant = LONGEST_AGO
    """Since when nothing is wrong; what is normal is learned only then."""
    told: tuple[AnnouncedClaim, ...] = ()
    """What was said last of what is announced."""
    turning: tuple[tuple[frozenset[CellKey], Duty], ...] = ()
    """The cells of incidents that come and go, and how."""

    @property
    def is_listening(self) -> bool:
        """Whether nothing was announced yet, because not everybody had the chance to be heard."""
        return self.last_summary is None and self.listening_since is not None


def announce(
    state: HysteresisState,
    estimate: Estimate,
    now: Instant,
    *,
    nobody_fit: bool,
    pace: Pace,
    rules: Rules,
) -> None:
    """Announce what the findings suggest, when it is settled. While we suspect ourselves nothing is
    claimed.
    """
    state.look_again_at = NEVER
    if state.last_summary is None and not _has_listened(state, estimate, now, nobody_fit, pace):
        return
    if state.suspicion or not estimate.coverage.votes.any():
        state.claims = (NOTHING_YET,)
        state.listening_since = state.doubtful_since = None
        state.quiet_since = LONGEST_AGO
        return
    silent_before = state.claims == (NOTHING_YET,) and state.last_summary is not None
    if silent_before and not _has_listened(state, estimate, now, nobody_fit, pace):
        return
    state.listening_since = None
    wanted = _heeding_absence(state, announcement(estimate.findings, state.claims, rules), estimate)
    if _is_patient(state, wanted, now, pace) or not _is_settled(
        state, wanted, estimate, now, pace, rules
    ):
        return
    state.claims = wanted.claims
    if state.claims != (ALL_WELL,):
        state.quiet_since = LONGEST_AGO
    elif state.quiet_since == LONGEST_AGO:
        state.quiet_since = now


def _heeding_absence(
    state: HysteresisState, wanted: Announcement, estimate: Estimate
) -> Announcement:
    """That cells that failed no longer vote is no sign of an end: it stands, for a while only if
    none of them votes.
    """
    voting = voting_cells(estimate)
    left = [within(claim, voting) for claim in state.claims]
    if left == list(state.claims):
        return wanted
    seen = [
        within(claim, voting | failed_since(estimate.grid, claim.since)) for claim in state.claims
    ]
    if [claim.says() for claim in left] == [claim.says() for claim in wanted.claims]:
        return Announcement(tuple(seen))
    none_votes = not any(claim.cells for claim in left) and any(claim.cells for claim in seen)
    return Announcement(wanted.claims, doubtful=True) if none_votes else wanted


def _has_listened(
    state: HysteresisState, estimate: Estimate, now: Instant, nobody_fit: bool, pace: Pace
) -> bool:
    """Whether everybody had the chance to be heard before the first verdict, or the first after a
    silence.

    What is looked at much more rarely than the quickest is not waited for.
    """
    if state.listening_since is None:
        state.listening_since = now
    quick = pace.alike(())
    everybody = bool(estimate.coverage.votes[quick & estimate.coverage.enabled].all())
    patience_ms = pace.patience_ms(quick)
    if everybody or nobody_fit or now >= state.listening_since + patience_ms:
        state.listening_since = None
        return True
    state.look_again_at = state.listening_since + patience_ms
    return False


def _is_patient(state: HysteresisState, wanted: Announcement, now: Instant, pace: Pace) -> bool:
    """Whether a doubtful claim still waits to become clear."""
    if not wanted.doubtful:
        state.doubtful_since = None
        return False
    state.doubtful_since = state.doubtful_since or now
    patience_ms = pace.patience_ms(
        pace.alike(key for claim in wanted.claims for key in claim.cells)
    )
    state.look_again_at = state.doubtful_since + patience_ms
    return now < state.look_again_at


def _is_settled(
    state: HysteresisState,
    wanted: Announcement,
    estimate: Estimate,
    now: Instant,
    pace: Pace,
    rules: Rules,
) -> bool:
    before = [claim.says() for claim in state.claims]
    after = [claim.says() for claim in wanted.claims]
    if before == after or state.last_summary is None:
        return True
    since = turned_at(state.claims, wanted.claims, _changes(state.claims, wanted.claims, estimate))
    concerned = pace.alike(key for claim in (*state.claims, *wanted.claims) for key in claim.cells)
    patience_ms = pace.patience_ms(concerned)
    # a change without a look behind it needs no confirmation
    if since is None or now >= since + patience_ms:
        return True
    grid, coverage = estimate.grid, estimate.coverage
    if is_settled(wanted.claims[0], since, grid, coverage, concerned, rules):
        return True
    if wanted.claims == (ALL_WELL,) and is_end_settled(
        state.claims, since, grid, coverage, concerned, rules
    ):
        return True
    state.look_again_at = since + patience_ms
    return False


def voting_cells(estimate: Estimate) -> frozenset[CellKey]:
    """The cells that vote."""
    return estimate.grid.axes.keys(estimate.coverage.votes)


def _changes(
    before: Sequence[Claim], after: Sequence[Claim], estimate: Estimate
) -> dict[CellKey, Tally]:
    found: dict[CellKey, Tally] = {}
    for claim in (*before, *after):
        if claim.cells:
            found.update(tallies(estimate.grid, claim.cells, claim.since, slow=claim.slow))
    return found
