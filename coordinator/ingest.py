"""THE LOOP that takes in what workers saw: drop repeats, place, store, fold, judge, save what changed, receipt.

Delivery is at least once. A repeat does no harm: a result's id derives from its look, and only those that the store
did not have are folded. A receipt goes out after the commit and not before, so a crash at any moment loses nothing
that a worker may forget.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from coordinator import learning
from coordinator.board import Board
from coordinator.configuration import Configuration
from coordinator.confirm import ExtraLooks
from coordinator.domain.confirm import Ask
from coordinator.domain.engine import Engine, Event
from coordinator.domain.ledger import Ledger
from coordinator.domain.topology import Topology
from coordinator.domain.verdict import Verdict
from coordinator.geo import Places
from coordinator.inbox import Delivery
from coordinator.parts import Parts
from coordinator.persistence import keep, persistently
from coordinator.reading import Reading
from coordinator.receipts import Bookkeeping, receipt_letters
from coordinator.reports import read
from coordinator.retention import DEFAULT, Keep
from coordinator.stamps import Stamps
from coordinator.store.incidents import Line
from coordinator.store.standings import Standing
from coordinator.timeline import lines
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import Result

log = logging.getLogger("outscope.ingest")

SECOND_MS: Final = 1_000
ASK_AGAIN_S: Final = 1.0
"""How often we look for messages set aside that somebody wants read again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries that are stored together, what they came to under a configuration, and which were read again."""

    configuration: Configuration
    deliveries: Sequence[Delivery]
    reading: Reading
    again: Sequence[str] = ()


class Ingest:
    """Everything that happens to a report, one after the other, in one task."""

    def __init__(
        self,
        parts: Parts,
        engine: Engine,
        places: Places,
        stamps: Stamps,
        configuration: Configuration,
        kept: Keep = DEFAULT,
    ) -> None:
        self._store = parts.store
        self._inbox = parts.inbox
        self._post = parts.post
        self._ledger = parts.ledger
        self._hearing = parts.hearing
        self._counters = parts.counters
        self._engine = engine
        self._places = places
        self._stamps = stamps
        self._configuration = self._next = configuration
        self._extra = ExtraLooks(parts.post, parts.hearing, lambda: parts.inbox.connected_since_s, parts.counters)
        self._extra.configure(configuration.topology)
        self._board = Board()
        self._books = Bookkeeping(places)
        self._judged_second = 0
        self._learned_in = 0
        self._asked_again_s = 0.0
        self._kept = kept

    def configure(self, configuration: Configuration) -> None:
        """Take in and judge by this configuration from the next step on."""
        self._next = configuration
        self._extra.configure(configuration.topology)

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; what was taken from the broker by then is finished.

        While a batch is stored, the next one is read; of any third the broker keeps hold.
        """
        coming = asyncio.create_task(self._next_batch())
        try:
            while not stop.is_set():
                batch = await coming
                coming = asyncio.create_task(self._next_batch())
                await self._take(batch)
            await self._take(await coming)
        finally:
            coming.cancel()
        await self._save_books()

    async def step(self, deliveries: Sequence[Delivery]) -> None:
        """Take in what arrived, and judge when a second is over."""
        await self._take(await self._batch(deliveries))

    async def _next_batch(self) -> "Batch":
        """What is to be read again, else what has arrived, else nothing when a second is over."""
        if self._asked_again_s + ASK_AGAIN_S <= clock.monotonic_s():
            self._asked_again_s = clock.monotonic_s()
            wanted = await persistently("asides", self._store.asides.wanted)
            if wanted:
                again = [Delivery(aside.region, aside.task, aside.body, clock.monotonic_s()) for _, aside in wanted]
                return await self._batch(again, [identifier for identifier, _ in wanted])
        second_over_s = (SECOND_MS - clock.now() % SECOND_MS) / 1000
        return await self._batch(await self._inbox.some(second_over_s))

    async def _batch(self, deliveries: Sequence[Delivery], again: Sequence[str] = ()) -> "Batch":
        """Reading is done in a thread, so that it never delays the orders of the next window."""
        configuration, received_at = self._next, self._stamps.next()
        if not deliveries:
            return Batch(configuration, deliveries, Reading(received_at))
        reading = await asyncio.to_thread(
            read, deliveries, configuration.topology, received_at, self._places.of, received_at - self._kept.results_ms
        )
        if again:
            reading.reports.clear()  # whoever sent them was receipted, or never could be
        return Batch(configuration, deliveries, reading, again)

    async def _take(self, batch: "Batch") -> None:
        """Store what is new, judge what time alone decided meanwhile, and only then fold what was stored."""
        self._reconfigure(batch.configuration)
        reading = batch.reading
        _, new = await asyncio.gather(self._judge(reading.received_at), keep(self._store, reading.results, reading))
        if batch.deliveries:
            await asyncio.to_thread(self._engine.observe, new)
            self._settle(new, reading)
            await self._set_aside(batch)
            self._receipt(reading, batch.deliveries)

    async def _set_aside(self, batch: "Batch") -> None:
        asides = batch.reading.asides
        if asides:
            dropped = await persistently("asides", lambda: self._store.asides.add(asides))
            if dropped:
                log.warning("asides_full dropped=%d; see: outscope ingest errors", dropped)
        if batch.again:
            await persistently("asides", lambda: self._store.asides.done(batch.again))

    def _reconfigure(self, configuration: Configuration) -> None:
        if configuration is not self._configuration:
            self._configuration = configuration
            self._engine.reconfigure(configuration.judged, configuration.rules)
            self._board.forget()

    def _settle(self, new: Sequence[Result], reading: Reading) -> None:
        settle(self._ledger, new, self._configuration.topology)
        self._counters.results += len(new)
        self._counters.repeats += len(reading.results) - len(new)

    def _receipt(self, reading: Reading, deliveries: Sequence[Delivery]) -> None:
        committed_s = clock.monotonic_s()
        for letter in receipt_letters(reading):
            self._post.send(letter)  # one that is lost makes the worker send again, which does no harm
        for region, report in reading.reports:
            self._hearing.heard(region, committed_s, report.worker)
            self._books.heard(region, report, reading.received_at)
        for delivery in deliveries:
            self._counters.ingest_lag_ms.add((committed_s - delivery.arrived_s) * 1000)
        self._books.refused(reading)
        self._counters.reports += len(reading.reports)
        self._counters.refused += reading.refused.total()

    async def _judge(self, at: Instant) -> None:
        second = at // SECOND_MS
        if second == self._judged_second:
            return
        self._judged_second = second
        asks, events, incidents, standings = await asyncio.to_thread(self._judged, at)
        self._extra.order(asks, clock.now())
        await self._save_events(events, incidents)
        if standings:
            await persistently("standings", lambda: self._store.standings.put_many(standings))
        await self._save_books()
        await self._save_learned(at)

    async def _save_learned(self, at: Instant) -> None:
        """Write down what is normal now and then; in a quiet time it changes slowly."""
        if at // learning.EVERY_MS != self._learned_in:
            self._learned_in = at // learning.EVERY_MS
            learned = await asyncio.to_thread(self._engine.learned)
            await persistently("learned", lambda: learning.save(self._store, learned))

    def _judged(self, at: Instant) -> tuple[Sequence[Ask], Sequence[Event], list[Line], list[Standing]]:
        began_s = clock.monotonic_s()
        events = self._engine.advance(at)
        asks = self._engine.asks()
        incidents = list(lines(events, self._engine))
        standings = self._board.changes(self._engine, at)
        self._counters.judge_ms.add((clock.monotonic_s() - began_s) * 1000)
        return asks, events, incidents, standings

    async def _save_events(self, events: Sequence[Event], incidents: Sequence[Line]) -> None:
        for event in events:
            log.info("%s", _line(event))
        verdicts = [event for event in events if isinstance(event, Verdict)]
        if verdicts:
            await persistently("verdicts", lambda: self._store.verdicts.add_many(verdicts))
        if incidents:
            await persistently("incidents", lambda: self._store.incidents.apply_lines(incidents))

    async def _save_books(self) -> None:
        heard, refusals = self._books.take()
        if heard:
            await persistently("workers", lambda: self._store.workers.heard(heard))
        for refusal in refusals:
            await persistently("refusals", partial(self._store.refusals.count, *refusal))


def settle(ledger: Ledger, results: Iterable[Result], topology: Topology) -> None:
    """The regular looks among these results are outstanding no more; an extra one stands for none of them."""
    for result in results:
        check = topology.check.get(result.check)
        if check is not None and not result.attempt:
            ledger.settle(check.id, result.region, check.slot(result.scheduled_at))


def _line(event: Event) -> str:
    record = event.to_record()
    return f"{record['type']} " + " ".join(f"{key}={value}" for key, value in record.items() if key != "type")
