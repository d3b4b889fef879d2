"""THE LOOP that orders looks: once a second, one order a region with everything that is due in the
next window.

Which looks are due is arithmetic on the clock, so nothing drifts and nothing is forgotten by a
restart.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.ledger import GapReason, Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.schedule import Due, Schedule
from coordinator.messaging.publisher import Publisher, in_this_loop, order_letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.orders import Specs, order
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

STEP_MS: Final = 1_000
LEAD_MS: Final = 250
"""How far ahead a window begins: time for an order to travel, so that looks start when they are
due.
"""
PATIENCE_MS: Final = 1_000
"""Windows missed by no more than this are ordered late; after a longer pause we skip ahead, without
a burst.
"""
MOST_LOOKS: Final = 500


class Tick:
    """Orders what is due. `ticked_until` is the end of the last window that was dealt with."""

    def __init__(
        self,
        publisher: Publisher,
        ledger: Ledger,
        presence: Presence,
        link_since: Callable[[], float | None],
        counters: Counters,
    ) -> None:
        self._publisher = publisher
        self._ledger = ledger
        self._presence = presence
        self._link_since = link_since
        self._counters = counters
        self._schedule = Schedule(Topology())
        self._specs = Specs(Topology())
        self.ticked_until: Instant | None = None

    def configure(self, topology: Topology) -> None:
        """Order by this topology from the next window on."""
        self._schedule = Schedule(topology)
        self._specs = Specs(topology)

    def resume(self, reached: Instant, now: Instant) -> None:
        """Go on from where an earlier life ended; the looks that nobody ordered meanwhile are
        declared missing.
        """
        self.ticked_until = reached
        self.ticked_until, _ = self._window(now)

    async def run(self, stop: asyncio.Event) -> None:
        """Tick on each whole second of the clock until told to stop."""
        while not stop.is_set():
            self.step(clock.now())
            await asyncio.sleep((STEP_MS - clock.now() % STEP_MS) / 1000)

    def step(self, now: Instant) -> None:
        """Deal with every look up to the end of the window that `now` is in."""
        start, end = self._window(now)
        by_region: dict[str, list[Due]] = defaultdict(list)
        for look in self._schedule.due(start, end):
            by_region[look.region].append(look)
        for region, looks in by_region.items():
            if self._presence.silent(region, clock.monotonic_s(), self._heard_since()):
                self._ledger.miss(looks, GapReason.NO_WORKER)
            else:
                self._order(region, looks, now)
        self.ticked_until = end

    def _heard_since(self) -> float | None:
        """Since when workers can be heard: a broker that takes nothing takes no heartbeats, too."""
        since = self._link_since()
        if since is None or not self._publisher.reachable:
            return None
        return max(since, self._publisher.reachable_since_s)

    def _window(self, now: Instant) -> tuple[Instant, Instant]:
        """From where the last window ended to the end of this one; what a pause left out is
        declared.
        """
        begin = now - now % STEP_MS + LEAD_MS
        end = begin + STEP_MS
        reached = self.ticked_until
        if reached is None:
            return begin, end
        if reached > end + STEP_MS:
            log.warning(
                "clock_set_back by_ms=%d; looks are due by the clock as it is now", reached - end
            )
            return begin, end
        if reached < begin - PATIENCE_MS:
            log.warning(
                "paused for_ms=%d; the looks of that time are declared missing", begin - reached
            )
            self._ledger.pause(self._schedule.missed(reached, begin), now)
            return begin, end
        return reached, max(reached, end)

    def _order(self, region: str, looks: Sequence[Due], now: Instant) -> None:
        self._ledger.issue(looks)
        for part in (looks[i : i + MOST_LOOKS] for i in range(0, len(looks), MOST_LOOKS)):
            message, expires_s = order(region, part, self._specs, now)
            if not self._publisher.send(
                order_letter(message, expires_s, in_this_loop(partial(self._sent, part)))
            ):
                self._lost(part)

    def _sent(self, looks: Sequence[Due], sent: bool, at: Instant) -> None:
        if not sent:
            self._lost(looks)
            return
        self._counters.looks_ordered += len(looks)
        self._counters.order_lag_ms.add(max(0, at - looks[0].scheduled_at))

    def _lost(self, looks: Iterable[Due]) -> None:
        lost = list(looks)
        self._counters.looks_lost += len(lost)
        self._ledger.lose(lost)
