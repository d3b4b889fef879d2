"""Receiving from workers: one thread that takes from every region's queue in turn and hands reports
to the event loop.

The region of a report is the queue on which it arrived, which the broker's access list ties to the
sender's credential; a worker that joined has a queue of its own. The hand-over is bounded for each
region: while the loop is behind with one, nothing more of that one is taken from the broker. What
is no report never reaches the loop; it is counted.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from coordinator.messaging.envelope import Delivery, Refused, opened, too_long
from coordinator.messaging.guard import Guard
from coordinator.messaging.lanes import WAITING, Lanes
from coordinator.messaging.link import MOST_REPLY, Command, Link, TooLong, granted
from coordinator.messaging.rabbitmq.receiving import receive
from coordinator.messaging.sources import Joined, Source, by_region, sources_of
from coordinator.messaging.strangers import Strangers
from coordinator.messaging.traffic import Refusal, Traffic
from worker.contract.broker import verified
from worker.contract.clock import monotonic_s
from worker.contract.settings.rabbitmq import is_rabbitmq

__all__ = ["WAITING", "Delivery", "ReportConsumer"]

log = logging.getLogger(f"outscope.{__name__}")

NOBODY: Final = Joined()
POLL_S: Final = 0.5
FULL_S: Final = 0.05
"""While a region's lane is full, the others are asked again after this time at the latest."""
TURN_BYTES: Final = 2 << 20
"""So many bytes of one region are taken in its turn, as far as the sizes of its last messages
tell.
"""
JUNK_TURN: Final = 1_000
"""So many messages of a region whose last ones were all refused: they cost next to nothing."""


