"""A process that only takes in and stores; several may do so into one PostgreSQL, and the
coordinator judges.

Each takes what comes next from the regions' queues. What it has not committed is not receipted, so
when it dies the workers send again and another one takes it.
"""

import asyncio
import logging
import os
import socket
from contextlib import AsyncExitStack, suppress
from typing import Final
from uuid import uuid4

from coordinator.bootstrap import Applied, in_force, linked
from coordinator.configuration.retention import Keep
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.pipeline import Batch, Pipeline
from coordinator.parts import Parts
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.retry import UNREACHABLE, persistently
from coordinator.settings import CoordinatorSettings
from coordinator.store import FencedError, Store, open_store
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger("outscope.storing")

SUBJECT: Final = "intake"
WATERMARK_EVERY_S: Final = 0.2
LOOK_EVERY_S: Final = 1.0
BOOKS_EVERY_S: Final = 1.0


class Writer:
    """One of several processes that store."""

    def __init__(self, parts: Parts, places: Places, applied: Applied, keep: Keep) -> None:
        self.name = f"{socket.gethostname()[:64]}/{os.getpid()}/{uuid4().hex[:8]}"
        self._parts = parts
        self._store = parts.store
        self._receive_clock = ReceiveClock(clock.now, clock.monotonic_s)
        self._pipeline = Pipeline(
            parts, places, self._receive_clock, applied.configuration, keep, self.name
        )
        self._version = applied.version
        self._earliest: Instant = 0
        """No stamp below this one is stored: the judge may have read on."""
        self._books_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; what was taken from the broker by then is finished."""
        await self._begin()
        beside = [
            asyncio.create_task(self._watermarks()),
            asyncio.create_task(self._configurations()),
        ]
        coming = asyncio.create_task(self._pipeline.next_batch(WATERMARK_EVERY_S))
        try:
            while not stop.is_set():
                batch = await coming
                coming = asyncio.create_task(self._pipeline.next_batch(WATERMARK_EVERY_S))
                await self._take(batch)
                for task in beside:
                    if task.done():
                        task.result()
            await self._take(await coming)
            await self._pipeline.save_books()
        finally:
            coming.cancel()
            for task in beside:
                task.cancel()
            await asyncio.gather(coming, *beside, return_exceptions=True)
            with suppress(*UNREACHABLE):
                await self._store.writers.end(self.name)
                await self._forget_departed()

    async def _begin(self) -> None:
        begun = await persistently(
            "intake", lambda: self._store.writers.begin(self.name, clock.now())
        )
        self._receive_clock.not_before(begun)
        self._earliest = begun
        await persistently("standing", self._forget_departed)

    async def _forget_departed(self) -> None:
        """What processes told that store no more is told no more."""
        await self._store.standings.keep(SUBJECT, await self._store.writers.names())

    async def _take(self, batch: Batch) -> None:
        while True:
            if batch.reading.received_at < self._earliest:
                # under a new stamp
                batch = await self._pipeline.batch(self._pipeline.dropped(batch), batch.again)
            try:
                new = await self._pipeline.stored(batch)
                break
            except FencedError as error:
                log.warning("%s", error)
                await self._begin()
        self._parts.counters.results += len(new)
        await self._pipeline.finish(batch)
        if clock.monotonic_s() - self._books_s >= BOOKS_EVERY_S:
            self._books_s = clock.monotonic_s()
            await self._pipeline.save_books()
            document = {"holder": self.name, **self._parts.counters.to_document()}
            await persistently(
                "standing",
                lambda: self._store.standings.put(SUBJECT, self.name, clock.now(), document),
            )

    async def _watermarks(self) -> None:
        """Say that we live, and how far the judge may go for our part. Who was fenced finds out
        when it stores.
        """
        while True:
            with suppress(FencedError, *UNREACHABLE):
                await self._store.writers.go_on(self.name, self._pipeline.watermark())
            await asyncio.sleep(WATERMARK_EVERY_S)

    async def _configurations(self) -> None:
        while True:
            if (
                await persistently("configuration", self._store.configurations.version)
                != self._version
            ):
                applied = await persistently("configuration", lambda: in_force(self._store))
                if applied is not None:
                    self._version = applied.version
                    self._parts.consumer.listen_to(
                        [region.id for region in applied.configuration.topology.regions]
                    )
                    self._pipeline.configure(applied.configuration)
            await asyncio.sleep(LOOK_EVERY_S)


async def store_until(settings: CoordinatorSettings, stop: asyncio.Event) -> None:
    """Take in and store until `stop` is set. StoreError says why it cannot."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.database))
        applied = await _first_configuration(store, stop)
        if applied is None:
            return
        places = Places(
            settings.geoip_country,
            settings.geoip_asn,
            settings.data_dir and settings.data_dir / "geodata",
        )
        stack.callback(places.close)
        link = linked(
            settings.broker, applied.configuration, echo=f"coordinator.echo.{uuid4().hex[:8]}"
        )
        publisher, consumer = await stack.enter_async_context(link)
        parts = Parts(store, publisher, consumer, Ledger(), Presence(), Counters())
        if settings.ready_file is not None:
            settings.ready_file.touch()
        await Writer(parts, places, applied, settings.keep).run(stop)
    log.info("stopped")


async def _first_configuration(store: Store, stop: asyncio.Event) -> Applied | None:
    """The configuration in force; waits for the first. None when told to stop before."""
    while not stop.is_set():
        applied = await in_force(store)
        if applied is not None:
            return applied
        await asyncio.sleep(LOOK_EVERY_S)
    return None
