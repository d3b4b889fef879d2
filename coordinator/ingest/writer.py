"""The loop of a writer, a process that only takes in and stores; several may do so into one
PostgreSQL, and the coordinator judges.

Each takes what comes next from the regions' queues. What it has not committed is not receipted, so
when it dies the workers send again and another one takes it.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from uuid import uuid4

from coordinator.ingest.pipeline import Batch, Pipeline
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.retry import UNREACHABLE, persistently
from coordinator.store import FencedError, Store
from coordinator.store.state.standings import WRITER
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

WATERMARK_EVERY_S: Final = 0.2
LOOK_EVERY_S: Final = 1.0
BOOKS_EVERY_S: Final = 1.0


def writer_name() -> str:
    """A name for this process that no other writer has."""
    return f"{socket.gethostname()[:64]}/{os.getpid()}/{uuid4().hex[:8]}"


class Writer:
    """Takes in and stores, one of several. `reconfigure` has a new configuration taken over."""

    def __init__(
        self,
        name: str,
        store: Store,
        pipeline: Pipeline,
        receive_clock: ReceiveClock,
        counters: Counters,
        reconfigure: Callable[[], Awaitable[None]],
    ) -> None:
        self.name = name
        self._store = store
        self._pipeline = pipeline
        self._receive_clock = receive_clock
        self._counters = counters
        self._reconfigure = reconfigure
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
            "writer", lambda: self._store.writers.begin(self.name, clock.now())
        )
        self._receive_clock.not_before(begun)
        self._earliest = begun
        await persistently("standing", self._forget_departed)

    async def _forget_departed(self) -> None:
        """What writers told that store no more is told no more."""
        await self._store.standings.keep(WRITER, await self._store.writers.names())

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
        self._counters.results += len(new)
        await self._pipeline.finish(batch)
        if clock.monotonic_s() - self._books_s >= BOOKS_EVERY_S:
            self._books_s = clock.monotonic_s()
            await self._pipeline.save_books()
            document = {
                "holder": self.name,
                **self._counters.to_document(),
                "broker": self._pipeline.traffic(),
            }
            await persistently(
                "standing",
                lambda: self._store.standings.put(WRITER, self.name, clock.now(), document),
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
            await persistently("configuration", self._reconfigure)
            await asyncio.sleep(LOOK_EVERY_S)
