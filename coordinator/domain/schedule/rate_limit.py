"""How many extra looks may be ordered, whatever the judge asks for: a mistake in it must never
become a flood.

The judge has a budget of its own and keeps well below this. Pure: seconds on the monotonic clock
are given.
"""

from collections import defaultdict
from typing import Final

from coordinator.domain.model.topology import Check, Topology
from worker.contract.target import hosts_named

SHARE: Final = 0.1
"""Extra looks over time, as a share of the regular ones."""
LEAST_PER_S: Final = 3.0
"""So many over time in any case: a tenth of a small fleet is next to nothing."""
LEAST_AT_ONCE: Final = 180.0
"""So many in a moment in any case; else no more than the regular looks of a second."""
LEAST_PER_HOST_PER_S: Final = 1.0
LEAST_PER_HOST_AT_ONCE: Final = 60.0
"""As above, for one target host."""


class Bucket:
    """Holds what may be spent at once, and fills again steadily."""

    def __init__(self, per_s: float, most: float) -> None:
        self._per_s = per_s
        self._most = self._holds = most
        self._at_s = 0.0

    def holds(self, now_s: float) -> bool:
        """Whether one may be spent."""
        self._holds = min(self._most, self._holds + max(0.0, now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        return self._holds >= 1

    def spend(self) -> None:
        """Spend one."""
        self._holds -= 1


class RateLimit:
    """Counts extra looks against what a topology's regular looks justify, in all and for each
    host that their parameters name.
    """

    def __init__(self, topology: Topology) -> None:
        per_s: dict[str, float] = defaultdict(float)
        hosts = {check.id: hosts_burdened(check) for check in topology.checks}
        for check in topology.checks:
            for host in hosts[check.id]:
                per_s[host] += _looks_per_s(check)
        by_host = {
            host: Bucket(max(LEAST_PER_HOST_PER_S, SHARE * rate), max(LEAST_PER_HOST_AT_ONCE, rate))
            for host, rate in per_s.items()
        }
        rate = sum(map(_looks_per_s, topology.checks))
        everywhere = Bucket(max(LEAST_PER_S, SHARE * rate), max(LEAST_AT_ONCE, rate))
        self._buckets = {
            name: (everywhere, *map(by_host.__getitem__, named)) for name, named in hosts.items()
        }

    def allows(self, check: Check, now_s: float) -> bool:
        """Whether one more extra look of this check may be ordered now; if so, it counts."""
        buckets = self._buckets[check.id]
        if not all(bucket.holds(now_s) for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.spend()
        return True


def hosts_burdened(check: Check) -> frozenset[str]:
    """The hosts that a look of this check may burden; the check itself stands for one that its
    parameters do not write down.

    Only a kind knows whom it asks, and only workers have kinds; so every host counts that the
    parameters name. One that is only mentioned ties the limits of those who mention it together.
    """
    return hosts_named(check.params) or frozenset({check.id})


def _looks_per_s(check: Check) -> float:
    return len(check.regions) * 1000 / check.interval_ms
