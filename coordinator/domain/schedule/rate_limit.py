"""How many extra looks may be ordered, whatever the judge asks for: a mistake in it must never
become a flood.

The judge has a budget of its own and keeps well below this. Pure: seconds on the monotonic clock
are given.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from coordinator.domain.model.topology import Check, Topology

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
    target host.
    """

    def __init__(self, topology: Topology) -> None:
        per_s: dict[str, float] = defaultdict(float)
        self._host = {check.id: host_of(check.params, check.id) for check in topology.checks}
        for check in topology.checks:
            per_s[self._host[check.id]] += len(check.regions) * 1000 / check.interval_ms
        self._hosts = {
            host: Bucket(max(LEAST_PER_HOST_PER_S, SHARE * rate), max(LEAST_PER_HOST_AT_ONCE, rate))
            for host, rate in per_s.items()
        }
        rate = sum(per_s.values())
        self._all = Bucket(max(LEAST_PER_S, SHARE * rate), max(LEAST_AT_ONCE, rate))

    def allows(self, check: Check, now_s: float) -> bool:
        """Whether one more extra look of this check may be ordered now; if so, it counts."""
        host = self._hosts[self._host[check.id]]
        if not (host.holds(now_s) and self._all.holds(now_s)):
            return False
        host.spend()
        self._all.spend()
        return True


def host_of(params: Mapping[str, object], otherwise: str) -> str:
    """The host that a look with these parameters burdens, as far as they tell."""
    url = params.get("url")
    if isinstance(url, str):
        try:
            return urlsplit(url).hostname or otherwise
        except ValueError:
            return otherwise
    named = (params.get(key) for key in ("host", "server", "name"))
    return next((name for name in named if isinstance(name, str)), otherwise)
