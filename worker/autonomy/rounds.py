"""The rounds of a worker that is alone: what stands in its orders is looked at in the slots in
which the coordinator would order it. A thread of its own, so that nothing that hangs on a broker
stops it.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any, Final

from worker.agent import Agent
from worker.autonomy.boot_clock import BootClock
from worker.autonomy.kept import KeptOrders
from worker.autonomy.reading import Standing, StandingLook
from worker.autonomy.silence import Silence, beat_s
from worker.contract.clock import monotonic_s
from worker.contract.instant import Instant
from worker.contract.message import Order
from worker.orders import read_checks
from worker.reference_clock import ReferenceClock

STEP_S: Final = 0.2
AHEAD_MS: Final = 400
"""How far ahead a round reaches, so that looks start when they are due."""
FARTHEST_MS: Final = 60_000
"""A round reaches back no further: after a longer pause looks are left out, without a burst."""
MOST_LOOKS: Final = 500
"""Of one order to ourselves."""

log = logging.getLogger(f"outscope.{__name__}")


class Rounds:
    """Looks by what stands in `kept` while nobody is heard. `refused` says whether the broker turns
    us away: then we were told to stop, and are not alone.
    """

    def __init__(
        self,
        agent: Agent,
        kept: KeptOrders,
        reference: ReferenceClock,
        *,
        after: int,
        refused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._agent = agent
        self._kept = kept
        self._reference = reference
        self._after = after
        self._refused = refused
        self._clock = BootClock(kept.folder, reference)
        self._silence = Silence(after, monotonic_s())
        self._standing: Standing | None = None
        self._reached: Instant | None = None
        self._expired = ""
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="alone", daemon=True)

    def start(self) -> None:
        """Begin: from now on silence counts."""
        self._take_up()
        self._thread.start()

    def _take_up(self) -> None:
        """What an earlier start kept."""
        self._kept.load()
        self._clock.load()
        self._silence = Silence(self._after, monotonic_s())

    def stop(self) -> None:
        """No more rounds; does not wait."""
        self._stopping.set()

    def heard(self, at: Instant) -> None:
        """The coordinator wrote at this moment of its clock what came in now. What lay in the
        broker says nothing of the present.
        """
        age_s = max(0, self._reference.now() - at) / 1000
        self._silence.heard(monotonic_s() - age_s)

    def beat_s(self) -> float:
        """How often a heartbeat is to be sent."""
        return beat_s(self._quickest_ms(), self._after)

    def is_silent(self) -> bool:
        """Whether looks are made by standing orders, and nobody is heard yet."""
        return self._reached is not None and self._silence.is_silent

    def vitals(self) -> dict[str, Any]:
        """What a heartbeat tells of it."""
        orders = self._kept.orders
        return {
            "standing": self._kept.version,
            "standing_until": orders.until if orders else 0,
            "alone": self._reached is not None,
            "alone_looks": self._agent.tally.alone,
        }

    def _run(self) -> None:
        while not self._stopping.wait(STEP_S):
            try:
                self._clock.save_when_due(monotonic_s())
                self.step(self._reference.now(), monotonic_s())
            # the boundary of this thread: a round that fails must not be the last
            except Exception:
                log.exception("round_failed")

    def step(self, now: Instant, at_s: float) -> None:
        """One round at this moment, by the coordinator's clock and by the monotonic one."""
        standing = self._read()
        since_s = self._silence.alone_since(at_s, self._quickest_ms())
        if since_s is None or standing is None or self._refused() or self._over(standing, now):
            if self._reached is not None:
                log.info("alone_no_more looks=%d", self._agent.tally.alone)
            self._reached = None
            return
        if self._reached is None:
            log.warning("alone silent_s=%.1f; looking by standing orders", at_s - since_s)
        end = now + AHEAD_MS
        start = self._begin(now - round((at_s - since_s) * 1000), end)
        self._reached = end
        due = standing.due(start, end, now)
        for part in (due[i : i + MOST_LOOKS] for i in range(0, len(due), MOST_LOOKS)):
            self._agent.stand_in(_order(standing, part, now))

    def _begin(self, silent_since: Instant, end: Instant) -> Instant:
        reached = silent_since if self._reached is None else self._reached
        if reached > end:  # the clock was set back
            reached = end - AHEAD_MS
        return max(reached, end - FARTHEST_MS)

    def _read(self) -> Standing | None:
        """What stands, read when it is new."""
        orders = self._kept.orders
        if orders is None:
            self._standing = None
        elif self._standing is None or self._standing.orders is not orders:
            self._standing = Standing(orders)
            read_checks(_order(self._standing, self._standing.looks, 0))
        return self._standing

    def _quickest_ms(self) -> int | None:
        return None if self._standing is None else self._standing.quickest_ms

    def _over(self, standing: Standing, now: Instant) -> bool:
        if now < standing.orders.until:
            return False
        if self._expired != standing.version:
            self._expired = standing.version
            log.warning("standing_orders_expired version=%s; nothing is looked at", self._expired)
        return True


def _order(standing: Standing, looks: Sequence[StandingLook], now: Instant) -> Order:
    """The order that the coordinator would have given."""
    texts = list(dict.fromkeys(look.text for look in looks))
    index = {text: place for place, text in enumerate(texts)}
    return Order(
        order=f"standing.{standing.version}.{now}",
        region=standing.orders.region,
        issued_at=now,
        checks=tuple(texts),
        looks=tuple((index[look.text], look.slot, 0, look.scheduled_at) for look in looks),
        location=standing.orders.location,
    )
