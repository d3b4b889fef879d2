"""What waits for the event loop: a lane for each region, so that one that is full keeps nobody else
waiting.
"""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Final

from coordinator.messaging.envelope import Delivery

WAITING: Final = 64
"""Reports of one region that may wait for the loop, and reports that it takes at once."""
FEW: Final = 8
"""Reports that it takes at once of a region whose last ones held what had to be set aside: to find
that out costs a hundred times as much as to read a good one.
"""
LANE_BYTES: Final = 2 << 20
"""A lane with so many bytes takes no more; one message may stand above that."""
ALL_BYTES: Final = 32 << 20
BATCH_BYTES: Final = 2 << 20
"""So many bytes the loop takes at once, and one message more."""


class Lane:
    """One region's."""

    def __init__(self) -> None:
        self.deliveries: deque[Delivery] = deque()
        self.bytes = 0

    def put(self, delivery: Delivery) -> None:
        """At its end."""
        self.deliveries.append(delivery)
        self.bytes += len(delivery.body)

    def take(self) -> Delivery:
        """The oldest."""
        delivery = self.deliveries.popleft()
        self.bytes -= len(delivery.body)
        return delivery


class Lanes:
    """The hand-over from the receiving thread to the loop in which this was made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._changed = threading.Condition()
        self._lanes: dict[str, Lane] = {}
        self._bytes = 0
        self._first = count()
        self._costly: set[str] = set()

    def depth(self) -> int:
        """How many reports wait."""
        with self._changed:
            return sum(len(lane.deliveries) for lane in self._lanes.values())

    def room(self, region: str) -> int:
        """How many more of a region's reports may wait now."""
        with self._changed:
            lane = self._lanes.get(region)
            if self._bytes >= ALL_BYTES or (lane is not None and lane.bytes >= LANE_BYTES):
                return 0
            return WAITING - (len(lane.deliveries) if lane is not None else 0)

    def judged(self, taken: Mapping[str, int], set_aside: Mapping[str, int]) -> None:
        """What became of those that were taken, by region."""
        for region, number in taken.items():
            if 2 * set_aside.get(region, 0) >= number:
                self._costly.add(region)
            else:
                self._costly.discard(region)

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Let these wait; from the receiving thread."""
        with self._changed:
            for delivery in deliveries:
                self._lanes.setdefault(delivery.region, Lane()).put(delivery)
                self._bytes += len(delivery.body)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arrived.set)

    def wait(self, timeout_s: float) -> None:
        """Until the loop has taken something, in the receiving thread."""
        with self._changed:
            self._changed.wait(timeout_s)

    async def some(self, timeout_s: float, most: int = WAITING) -> list[Delivery]:
        """What waits, at once when something does; an empty list when nothing comes in time."""
        self._arrived.clear()
        if not self.depth():
            try:
                async with asyncio.timeout(max(0.0, timeout_s)):
                    await self._arrived.wait()
            except TimeoutError:
                return []
        return self._take(most)

    def _take(self, most: int) -> list[Delivery]:
        """One of each region in turn, each time from the next one on."""
        with self._changed:
            waiting = [region for region, lane in self._lanes.items() if lane.deliveries]
            first = next(self._first) % max(1, len(waiting))
            turn = deque(waiting[first:] + waiting[:first])
            found: list[Delivery] = []
            places = Counter(dict.fromkeys(self._costly, FEW))
            left = BATCH_BYTES
            while turn and len(found) < most and left > 0:
                region = turn.popleft()
                lane = self._lanes[region]
                found.append(lane.take())
                left -= len(found[-1].body)
                places[region] -= 1
                if not lane.deliveries:
                    del self._lanes[region]
                elif places[region]:  # below nothing where it is not counted
                    turn.append(region)
            self._bytes -= sum(len(delivery.body) for delivery in found)
            self._changed.notify_all()
        return found
