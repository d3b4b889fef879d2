"""Orders the extra looks that the judge or somebody else asks for, the moment they ask: from one
worker, or from any of a region.

They promise nothing. What cannot be ordered now is dropped, an order that nobody takes expires
within seconds, and a look that does not come back is no gap, because the regular look of its slot
is ordered all the same. A repeat does no harm: an id derives from check, region, worker, slot and
attempt.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, TypeAlias

from coordinator.domain.inference.confirm import Ask
from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.rate_limit import RateLimit
from coordinator.domain.schedule.wishes import WISHED_FROM, Came
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.letters import in_this_loop, order_letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.orders import Extra, Specs, extra_order
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import MOST_ATTEMPTS

log = logging.getLogger(f"outscope.{__name__}")

TELL_AGAIN_S: Final = 60.0

_Place: TypeAlias = tuple[str, str | None]
"""A region, and which of its workers; None for any."""
Told: TypeAlias = Callable[[Ask, Came], None]


def _nobody(_ask: Ask, _came: Came) -> None:
    """Nobody needs to know."""


class ExtraLooks:
    """Orders what is asked for, within a cap that does not trust the asker."""

    def __init__(
        self,
        publisher: Publisher,
        presence: Presence,
        link_since: Callable[[], float | None],
        counters: Counters,
    ) -> None:
        self._publisher = publisher
        self._presence = presence
        self._link_since = link_since
        self._counters = counters
        self._told_s = float("-inf")
        self.epoch = 0
        """As of the regular orders."""
        self.topology = Topology()
        self.configure(Topology())

    def configure(self, topology: Topology) -> None:
        """Order by this topology from now on."""
        self.topology = topology
        self._specs = Specs(topology)
        self._rate_limit = RateLimit(topology)

    def order(self, asks: Sequence[Ask], now: Instant) -> None:
        """Order all that the judge asks for and that can be made now: one message a place."""
        self._order(asks, now, range(1, WISHED_FROM), _nobody)

    def wish(self, asks: Sequence[Ask], now: Instant, told: Told) -> None:
        """The same for what somebody asks for, under the same cap. What came of each ask is told
        once: at once, or when the broker took the order or did not.
        """
        self._order(asks, now, range(WISHED_FROM, MOST_ATTEMPTS), told)

    def _order(self, asks: Sequence[Ask], now: Instant, attempts: range, told: Told) -> None:
        now_s = clock.monotonic_s()
        places: dict[_Place, list[tuple[Ask, Check]]] = defaultdict(list)
        for ask in asks:
            check = self.topology.check.get(ask.check)
            if check is None or ask.region not in check.regions or ask.attempt not in attempts:
                self._dropped([ask], told, Came.NOT_CONFIGURED)
            elif not self._publisher.reachable:
                self._dropped([ask], told, Came.BROKER_AWAY)
            elif self._nobody_there(ask, now_s):
                self._dropped([ask], told, Came.SILENT)
            elif self._rate_limit.allows(check, now_s):
                places[ask.region, ask.worker].append((ask, check))
            else:
                self._capped(now_s)
                told(ask, Came.CAPPED)
        self._counters.extra_looks_asked += len(asks)
        self._send(places.items(), now, told)

    def _nobody_there(self, ask: Ask, now_s: float) -> bool:
        """Whether nobody is heard who could make it."""
        if self._presence.silent(ask.region, now_s, self._link_since()):
            return True
        return ask.worker is not None and not self._presence.present(ask.region, ask.worker, now_s)

    def _send(
        self, places: Iterable[tuple[_Place, Sequence[tuple[Ask, Check]]]], now: Instant, told: Told
    ) -> None:
        for (region, worker), theirs in places:
            looks = [Extra(check, ask.attempt) for ask, check in theirs]
            message, expires_s = extra_order(region, looks, self._specs, now, self.epoch)
            asks = [ask for ask, _ in theirs]
            sent = in_this_loop(partial(self._sent, asks, told))
            if not self._publisher.send(order_letter(message, expires_s, sent, worker)):
                self._dropped(asks, told, Came.BROKER_AWAY)

    def _sent(self, asks: Sequence[Ask], told: Told, sent: bool, _at: Instant) -> None:
        if not sent:
            self._dropped(asks, told, Came.BROKER_AWAY)
            return
        self._counters.extra_looks_ordered += len(asks)
        for ask in asks:
            told(ask, Came.ORDERED)

    def _dropped(self, asks: Sequence[Ask], told: Told, why: Came) -> None:
        self._counters.extra_looks_dropped += len(asks)
        for ask in asks:
            told(ask, why)

    def _capped(self, now_s: float) -> None:
        self._counters.extra_looks_capped += 1
        if now_s - self._told_s >= TELL_AGAIN_S:
            self._told_s = now_s
            log.warning("extra_looks_capped since_start=%d", self._counters.extra_looks_capped)
