"""The herald of one service: what is announced of it, and when something else may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from coordinator.domain.announcing.announcement import Wish, wish
from coordinator.domain.announcing.settle import is_settled, turned_at
from coordinator.domain.inference.claim import ALL_WELL, NOTHING_YET, Claim, within
from coordinator.domain.inference.estimator import View
from coordinator.domain.model.rules import Rules
from coordinator.domain.vantages.fleet import NEVER
from coordinator.domain.window.grid import CellKey
from coordinator.domain.window.pace import Pace
from coordinator.domain.window.series import LONGEST_AGO
from coordinator.domain.window.tally import Tally, failed_since, tallies
from worker.contract.instant import Instant


@dataclass(slots=True)
class Docket:
    """What must be remembered from step to step beside what was seen."""

    claims: tuple[Claim, ...] = (NOTHING_YET,)
    """What is announced, the first disruption first."""
    told: tuple[object, ...] | None = None
    """What the last verdict told said; None before the first."""
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

    @property
    def is_listening(self) -> bool:
        """Whether nothing was told yet, because not everybody had the chance to be heard."""
        return self.told is None and self.listening_since is not None


def announce(docket: Docket, view: View, now: Instant, *, nobody_fit: bool, pace: Pace, rules: Rules) -> None:
    """Announce what the opinions suggest, when it is settled. While we suspect ourselves nothing is claimed."""
    docket.look_again_at = NEVER
    if docket.told is None and not _has_listened(docket, view, now, nobody_fit, pace):
        return
    if docket.suspicion or not view.coverage.votes.any():
        docket.claims = (NOTHING_YET,)
        docket.listening_since = docket.doubtful_since = None
        docket.quiet_since = LONGEST_AGO
        return
    silent_before = docket.claims == (NOTHING_YET,) and docket.told is not None
    if silent_before and not _has_listened(docket, view, now, nobody_fit, pace):
        return
    docket.listening_since = None
    wanted = _heeding_absence(docket, wish(view.opinions, docket.claims, rules), view)
    if _is_patient(docket, wanted, now, pace) or not _is_settled(docket, wanted, view, now, pace, rules):
        return
    docket.claims = wanted.claims
    if docket.claims != (ALL_WELL,):
        docket.quiet_since = LONGEST_AGO
    elif docket.quiet_since == LONGEST_AGO:
        docket.quiet_since = now


def _heeding_absence(docket: Docket, wanted: Wish, view: View) -> Wish:
    """That cells that failed no longer vote is no sign of an end: it stands, for a while only if none of them votes."""
    voting = voting_cells(view)
    left = [within(claim, voting) for claim in docket.claims]
    if left == list(docket.claims):
        return wanted
    seen = [within(claim, voting | failed_since(view.sheet, claim.since)) for claim in docket.claims]
    if [claim.says() for claim in left] == [claim.says() for claim in wanted.claims]:
        return Wish(tuple(seen))
    none_votes = not any(claim.cells for claim in left) and any(claim.cells for claim in seen)
    return Wish(wanted.claims, doubtful=True) if none_votes else wanted


def _has_listened(docket: Docket, view: View, now: Instant, nobody_fit: bool, pace: Pace) -> bool:
    """Whether everybody had the chance to be heard before the first verdict, or the first after a silence.

    What is looked at much more rarely than the quickest is not waited for.
    """
    if docket.listening_since is None:
        docket.listening_since = now
    quick = pace.alike(())
    everybody = bool(view.coverage.votes[quick & view.coverage.enabled].all())
    patience_ms = pace.patience_ms(quick)
    if everybody or nobody_fit or now >= docket.listening_since + patience_ms:
        docket.listening_since = None
        return True
    docket.look_again_at = docket.listening_since + patience_ms
    return False


def _is_patient(docket: Docket, wanted: Wish, now: Instant, pace: Pace) -> bool:
    """Whether a doubtful claim still waits to become clear."""
    if not wanted.doubtful:
        docket.doubtful_since = None
        return False
    docket.doubtful_since = docket.doubtful_since or now
    patience_ms = pace.patience_ms(pace.alike(key for claim in wanted.claims for key in claim.cells))
    docket.look_again_at = docket.doubtful_since + patience_ms
    return now < docket.look_again_at


def _is_settled(docket: Docket, wanted: Wish, view: View, now: Instant, pace: Pace, rules: Rules) -> bool:
    before, after = ([claim.says() for claim in claims] for claims in (docket.claims, wanted.claims))
    if before == after or docket.told is None:
        return True
    since = turned_at(docket.claims, wanted.claims, _changes(docket.claims, wanted.claims, view))
    concerned = pace.alike(key for claim in (*docket.claims, *wanted.claims) for key in claim.cells)
    patience_ms = pace.patience_ms(concerned)
    if since is None or now >= since + patience_ms:  # a change without a look behind it needs no confirmation
        return True
    if is_settled(wanted.claims[0], since, view.sheet, view.coverage, concerned, rules):
        return True
    docket.look_again_at = since + patience_ms
    return False


def voting_cells(view: View) -> frozenset[CellKey]:
    """The cells that vote."""
    return view.sheet.frame.keys(view.coverage.votes)


def _changes(before: Sequence[Claim], after: Sequence[Claim], view: View) -> dict[CellKey, Tally]:
    found: dict[CellKey, Tally] = {}
    for claim in (*before, *after):
        if claim.cells:
            found.update(tallies(view.sheet, claim.cells, claim.since, slow=claim.slow))
    return found
