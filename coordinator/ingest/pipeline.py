"""Taking in what arrived: read it, store it, set aside what cannot be taken, and only then tell the
workers.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from coordinator.configuration import Configuration
from coordinator.configuration.retention import Keep
from coordinator.geodata.places import Places
from coordinator.ingest.decode import read
from coordinator.ingest.decoded import Reading
from coordinator.ingest.plausible import Slots
from coordinator.ingest.receipts import Receipts
from coordinator.ingest.roster import GONE_MS, Roster
from coordinator.ingest.writes import declare_lost, keep
from coordinator.messaging.consumer import Delivery, ReportConsumer
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.retry import persistently
from coordinator.store import TROUBLE, Store
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.logs import trace
from worker.contract.result import Result

log = logging.getLogger(f"outscope.{__name__}")

ASK_AGAIN_S: Final = 1.0
"""How often we look for messages set aside that somebody wants read again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries that are stored together, what they came to under a configuration, and which were
    read again.
    """

    configuration: Configuration
    deliveries: Sequence[Delivery]
    reading: Reading
    again: Sequence[str] = ()


class Pipeline:
    """From the consumer to the store and back to the workers, a batch at a time.

    `writer` names this process among several that store into one database; without a name it is the
    only one.
    """

    def __init__(
        self,
        store: Store,
        consumer: ReportConsumer,
        receipts: Receipts,
        counters: Counters,
        places: Places,
        receive_clock: ReceiveClock,
        configuration: Configuration,
        kept: Keep,
        writer: str = "",
    ) -> None:
        self._store = store
        self._consumer = consumer
        self._receipts = receipts
        self._counters = counters
        self._places = places
        self._receive_clock = receive_clock
        self._configuration = configuration
        receipts.configure(configuration.topology)
        self._slots: Slots | None = None
        self._kept = kept
        self._writer = writer
        self._roster = Roster()
        self._asked_again_s = 0.0
        self._open: set[Instant] = set()
        """The stamps of batches that are not stored yet."""

    def configure(self, configuration: Configuration) -> None:
        """Read by this configuration from the next batch on."""
        self._configuration = configuration
        self._receipts.configure(configuration.topology)
        if self._slots is not None:
            self._slots.learn(configuration.topology)

    def traffic(self) -> dict[str, Any]:
        """What came from each region over the broker, as the consumer tells it."""
        return self._consumer.traffic()

    def watermark(self) -> Instant:
        """No batch that is yet to be stored has an older stamp."""
        return min(self._open, default=0) or self._receive_clock.next()

    async def next_batch(self, timeout_s: float) -> Batch:
        """What is to be read again, else what has arrived, else nothing when the time is over."""
        if self._asked_again_s + ASK_AGAIN_S <= clock.monotonic_s():
            self._asked_again_s = clock.monotonic_s()
            wanted = await persistently("dead_letters", self._store.dead_letters.wanted)
            if wanted:
                again = [
                    Delivery(
                        dead_letter.region, dead_letter.task, dead_letter.body, clock.monotonic_s()
                    )
                    for _, dead_letter in wanted
                ]
                return await self.batch(again, [identifier for identifier, _ in wanted])
        return await self.batch(await self._consumer.some(timeout_s))

    async def batch(self, deliveries: Sequence[Delivery], again: Sequence[str] = ()) -> Batch:
        """Read in a thread, so that it never delays the orders of the next window."""
        configuration, received_at = self._configuration, self._receive_clock.next()
        if not deliveries:
            reading = Reading(received_at)
            self._refuse(reading)
            return Batch(configuration, deliveries, reading)
        out = frozenset() if again else configuration.quarantined  # who asks again has looked
        wanted = [one for one in deliveries if one.region not in out]
        self._open.add(received_at)
        if self._slots is None:
            self._slots = await self._learned()
        reading = await asyncio.to_thread(
            read,
            wanted,
            configuration.topology,
            received_at,
            self._places.of,
            received_at - self._kept.results_ms,
            self._slots,
            frozenset() if again else self._consumer.joined.named,
        )
        self._refuse(reading)
        self._consumer.judged(
            Counter(one.region for one in wanted),
            Counter(letter.region for letter in reading.dead_letters),
        )
        for delivery in deliveries if out else ():
            if delivery.region in out:
                reading.refuse("quarantined", delivery.region)
        if again:
            reading.reports.clear()  # whoever sent them was receipted, or never could be
        else:
            await self._load_roster(received_at)
            self._roster.sift(reading)
        return Batch(configuration, deliveries, reading, again)

    async def _load_roster(self, now: Instant) -> None:
        """Those heard lately keep their room; without a store, whoever speaks first has it."""
        if self._roster.loaded:
            return
        heard: list[tuple[str, str, Instant]] = []
        with suppress(*TROUBLE):
            heard = await self._store.workers.since(now - GONE_MS)
        self._roster.load(heard)

    async def stored(self, batch: Batch) -> list[Result]:
        """Store a batch, and return what was new."""
        reading = batch.reading
        new = await keep(self._store, reading.results, reading, self._writer)
        await declare_lost(self._store, reading, batch.configuration.topology)
        self._open.discard(reading.received_at)
        self._counters.repeats += len(reading.results) - len(new)
        if log.isEnabledFor(logging.DEBUG):
            for one in new:
                name = trace(one.check, one.scheduled_at, one.attempt)
                log.debug("stored trace=%s region=%s worker=%s", name, one.region, one.worker)
        return new

    def dropped(self, batch: Batch) -> Sequence[Delivery]:
        """The deliveries of a batch that was not stored, to be read anew."""
        self._open.discard(batch.reading.received_at)
        return batch.deliveries

    async def finish(self, batch: Batch) -> None:
        """After the commit: set aside what was refused, then tell the workers what they may
        forget.
        """
        if batch.deliveries or batch.reading.refused:
            await self._set_aside(batch)
            self._receipts.send(batch.reading, batch.deliveries)

    async def save_books(self) -> None:
        """Write down who was heard and what was refused."""
        heard, refusals = self._receipts.books.take()
        if heard:
            await persistently("workers", lambda: self._store.workers.heard(heard))
        for refusal in refusals:
            await persistently("refusals", partial(self._store.refusals.count, *refusal))

    async def _learned(self) -> Slots:
        """The slots of this configuration and of those before: an outbox may still hold their
        looks.
        """
        slots = Slots()
        documents = await persistently("configuration", self._store.configurations.latest)
        for document in documents:
            slots.learn_document(document)
        slots.learn(self._configuration.topology)
        return slots

    def _refuse(self, reading: Reading) -> None:
        """What the consumer refused counts as what the reading did; a few examples are kept."""
        for refusal in self._consumer.refusals():
            reading.refuse(refusal.reason, f"{refusal.region}: {refusal.why}", refusal.count)
            for example in refusal.examples:
                reading.set_aside(refusal.region, "", refusal.reason, example)

    async def _set_aside(self, batch: Batch) -> None:
        dead_letters = batch.reading.dead_letters
        if dead_letters:
            dropped = await persistently(
                "dead_letters", lambda: self._store.dead_letters.add(dead_letters)
            )
            if dropped:
                log.warning("asides_full dropped=%d; see: outscope ingest errors", dropped)
        if batch.again:
            await persistently("dead_letters", lambda: self._store.dead_letters.done(batch.again))
