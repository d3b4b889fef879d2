"""Regions that report and are not configured: named to whoever runs this, and their workers told.

Only a queue that nobody takes from and that goes on growing counts: what an old region left behind
is no stranger. Everything is bounded, for such names may be anybody's.
"""

import logging
import re
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import msgspec

from coordinator.messaging.envelope import Delivery, opened
from worker.contract.message import IDENTIFIER, worker_queue

log = logging.getLogger(f"outscope.{__name__}")

PROOF_S: Final = 6.0
"""A queue that grew for so long, without ever being shorter, is read by nobody: a worker's
heartbeats are less far apart.
"""
LATELY_S: Final = 60.0
"""So long after its last report a stranger is still named."""
MOST_WATCHED: Final = 1_000
MOST_NAMED: Final = 20
"""Strangers that are named at a time."""
TELL_AGAIN_S: Final = 3_600.0
ANSWER_S: Final = 20.0
"""Pause between two answers to workers of one stranger."""
UNREAD_S: Final = 30.0
"""An answer that its worker has not taken by then is taken back."""
MOST_REPORT: Final = 65_536
"""Bytes of a report that we look into for who sent it; a heartbeat has a fiftieth of it."""
MOST_BOOT: Final = 64


@dataclass(slots=True)
class _Queue:
    """What is known of the reports of one stranger; moments are on the monotonic clock."""

    since_s: float
    waiting: int
    grown_s: float | None = None
    answered_s: float = float("-inf")
    seen: bool = True

    def is_named(self, now_s: float) -> bool:
        """Whether somebody reports there, and nobody takes it."""
        proven = self.grown_s is not None and self.grown_s - self.since_s >= PROOF_S
        return proven and now_s - (self.grown_s or 0.0) <= LATELY_S


class _Who(msgspec.Struct):
    worker: str
    boot: str


_SENDER: Final = msgspec.json.Decoder(tuple[tuple[_Who], dict[str, Any], Any])


class Strangers:
    """The books on regions that are none. Written by the receiving thread, read by the loop.

    `refuse(region, worker, boot)` tells a worker that its region is unknown here; it must not
    block.
    """

    def __init__(
        self, monotonic_s: Callable[[], float], refuse: Callable[[str, str, str], None]
    ) -> None:
        self._monotonic_s = monotonic_s
        self._refuse = refuse
        self._lock = threading.Lock()
        self._regions: tuple[str, ...] = ()
        self._queues: dict[str, _Queue] = {}
        self._told: dict[str, float] = {}
        self._answers: dict[bytes, tuple[str, float]] = {}
        """Where they wait, for whom, and since when."""

    def expect(self, regions: Sequence[str]) -> None:
        """These are the regions: none of them is a stranger, and who still is one is named anew."""
        with self._lock:
            self._regions = tuple(regions)
            self._queues = {name: q for name, q in self._queues.items() if name not in regions}
            self._answers = {k: told for k, told in self._answers.items() if told[0] not in regions}
            self._told.clear()

    def waits(self, region: str, reports: int) -> bool:
        """So many of its reports wait now; whether its newest should be looked into."""
        if not re.fullmatch(IDENTIFIER, region):
            return False
        now_s = self._monotonic_s()
        with self._lock:
            queue = self._queues.get(region)
            if queue is None or reports < queue.waiting:
                if queue is not None or len(self._queues) < MOST_WATCHED:
                    self._queues[region] = _Queue(now_s, reports)
                return False
            if reports > queue.waiting:
                queue.grown_s = now_s
            queue.waiting, queue.seen = reports, True
            if region not in self._named(now_s):
                return False
            self._tell(region, now_s)
            return now_s - queue.answered_s >= ANSWER_S

    def newest(self, region: str, message: Any) -> None:
        """This is the newest report of a stranger: tell its worker."""
        who = _sender(region, message)
        now_s = self._monotonic_s()
        with self._lock:
            if region not in self._queues:
                return
            self._queues[region].answered_s = now_s
            if who is not None:
                self._answers[worker_queue(region, who.worker).encode()] = region, now_s
        if who is not None:
            self._refuse(region, who.worker, who.boot)

    def is_unread(self, key: bytes) -> bool:
        """Whether this is the queue of a stranger's worker who has not taken our answer: it is
        forgotten here, and should be deleted.
        """
        with self._lock:
            _, answered_s = self._answers.get(key, ("", float("inf")))
            unread = self._monotonic_s() - answered_s >= UNREAD_S
            if unread:
                del self._answers[key]
            return unread

    def swept(self) -> None:
        """All keys were seen once: a queue that was not among them is empty, so somebody reads it,
        and so are the queues of answers that were taken.
        """
        now_s = self._monotonic_s()
        with self._lock:
            self._queues = {name: queue for name, queue in self._queues.items() if queue.seen}
            for queue in self._queues.values():
                queue.seen = False
            self._answers = {
                k: told for k, told in self._answers.items() if now_s - told[1] < 2 * UNREAD_S
            }

    def to_document(self) -> dict[str, Any]:
        """Those that are named: how many of their reports wait, and the configured region that is
        spelled most like it, if any; as JSON.
        """
        now_s = self._monotonic_s()
        with self._lock:
            return {
                region: {"waiting": self._queues[region].waiting, "like": self._like(region)}
                for region in self._named(now_s)
            }

    def _named(self, now_s: float) -> Collection[str]:
        """The longest known, so that nobody is crowded out by new names."""
        found = [(q.since_s, name) for name, q in self._queues.items() if q.is_named(now_s)]
        return sorted(name for _, name in sorted(found)[:MOST_NAMED])

    def _like(self, region: str) -> str:
        return next(iter(get_close_matches(region, self._regions, 1)), "")

    def _tell(self, region: str, now_s: float) -> None:
        self._told = {
            name: at_s for name, at_s in self._told.items() if now_s - at_s < TELL_AGAIN_S
        }
        if region in self._told or len(self._told) >= MOST_NAMED:
            return
        self._told[region] = now_s
        like = self._like(region)
        log.warning(
            "unknown_region region=%s reports come from it and it is not configured%s; mend"
            " --region of its workers, or add it to the configuration",
            region,
            f" (is it {like}?)" if like else "",
        )


def _sender(region: str, message: Any) -> _Who | None:
    """Who wrote a report; None for anything that is none, or longer than one needs to be."""
    if not isinstance(message, bytes) or len(message) > MOST_REPORT:
        return None
    delivery = opened(region, message, 0.0)
    if not isinstance(delivery, Delivery):
        return None
    try:
        ((who,), _, _) = _SENDER.decode(delivery.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    fits = re.fullmatch(IDENTIFIER, who.worker) and len(who.boot) <= MOST_BOOT
    return who if fits else None
