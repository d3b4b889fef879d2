"""Settling: a new claim is announced when every cell had its chance to confirm or deny it.

Looks are spread over an interval, and failed ones take their whole timeout to come in. Without
this, a total outage would be announced as regional, because the first regions to look are the first
to fail.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from coordinator.domain.inference.claim import EVERYWHERE, Claim, Coverage
from coordinator.domain.model.rules import Rules
from coordinator.domain.window.axes import CellKey, Flags, any_along
from coordinator.domain.window.grid import CountGrid
from coordinator.domain.window.tally import Tally, looks_since
from worker.contract.instant import Instant

VERY_SURE = 0.99
"""How likely a claim of everywhere must be to be made before every cell was looked at."""
NEARLY_EVERY_LOOK = 0.8
"""Only an outage is told before everybody looked: of a partial failure it may be half of our own
workers that fail.
"""
NEARLY_EVERY = 0.95
"""Share of the cells that must have been looked at since; the last few change nothing."""


def turned_at(
    before: Sequence[Claim], after: Sequence[Claim], tallies: Mapping[CellKey, Tally]
) -> Instant | None:
    """When the first of the cells that differ between the claims began to; None when no look
    tells.
    """
    was, becomes = _cells(before), _cells(after)
    moments = [
        t.first_bad for key in becomes - was if (t := tallies.get(key)) and t.first_bad is not None
    ]
    moments += [
        t.first_good
        for key in was - becomes
        if (t := tallies.get(key)) and t.first_good is not None
    ]
    return min(moments, default=None)


def is_settled(
    claim: Claim,
    since: Instant,
    grid: CountGrid,
    coverage: Coverage,
    concerned: Flags,
    rules: Rules,
) -> bool:
    """Whether a claim may be announced: all cells concerned were looked at since the first of them
    turned.

    Those that are looked at much more rarely are not waited for.
    """
    waited = coverage.votes & concerned
    looked = (grid.newest >= since) & coverage.votes
    if (looked & waited).sum() >= NEARLY_EVERY * waited.sum():
        return True
    if (
        claim.scope not in EVERYWHERE
        or claim.chance < VERY_SURE
        or _failing(claim, grid, since) < NEARLY_EVERY_LOOK
    ):
        return False
    components = list(range(len(coverage.axes.components)))
    every_component = (looked.any(axis=1) | ~waited.any(axis=1)).all()
    return bool(every_component) and coverage.suffices(components, any_along(looked, 0), rules)


def is_end_settled(
    before: Sequence[Claim],
    since: Instant,
    grid: CountGrid,
    coverage: Coverage,
    concerned: Flags,
    rules: Rules,
) -> bool:
    """Whether all may be called well before every cell was looked at: what was claimed fails no
    oftener than is normal somewhere since the first of it was well, and half of it was looked at,
    each component and each region.

    Where one recovers after the other, some still fail.
    """
    ailing = np.zeros(coverage.votes.shape, dtype=np.bool_)
    ailing.reshape(-1)[list(coverage.axes.numbers(_cells(before)).values())] = True
    ailing &= coverage.votes & concerned
    looked = ailing & (grid.newest >= since)
    every_component = (any_along(looked, 1) == any_along(ailing, 1)).all()
    every_region = (any_along(looked, 0) == any_along(ailing, 0)).all()
    return bool(
        every_component
        and every_region
        and 2 * looked.sum() >= ailing.sum() > 0
        and not any(_failing(claim, grid, since) > rules.normal_share_max for claim in before)
    )


def _failing(claim: Claim, grid: CountGrid, since: Instant) -> float:
    """Share of the looks at the claimed cells since then that were bad."""
    good, bad = looks_since(grid, claim.cells, since, slow=claim.slow)
    return bad / max(1, good + bad)


def _cells(claims: Iterable[Claim]) -> frozenset[CellKey]:
    return frozenset(key for claim in claims for key in claim.cells)
