"""The loop that takes up the looks that somebody asks for over the API, within a second: they are
extra looks under the caps of all others, and ordered once at most.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from coordinator.domain.inference.confirm import Ask
from coordinator.domain.schedule.wishes import Came, Wished, numbered, over_by
from coordinator.runtime.stopping import told_within
from coordinator.scheduling.extra_looks import ExtraLooks
from coordinator.store import TROUBLE, Store
from coordinator.store.looking.look_jobs import LookJob
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 0.25
CONFIGURED_WITHIN_MS: Final = 5_000
"""Who asks may know of a check a moment before the judge does."""
TOLD_WITHIN_S: Final = 5.0
"""An order that the broker did not take is given up sooner than that."""


class WishLoop:
    """Takes jobs of looks, orders them, and writes down what came of each order. What the looks
    saw is stored as every result is.
    """

    def __init__(self, store: Store, extra_looks: ExtraLooks) -> None:
        self._jobs = store.look_jobs
        self._extra_looks = extra_looks

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop. A database that is away never ends it."""
        while not await told_within(stop, EVERY_S):
            try:
                await self.once(clock.now())
            except TROUBLE as error:
                log.warning("wishes_wait error=%r", error)

    async def once(self, at: Instant) -> None:
        """Take all that waits."""
        for job in await self._jobs.waiting(at):
            known = all(look.check in self._extra_looks.topology.check for look in job.looks)
            if known or at - job.made_at > CONFIGURED_WITHIN_MS:
                await self._take(job, clock.now())

    async def _take(self, job: LookJob, at: Instant) -> None:
        topology = self._extra_looks.topology
        checks = [topology.check.get(look.check) for look in job.looks]
        longest_ms = max((one.interval_ms for one in checks if one is not None), default=0)
        before = [
            (one.taken_at, one.looks)
            for one in await self._jobs.taken_since(at - longest_ms)
            if one.taken_at is not None
        ]
        looks = numbered(job.looks, before, topology, at)
        until = over_by(looks, topology, at)
        if not await self._jobs.take(replace(job, looks=looks, taken_at=at, over_by=until)):
            return
        told = await self._ordered(looks, at)
        await self._jobs.tell(job.id, told)
        ordered = sum(look.came is Came.ORDERED for look in told)
        log.info("looks_wished job=%s looks=%d ordered=%d", job.id, len(told), ordered)

    async def _ordered(self, looks: Sequence[Wished], at: Instant) -> list[Wished]:
        """The same with what came of their orders."""
        asks = [Ask(one.check, one.region, one.attempt) for one in looks if one.came is None]
        came: dict[tuple[str, str], Came] = {}
        all_told = asyncio.Event()

        def told(ask: Ask, what: Came) -> None:
            came[ask.check, ask.region] = what
            if len(came) == len(asks):
                all_told.set()

        if asks:
            self._extra_looks.wish(asks, at, told)
            with suppress(TimeoutError):
                await asyncio.wait_for(all_told.wait(), TOLD_WITHIN_S)
        return [one._replace(came=one.came or came.get((one.check, one.region))) for one in looks]
