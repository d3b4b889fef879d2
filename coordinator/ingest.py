"""THE LOOP that takes in what workers saw: drop repeats, place, store, fold, judge, save what changed, receipt.

Delivery is at least once. A repeat does no harm: a result's id derives from its look, and only those that the store
did not have are folded. A receipt goes out after the commit and not before, so a crash at any moment loses nothing
that a worker may forget.
"""

import asyncio
from collections.abc import Sequence

from coordinator.configuration import Configuration
from coordinator.domain.engine import Engine
from coordinator.geo import Places
from coordinator.inbox import Delivery
from coordinator.intake import Batch, Intake
from coordinator.judging import SECOND_MS, Judging
from coordinator.parts import Parts
from coordinator.retention import DEFAULT, Keep
from coordinator.stamps import Stamps
from worker.contract import clock


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
        self._intake = Intake(parts, places, stamps, configuration, kept)
        self._judging = Judging(parts, engine, configuration)
        self._second = 0

    def configure(self, configuration: Configuration) -> None:
        """Take in by this configuration from the next batch on, and judge by it from that batch on."""
        self._intake.configure(configuration)

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
        await self._intake.save_books()

    async def step(self, deliveries: Sequence[Delivery]) -> None:
        """Take in what arrived, and judge when a second is over."""
        await self._take(await self._intake.batch(deliveries))

    async def _next_batch(self) -> Batch:
        second_over_s = (SECOND_MS - clock.now() % SECOND_MS) / 1000
        return await self._intake.next_batch(second_over_s)

    async def _take(self, batch: Batch) -> None:
        """Store what is new, judge what time alone decided meanwhile, and only then fold what was stored."""
        self._judging.configure(batch.configuration)
        at = batch.reading.received_at
        _, new = await asyncio.gather(self._judging.judge(at), self._intake.stored(batch))
        if batch.deliveries:
            await self._judging.observe(new)
            await self._intake.finish(batch)
        if at // SECOND_MS != self._second:
            self._second = at // SECOND_MS
            await self._intake.save_books()
