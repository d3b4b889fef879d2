"""Whether what is claimed is an incident: a verdict may be taken back, an incident is history."""

from collections.abc import Collection
from math import log

from coordinator.domain.incidents.open_incident import AnnouncedClaim
from coordinator.domain.inference.claim import EVERYWHERE, Claim
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope
from coordinator.domain.vantages.independence import EACH_ITS_OWN, Independence
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.tally import MOST_SHARE, NORMAL_SHARE, Times
from worker.contract.instant import Instant

CONFIRMED_INTERVALS = 1.25
"""A disruption must be seen for so much longer than one interval: what lasts one may begin and end
in two.
"""
BEYOND_NATS = 5.0
"""And in some regions only, with so much evidence after what may be one burst: a look that fails by
chance now and then makes a burst seem longer.
"""
CONFIRMED_LOOKS = 2
GOES_ON_SHARE = 0.3
"""And by this many bad looks, and this share of the bad looks of the first interval, in the
next.
"""


def is_heard_enough(
    claim: Claim, enabled: Collection[CellKey], independence: Independence = EACH_ITS_OWN
) -> bool:
    """Whether its scope is known, or two vantage points or half of the regions that should look see
    it: one alone of many is no witness of an incident.
    """
    looking = {region for component, region in enabled if component in claim.components}
    enough = independence.count(claim.regions) > 1 or 2 * len(claim.regions) >= len(looking)
    return claim.scope is not Scope.UNKNOWN or enough


def is_confirmed(announced: AnnouncedClaim, now: Instant, interval_ms: int, rules: Rules) -> bool:
    """Whether it went on beyond one interval, as much as at first: one bad interval is an event,
    not an incident.

    It takes surer evidence than a verdict, in some regions only beyond what may be one burst, too.
    """
    times = announced.times()
    if not times.bad or times.bad[-1] - times.bad[0] < CONFIRMED_INTERVALS * interval_ms:
        return False
    begun = times.bad[0]
    first = sum(at < begun + interval_ms for at in times.bad)
    went_on = min(1.0, (now - begun) / interval_ms - 1)
    if len(times.bad) - first < max(CONFIRMED_LOOKS, GOES_ON_SHARE * first * went_on):
        return False
    if _nats_after(times, begun) < rules.incident_nats:
        return False
    return (
        announced.claim.scope in EVERYWHERE
        or _nats_after(times, begun + rules.burst_ms) >= BEYOND_NATS
    )


def _nats_after(times: Times, since: Instant) -> float:
    """Evidence that looks since then fail more often than while all is well, by their own share."""
    bad = sum(at >= since for at in times.bad)
    good = sum(at >= since for at in times.good)
    if not bad:
        return 0.0
    share = min(bad / (bad + good), MOST_SHARE)
    return max(0.0, bad * log(share / NORMAL_SHARE) + good * log((1 - share) / (1 - NORMAL_SHARE)))
