"""Who is heard: which regions have a worker that speaks, so that nobody orders looks from an empty
region.

Single workers are remembered for the extra looks that only they should make.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

SILENT_AFTER_S: Final = 15.0
"""Workers send a heartbeat every five seconds; three missed ones are silence."""
GRACE_S: Final = 20.0
"""So long a region has to be heard first: after our start, after a new link, after it was
configured.
"""


class Presence:
    """When each region was heard last. Moments are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._workers: defaultdict[str, dict[str, float]] = defaultdict(dict)
        """By region."""

    def expect(self, regions: Iterable[str], now_s: float) -> None:
        """These are the regions from now on."""
        self._known = {region: self._known.get(region, now_s) for region in regions}

    def heard(self, region: str, now_s: float, worker: str = "") -> None:
        """A worker of this region spoke."""
        self._heard[region] = now_s
        workers = self._workers[region]
        if worker not in workers:  # whoever is new pays for forgetting those that are gone
            workers = self._workers[region] = _lately(workers, now_s)
        workers[worker] = now_s

    def present(self, region: str, worker: str, now_s: float) -> bool:
        """Whether this worker spoke lately."""
        at_s = self._workers.get(region, {}).get(worker, float("-inf"))
        return now_s - at_s <= SILENT_AFTER_S

    def workers(self, region: str, now_s: float) -> list[str]:
        """The workers of a region that spoke lately."""
        return list(_lately(self._workers.get(region, {}), now_s))

    def silent(self, region: str, now_s: float, connected_since_s: float | None) -> bool:
        """Whether the region has no worker. Without a link to the broker nobody can tell, and
        nobody is silent.
        """
        if connected_since_s is None:
            return False
        since_s = max(connected_since_s, self._known.get(region, now_s))
        return (
            now_s - since_s > GRACE_S and now_s - self._heard.get(region, since_s) > SILENT_AFTER_S
        )


def _lately(workers: dict[str, float], now_s: float) -> dict[str, float]:
    return {name: at_s for name, at_s in workers.items() if now_s - at_s <= SILENT_AFTER_S}
