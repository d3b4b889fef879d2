"""THE LOOP that orders looks: once a second, one order a region with everything that is due in the
next window.

Which looks are due is arithmetic on the clock, so nothing drifts and nothing is forgotten by a
restart.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.ledger import GapReason, Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.schedule import Due, Schedule, Span
from coordinator.domain.schedule.succession import (
    MADE_UP_MS,
    Succession,
    believable,
    since,
    succession,
    unaccounted,
)
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.letters import in_this_loop, order_letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.orders import Specs, order
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.logs import trace

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
        self._marks: dict[str, Instant] = {}
        """Up to when an earlier life ordered the looks of regions, as far as that is ahead."""
        self.ticked_until: Instant | None = None
        self.begun: Instant | None = None
        """When the first of all lives began to order."""
        self.epoch = 0
        """Of the orders, by which workers tell those of an earlier leader."""

    def configure(self, topology: Topology) -> None:
        """Order by this topology from the next window on."""
        self._schedule = Schedule(topology)
        self._specs = Specs(topology)

    def resume(self, reached: Instant, now: Instant) -> None:
        """Go on from where an earlier life ended, as far as it told; the looks that nobody ordered
        meanwhile are declared missing.
        """
        self.ticked_until = reached
        self.ticked_until, _ = self._window(now)

    def succeed(
        self, marks: Mapping[str, Instant], reached: Instant | None, now: Instant
    ) -> Succession:
        """Go on from where an earlier life ended by its marks, to the millisecond. Looks that it
        did not come to are ordered late: of each check in each region the last one, the others are
        to be declared missing. The looks around the change.
        """
        begin = now - now % STEP_MS + LEAD_MS
        self._marks = believable(marks, begin)
        found = succession(self._schedule, self._marks, now, begin)
        if reached is not None and reached < begin - MADE_UP_MS:
            spans = self._schedule.missed(reached, begin - MADE_UP_MS)
            paused = (since(span, marks.get(span.region, 0)) for span in spans)
            self._ledger.pause(filter(None, paused), now)
        self._order_all(found.late, begin, now)
        self.ticked_until = begin
        return found

    def unaccounted(self, accounted: Instant, until: Instant, longest_ms: int) -> Iterator[Span]:
        """As of `succession`, of what is configured."""
        return unaccounted(self._schedule, accounted, until, longest_ms)

    async def run(self, stop: asyncio.Event) -> None:
        """Tick on each whole second of the clock until told to stop."""
        while not stop.is_set():
            self.step(clock.now())
            await asyncio.sleep((STEP_MS - clock.now() % STEP_MS) / 1000)

    def step(self, now: Instant) -> None:
        """Deal with every look up to the end of the window that `now` is in."""
        start, end = self._window(now)
        if self.begun is None:
            self.begun = start
        looks = self._schedule.due(start, end)
        if self._marks:
            looks = [look for look in looks if look.scheduled_at >= self._marks.get(look.region, 0)]
            self._marks = {region: mark for region, mark in self._marks.items() if mark > end}
        self._order_all(looks, end, now)
        self.ticked_until = end

    def _order_all(self, looks: Iterable[Due], end: Instant, now: Instant) -> None:
        """Order these looks, which are all that are due before `end` and were not ordered yet."""
        by_region: dict[str, list[Due]] = defaultdict(list)
        for look in looks:
            by_region[look.region].append(look)
        for region, theirs in by_region.items():
            if self._presence.silent(region, clock.monotonic_s(), self._heard_since()):
                self._ledger.miss(theirs, GapReason.NO_WORKER)
            else:
                self._order(region, theirs, end, now)

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

    def _order(self, region: str, looks: Sequence[Due], end: Instant, now: Instant) -> None:
        self._ledger.issue(looks)
        for first in range(0, len(looks), MOST_LOOKS):
            part, rest = looks[first : first + MOST_LOOKS], looks[first + MOST_LOOKS :]
            message, expires_s = order(region, part, self._specs, now, self.epoch)
            sent = in_this_loop(partial(self._sent, part))
            until = rest[0].scheduled_at if rest else end
            if not self._publisher.send(order_letter(message, expires_s, sent, until=until)):
                self._lost(part)

    def _sent(self, looks: Sequence[Due], sent: bool, at: Instant) -> None:
        if not sent:
            self._lost(looks)
            return
        self._counters.looks_ordered += len(looks)
        if log.isEnabledFor(logging.DEBUG):
            for look in looks:
                name = trace(look.check.id, look.scheduled_at, 0)
                log.debug("ordered trace=%s region=%s", name, look.region)
        self._counters.order_lag_ms.add(max(0, at - looks[0].scheduled_at))

    def _lost(self, looks: Iterable[Due]) -> None:
        lost = list(looks)
        self._counters.looks_lost += len(lost)
        self._ledger.lose(lost)
