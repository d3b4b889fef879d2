"""The workers of each region that are known by name, and no more of them than there may be.

A region's credential may report under any name. Names cost memory, rows and series of metrics
everywhere, so a region has room for so many; reports of others are counted and not receipted, so
that their senders keep them until there is room.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from coordinator.ingest.decoded import Reading
from coordinator.store import MOST_WORKERS
from worker.contract.instant import Instant

GONE_MS: Final = 600_000
"""A worker that was not heard for so long gives up its room to one that is new."""


class Roster:
    """When each known worker was heard last."""

    def __init__(self, most: int = MOST_WORKERS) -> None:
        self._most = most
        self._heard: dict[str, dict[str, Instant]] = defaultdict(dict)
        self.loaded = False

    def load(self, heard: Iterable[tuple[str, str, Instant]]) -> None:
        """Those that were heard before this process began keep their room; the latest of them,
        when they are too many.
        """
        self.loaded = True
        for region, worker, at in sorted(heard, key=lambda one: -one[2]):
            self._admit(region, worker, at)

    def sift(self, reading: Reading) -> None:
        """Take out of a reading what workers sent for whom there is no room."""
        refused = {
            (region, report.worker)
            for region, report in reading.reports
            if not self._admit(region, report.worker, reading.received_at)
        }
        if not refused:
            return
        kept = [
            (region, one) for region, one in reading.reports if (region, one.worker) not in refused
        ]
        for region, worker in sorted(refused):
            reading.refuse("too_many_workers", f"{region}/{worker}: {self._most} are known there")
        reading.reports[:] = kept
        reading.results[:] = [
            one for one in reading.results if (one.region, one.worker) not in refused
        ]

    def _admit(self, region: str, worker: str, at: Instant) -> bool:
        known = self._heard[region]
        if worker not in known and len(known) >= self._most:
            longest_silent = min(known, key=known.__getitem__)
            if at - known[longest_silent] <= GONE_MS:
                return False
            del known[longest_silent]
        known[worker] = max(at, known.get(worker, at))
        return True
