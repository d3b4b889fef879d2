"""THE LOOP that takes in what workers saw: drop repeats, place, store, receipt, fold, judge, save
what changed.

Delivery is at least once. A repeat does no harm: a result's id derives from its look, and only
those that the store did not have are folded. A receipt goes out after the commit and not before, so
a crash at any moment loses nothing that a worker may forget.
"""

import asyncio
from collections.abc import Sequence

from coordinator.configuration import Configuration
from coordinator.ingest.pipeline import Batch, Pipeline
from coordinator.messaging.consumer import Delivery
from coordinator.runtime.hearing import Turns
from coordinator.verdicts.judge_loop import SECOND_MS, JudgeLoop
from worker.contract import clock
from worker.contract.result import Result


class Ingest:
    """Everything that happens to a report: batches one after the other, each in order."""

    def __init__(
        self, pipeline: Pipeline, judge_loop: JudgeLoop, turns: Turns | None = None
    ) -> None:
        self._pipeline = pipeline
        self._turns = turns or Turns()
        self._judge_loop = judge_loop
        self._second = 0

    def configure(self, configuration: Configuration) -> None:
        """Take in by this configuration from the next batch on, and judge by it from that batch
        on.
        """
        self._pipeline.configure(configuration)

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; what was taken from the broker by then is finished.

        One batch is read while the one before is stored and the one before that is judged. The
        broker keeps the rest.
        """
        coming = asyncio.create_task(self._next_batch())
        judged = asyncio.create_task(asyncio.sleep(0))
        try:
            while not stop.is_set():
                self._turns.turn()
                batch = await coming
                coming = asyncio.create_task(self._next_batch())
                judged = await self._take(batch, judged)
            judged = await self._take(await coming, judged)
            await judged
        finally:
            coming.cancel()
            judged.cancel()
        await self._pipeline.save_books()

    async def step(self, deliveries: Sequence[Delivery]) -> None:
        """Take in what arrived, and judge when a second is over."""
        await self._judge(*await self._stored(await self._pipeline.batch(deliveries)))

    async def _take(self, batch: Batch, before: "asyncio.Task[None]") -> "asyncio.Task[None]":
        """Store and receipt a batch, and begin to judge it when the one before is judged."""
        stored = await self._stored(batch)
        await before
        return asyncio.create_task(self._judge(*stored))

    async def _next_batch(self) -> Batch:
        second_over_s = (SECOND_MS - clock.now() % SECOND_MS) / 1000
        return await self._pipeline.next_batch(second_over_s)

    async def _stored(self, batch: Batch) -> tuple[Batch, Sequence[Result]]:
        new = await self._pipeline.stored(batch)
        await self._pipeline.finish(batch)
        second = batch.reading.received_at // SECOND_MS
        if second != self._second:
            self._second = second
            await self._pipeline.save_books()
        return batch, new

    async def _judge(self, batch: Batch, new: Sequence[Result]) -> None:
        """Judge what time alone decided before these were heard, and only then fold them."""
        self._judge_loop.configure(batch.configuration)
        await self._judge_loop.judge(batch.reading.received_at)
        if batch.deliveries:
            await self._judge_loop.observe(new)
