"""Reading standing orders: which looks of them are ours, and when each is due. Pure."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from worker.contract.instant import Instant
from worker.contract.standing.orders import StandingOrders
from worker.contract.standing.schedule import Dials, Rhythm, looker


class StandingLook(NamedTuple):
    """One look of a check, which is told as its text."""

    scheduled_at: Instant
    slot: int
    text: str


class Standing:
    """Standing orders, read: what is due when, for one worker."""

    def __init__(self, orders: StandingOrders) -> None:
        self.orders = orders
        self.version = orders.version()
        read = list(_read(orders))
        self.looks = [StandingLook(0, 0, text) for _, text in read]
        """Each check once, whenever it is due."""
        self.quickest_ms = min((rhythm.interval_ms for rhythm, _ in read), default=None)
        self._dials = Dials(
            ((rhythm, (rhythm, text)) for rhythm, text in read), {orders.region: orders.stride}
        )
        self._sharing = orders.workers if orders.worker in orders.workers else (orders.worker,)

    def due(self, start: Instant, end: Instant, now: Instant) -> list[StandingLook]:
        """Our looks due in [start, end), in order of time, but those that are an interval late by
        now.
        """
        return [
            StandingLook(at, slot, text)
            for at, slot, (rhythm, text) in self._dials.due(start, end)
            if now - at < rhythm.interval_ms and self._is_ours(rhythm.check, slot)
        ]

    def _is_ours(self, check: str, slot: int) -> bool:
        alone = len(self._sharing) == 1
        return alone or looker(check, slot, self._sharing) == self.orders.worker


def _read(orders: StandingOrders) -> Iterator[tuple[Rhythm, str]]:
    """The rhythm of each check, and its text; what makes no sense is left out."""
    for text in orders.checks:
        try:
            told = json.loads(text)
            name, interval_ms = told["id"], told["interval_ms"]
        except (ValueError, TypeError, LookupError, RecursionError):
            continue
        if isinstance(name, str) and type(interval_ms) is int and interval_ms > 0:
            yield Rhythm(name, orders.region, interval_ms), text
