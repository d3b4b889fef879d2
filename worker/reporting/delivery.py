"""When a report is sent, and when it is sent again: the rules, without disk, clock or broker.

The coordinator receipts what it has stored, in the order of sending. So a report that was overtaken
(one that was sent after it has a receipt, it has none) was lost on the way, for example with a
broker that was restarted empty, and is sent again. As long as no receipts come, nothing is sent
again: the coordinator is away and the broker keeps the reports. Ids make it harmless when a report
does arrive twice.

What was kept while nobody was heard is a backlog. It is sent in its order when nothing of the
present waits, and only so much at once that what comes in beside it need not wait behind it.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush, nsmallest
from itertools import count
from threading import Lock
from typing import Final

from worker.reporting.outbox import Key

PATIENCE_S: Final = 10.0
"""A report overtaken for less than this may still be in the hands of a slower consumer."""
WINDOW: Final = 1000
"""Reports on their way without a receipt; the rest waits here, not in the broker's memory."""
BACKLOG_WINDOW: Final = 2
"""And of a backlog: the coordinator's receipts set its pace."""
BEATS: Final = 100
"""Heartbeats whose receipts still tell something."""


class Delivery:
    """Which reports are still to be sent, which wait for a receipt, and which were lost on the way.
    Thread-safe.
    """

    def __init__(
        self,
        waiting: Iterable[Key] = (),
        late: Iterable[Key] = (),
        *,
        patience_s: float = PATIENCE_S,
        window: int = WINDOW,
    ) -> None:
        self._unsent = list(waiting)
        heapify(self._unsent)
        self._backlog = list(late)
        heapify(self._backlog)
        self._late = set(self._backlog)
        """What is of the backlog, sent or not."""
        self._sent: dict[Key, tuple[int, float]] = {}
        self._beats: dict[Key, int] = {}
        self._order = count()
        self._patience_s = patience_s
        self._window = window
        self._lock = Lock()

    def add(self, key: Key, *, late: bool = False) -> None:
        """A new report is to be sent, or one of a backlog."""
        with self._lock:
            if late:
                self._late.add(key)
            heappush(self._heap(key), key)

    def next(self) -> Key | None:
        """The report to send now: the oldest of the present, else of the backlog; None when there
        is none, or too many wait for their receipt.
        """
        return next(iter(self.some(1)), None)

    def some(self, most: int) -> list[Key]:
        """The oldest reports to send now, so many at most."""
        with self._lock:
            room = min(most, self._window - len(self._sent))
            if self._unsent or not self._backlog:
                return nsmallest(room, self._unsent)
            under_way = sum(key in self._late for key in self._sent)
            return nsmallest(min(room, BACKLOG_WINDOW - under_way), self._backlog)

    def sent(self, key: Key, at_s: float) -> None:
        """The broker took the report. Its receipt may have come before this was said: then nobody
        waits for it.
        """
        with self._lock:
            if self._drop_unsent(key):
                self._sent[key] = (next(self._order), at_s)

    def beaten(self, key: Key) -> None:
        """The broker took a heartbeat. It is never sent again, but its receipt tells what it
        overtook.
        """
        with self._lock:
            self._beats[key] = next(self._order)
            if len(self._beats) > BEATS:
                del self._beats[next(iter(self._beats))]

    def gone(self, key: Key) -> None:
        """The report exists no more."""
        with self._lock:
            self._drop_unsent(key)
            self._sent.pop(key, None)
            self._late.discard(key)

    def receipted(self, keys: Iterable[Key], at_s: float) -> list[Key]:
        """The coordinator stored these. Returns the reports that they overtook too long ago: they
        are to be resent.
        """
        with self._lock:
            newest = max((self._stored(key) for key in keys), default=-1)
            lost = [
                key
                for key, sent in self._sent.items()
                if sent[0] < newest and at_s - sent[1] >= self._patience_s
            ]
            for key in lost:
                del self._sent[key]
                heappush(self._heap(key), key)
            return lost

    def _stored(self, key: Key) -> int:
        """Forget a stored report; its place in the order of sending, or -1 when nobody waited for
        this receipt.
        """
        self._drop_unsent(key)
        order, _ = self._sent.pop(key, (-1, 0.0))
        self._late.discard(key)
        return max(order, self._beats.pop(key, -1))

    def _drop_unsent(self, key: Key) -> bool:
        """Whether the report was still to be sent; now it is not."""
        heap = self._heap(key)
        if heap and heap[0] == key:
            heappop(heap)
        elif key in heap:
            heap.remove(key)
            heapify(heap)
        else:
            return False
        return True

    def _heap(self, key: Key) -> list[Key]:
        return self._backlog if key in self._late else self._unsent
