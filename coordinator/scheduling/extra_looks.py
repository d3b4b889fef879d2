"""Orders the extra looks that the judge asks for, the moment it asks: from one worker, or from any
of a region.

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
from coordinator.messaging.publisher import Publisher, in_this_loop, order_letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.orders import Extra, Specs, extra_order
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import MOST_ATTEMPTS

log = logging.getLogger(f"outscope.{__name__}")

TELL_AGAIN_S: Final = 60.0

_Place: TypeAlias = tuple[str, str | None]
"""A region, and which of its workers; None for any."""


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
        self.configure(Topology())

    def configure(self, topology: Topology) -> None:
        """Order by this topology from now on."""
        self._topology = topology
        self._specs = Specs(topology)
        self._rate_limit = RateLimit(topology)

    def order(self, asks: Sequence[Ask], now: Instant) -> None:
        """Order all that can be made now: one message a place."""
        now_s = clock.monotonic_s()
        places: dict[_Place, list[Extra]] = defaultdict(list)
        for ask in asks:
            check = self._makeable(ask, now_s)
            if check is None:
                self._counters.extra_looks_dropped += 1
            elif self._rate_limit.allows(check, now_s):
                places[ask.region, ask.worker].append(Extra(check, ask.attempt))
            else:
                self._capped(now_s)
        self._counters.extra_looks_asked += len(asks)
        self._send(places.items(), now)

    def _makeable(self, ask: Ask, now_s: float) -> Check | None:
        """The check, when somebody is there to look at it now; the configuration may have changed
        since the ask.
        """
        check = self._topology.check.get(ask.check)
        if check is None or ask.region not in check.regions or not 0 < ask.attempt < MOST_ATTEMPTS:
            return None
        if not self._publisher.reachable or self._presence.silent(
            ask.region, now_s, self._link_since()
        ):
            return None
        if ask.worker is not None and not self._presence.present(ask.region, ask.worker, now_s):
            return None
        return check

    def _send(self, places: Iterable[tuple[_Place, Sequence[Extra]]], now: Instant) -> None:
        for (region, worker), looks in places:
            message, expires_s = extra_order(region, looks, self._specs, now)
            sent = partial(self._sent, len(looks))
            if not self._publisher.send(
                order_letter(message, expires_s, in_this_loop(sent), worker)
            ):
                self._counters.extra_looks_dropped += len(looks)

    def _sent(self, looks: int, sent: bool, _at: Instant) -> None:
        if sent:
            self._counters.extra_looks_ordered += looks
        else:
            self._counters.extra_looks_dropped += looks

    def _capped(self, now_s: float) -> None:
        self._counters.extra_looks_capped += 1
        if now_s - self._told_s >= TELL_AGAIN_S:
            self._told_s = now_s
            log.warning("extra_looks_capped since_start=%d", self._counters.extra_looks_capped)