@dataclass(slots=True)
class _Turn:
    """What the next turn of a source may be like, by its last ones."""

    largest: int = 0
    junk: bool = False

    def most(self, room: int, waiting_bytes: int) -> int:
        """How many messages to take, when so many may wait for the loop and so many bytes wait at
        the broker: one by one where they would be too much for one reply, whatever they are.
        """
        if waiting_bytes > MOST_REPLY:
            return 1
        fit = max(1, TURN_BYTES // max(1, self.largest))
        return min(fit, JUNK_TURN if self.junk else room)

    def took(self, sizes: Sequence[int], delivered: int) -> None:
        """It is over."""
        self.largest = max(self.largest * 3 // 4, *sizes)
        self.junk = delivered == 0


class ReportConsumer:
    """The receiving thread and its bounded hand-over. Without `reports` only the link, and the
    broker's keys, are watched. `strangers` keeps the books on regions that are not configured.
    """

    def __init__(
        self,
        broker: str,
        regions: Sequence[str],
        *,
        reports: bool = True,
        strangers: Strangers | None = None,
        joined: Joined = NOBODY,
    ) -> None:
        self._broker = verified(broker)
        self._regions = tuple(regions)
        self.joined = joined
        """Who has a queue of its own, and whose names are taken."""
        self._reports = reports
        self._lanes = Lanes()
        self._traffic = Traffic(monotonic_s)
        self._strangers = strangers
        self._expect()
        self._turns: dict[Source, _Turn] = {}
        self._first = count()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self.connected_since_s: float | None = None
        """When the present link to the broker began, on the monotonic clock; None without one."""

    def open(self) -> None:
        """Begin to receive."""
        self._thread.start()

    async def close(self) -> None:
        """Stop receiving. What was not yet taken is not receipted, so its worker sends it again."""
        self._stopping.set()
        while self._thread.is_alive():
            await self._lanes.some(0.02)  # a thread that waits for room goes on, and stops

    def listen_to(self, regions: Sequence[str]) -> None:
        """Receive from these regions from now on."""
        if tuple(regions) != self._regions:
            self._regions = tuple(regions)
            self._expect()
            self._changed.set()

    def let_in(self, joined: Joined) -> None:
        """Receive from the queues of these workers, too, from now on. From the loop's thread."""
        before, self.joined = self.joined, joined
        if before.live != joined.live:
            self._changed.set()

    def use(self, broker: str) -> None:
        """Receive by another URL once what was asked for last has come. From any thread."""
        self._broker = verified(broker)
        self._changed.set()

    def depth(self) -> int:
        """How many reports wait for the loop."""
        return self._lanes.depth()

    def refusals(self) -> list[Refusal]:
        """What came since this was asked last and was no message of ours."""
        return self._traffic.refusals()

    def traffic(self) -> dict[str, Any]:
        """What came from each region, and what is wrong with it, as JSON."""
        return dict(self._traffic.to_document())

    def judged(self, taken: Mapping[str, int], set_aside: Mapping[str, int]) -> None:
        """Of so many reports that `some` gave, by region, so many had to be set aside: regions of
        which it was half have fewer places from now on.
        """
        self._lanes.judged(taken, set_aside)

    def unknown_regions(self) -> dict[str, Any]:
        """Regions that report and are not configured, as JSON."""
        return {} if self._strangers is None else self._strangers.to_document()

    async def some(self, timeout_s: float, most: int = WAITING) -> list[Delivery]:
        """What has arrived, at once when something has; an empty list when nothing comes in
        time.
        """
        return await self._lanes.some(timeout_s, most)

    def _expect(self) -> None:
        self._traffic.expect(self._regions)
        if self._strangers is not None:
            self._strangers.expect(self._regions)

    def _run(self) -> None:
        pause_s = 0.2
        while not self._stopping.is_set():
            self._changed.clear()
            try:
                (self._receive_amqp if is_rabbitmq(self._broker) else self._receive)()
                pause_s = 0.2
            except Exception as error:  # the boundary of this thread: whatever broke, connect again
                log.warning("link_lost error=%r retry_s=%.1f", error, pause_s)
                self._stopping.wait(pause_s)
                pause_s = min(2.0, pause_s * 2) if self.connected_since_s is None else 0.2
            self.connected_since_s = None

    def _receive(self) -> None:
        """Take from the broker until told otherwise; any trouble with the link is an exception."""
        sources = sources_of(self._regions, self.joined)
        guard = Guard(sources, self._traffic, monotonic_s, self._strangers)
        with Link(self._broker) as link:
            link.one("PING")
            if self._reports:
                self._round(link, sources)  # a broker may let us in, and refuse to give
            self.began(sources)
            while self.goes_on():
                guard.look(link)
                if not self._reports:
                    link.one("PING")
                    self._stopping.wait(POLL_S)
                elif not self._round(link, sources):
                    self._idle(link, sources)

    def _receive_amqp(self) -> None:
        sources = sources_of(self._regions, self.joined)
        receive(self._broker, sources, self, self._traffic, reports=self._reports)

    def began(self, sources: Sequence[Source]) -> None:
        """The link is there, and reports come over it. In the receiving thread, as what follows."""
        self.connected_since_s = monotonic_s()
        log.info("listening regions=%d queues=%d", len(self._regions), len(sources))

    def goes_on(self) -> bool:
        """Whether nothing else is to be received from, and nobody stops."""
        return not (self._stopping.is_set() or self._changed.is_set())

    def room(self, region: str) -> int:
        """How many more of a region's reports may wait for the loop now."""
        return self._lanes.room(region)

    def _round(self, link: Link, sources: Sequence[Source]) -> bool:
        """Each region's turn; whether anything came."""
        rooms = self._rooms(sources)
        if not rooms:
            return False
        waiting = _bytes_of(link, [source.queue for source, _ in rooms])
        turns = [
            (source, self._turn(source).most(room, size))
            for (source, room), size in zip(rooms, waiting, strict=True)
        ]
        commands: list[Command] = [("RPOP", source.queue, most) for source, most in turns]
        came = False
        for (source, _), reply in zip(turns, link.ask(*commands), strict=True):
            messages = granted(reply)
            if messages:
                came = True
                self._take(source, messages)
        return came

    def _rooms(self, sources: Sequence[Source]) -> list[tuple[Source, int]]:
        """How many messages each may give now: those of a region share its room, each time from
        the next one on.
        """
        first, rooms = next(self._first), []
        for region, those in by_region(sources).items():
            room = max(0, self._lanes.room(region))
            begin = first % len(those)
            turn = [*those[begin:], *those[:begin]][:room]
            rooms += [(source, max(1, room // len(those))) for source in turn]
        return rooms

    def _idle(self, link: Link, sources: Sequence[Source]) -> None:
        """Until something comes, or may come again."""
        if not all(self._lanes.room(source.region) > 0 for source in sources):
            self._lanes.wait(FULL_S)
        elif sources:
            queues = {source.queue: source for source in sources}
            found = link.one("BRPOP", *queues, POLL_S)
            if found:
                self._take(queues[bytes(found[0]).decode()], [found[1]])
        else:
            link.one("PING")
            self._stopping.wait(POLL_S)

    def _turn(self, source: Source) -> _Turn:
        return self._turns.setdefault(source, _Turn())

    def _take(self, source: Source, messages: Sequence[bytes | TooLong]) -> None:
        at_s, region = monotonic_s(), source.region
        read = [
            too_long(region, message)
            if isinstance(message, TooLong)
            else opened(region, message, at_s, source.worker)
            for message in messages
        ]
        sizes = [int(one) if isinstance(one, TooLong) else len(one) for one in messages]
        self.took(source, read, sizes)

    def took(
        self, source: Source, read: Sequence[Delivery | Refused], sizes: Sequence[int]
    ) -> None:
        """These came of a source, of so many bytes each."""
        deliveries = [one for one in read if isinstance(one, Delivery)]
        refused = [one for one in read if isinstance(one, Refused)]
        self._turn(source).took(sizes, len(deliveries))
        self._traffic.took(source.region, len(read), sum(sizes))
        if refused:
            self._traffic.refuse(refused)
        if deliveries:
            self._lanes.put(deliveries)


def _bytes_of(link: Link, keys: Sequence[str]) -> list[int]:
    """How large each list is; nothing where an older access list does not let us ask."""
    commands: list[Command] = [("MEMORY", "USAGE", key, "SAMPLES", 0) for key in keys]
    return [found if isinstance(found, int) else 0 for found in link.ask(*commands)]
