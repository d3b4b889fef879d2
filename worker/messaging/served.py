"""Whether anybody serves this worker, and the lines of its log that say so: connected to the broker
is not yet heard by a coordinator.
"""

import logging
from collections.abc import Callable
from threading import Lock, Timer
from typing import Final

UNSERVED_S: Final = 30.0
"""So long after it was connected a worker that got neither order nor receipt says so, once."""

log = logging.getLogger(f"outscope.{__name__}")


class Served:
    """What is known of it. `muted` says whether the broker refuses our reports: then whoever orders
    from us will never hear us.
    """

    def __init__(
        self,
        region: str,
        worker: str,
        *,
        muted: Callable[[], bool] = lambda: False,
        timer: Callable[[float, Callable[[], None]], Timer] = Timer,
    ) -> None:
        self._region = region
        self._worker = worker
        self._muted = muted
        self._lock = Lock()
        self._ready = False
        self._refused = False
        self._advice = ""
        self._patience_s = UNSERVED_S
        self._timer = timer(UNSERVED_S, self._complain)
        self._timer.daemon = True

    def connected(self, kinds: str) -> None:
        """The broker took us in."""
        log.info("connected region=%s worker=%s kinds=%s", self._region, self._worker, kinds)
        self._timer.start()

    def heard(self) -> None:
        """The coordinator sent an order that may be obeyed, or the receipt of a report of ours."""
        self._refused = False
        if self._ready or self._muted():
            return
        with self._lock:
            first, self._ready = not self._ready, True
        if first:
            self._timer.cancel()
            log.info("ready region=%s worker=%s", self._region, self._worker)

    def advised(self, advice: str) -> None:
        """What a receipt said that our operator should know; told once."""
        if advice and advice != self._advice:
            self._advice = advice
            log.warning("coordinator_says %s", advice)

    def unknown_region(self) -> None:
        """The coordinator says that our region is not configured there."""
        with self._lock:
            first, self._refused = not self._refused, True
        if first:
            log.warning(
                "region_refused region '%s' is not configured at the coordinator, which takes"
                " nothing from here; mend --region (OUTSCOPE_REGION), or add the region to the"
                " configuration; outscope doctor there lists both",
                self._region,
            )

    def ill(self) -> str:
        """What is wrong; nothing once we were served."""
        if self._refused:
            return "the region is not configured at the coordinator"
        return "" if self._ready else "neither an order nor a receipt has come yet"

    def stop(self) -> None:
        """Nobody waits any more."""
        self._timer.cancel()

    def _complain(self) -> None:
        if self._ready or self._refused:
            return
        log.warning(
            "not_served region=%s for_s=%.0f neither an order nor a receipt has come; see whether"
            " the region is spelled as in the configuration, whether a coordinator runs, whether it"
            " uses this same broker, and whether the broker refused anything above",
            self._region,
            self._patience_s,
        )
