"""The loop that keeps the record small: rolls up what is due, and forgets what is too old.

It works beside the ingest and steps aside for it: while reports wait, it waits too, for a while. It
may be interrupted anywhere; what was not done is still due.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from coordinator.configuration.retention import Keep
from coordinator.domain.rollups.level import LENGTH_MS, Level
from coordinator.messaging.consumer import ReportConsumer
from coordinator.runtime.stopping import told_within
from coordinator.store import TROUBLE, Store
from coordinator.upkeep.forgetting import Forgetting
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 5.0
MANY: Final = 100
"""After a round of so many buckets the next begins soon: a day that is counted again has 1,440."""
BETWEEN_S: Final = 0.2
FORGET_EVERY_MS: Final = 3_600_000
GRACE_MS: Final = 10_000
"""So long after its end a bucket is first made: most of its results are there by then."""
UNFINISHED_MS: Final[dict[Level, int]] = {"minute": 1 << 62, "hour": 300_000, "day": 1_800_000}
"""How often a bucket that has not ended is made anew, so that the last hours are seen in it."""
REST: Final = 10
"""A bucket is not made again before so many times as long have passed as making it took: many cells
wait longer.
"""
DEAD_LETTERS_KEPT_MS: Final = 30 * 86_400_000
NOTICES_KEPT_MS: Final = 90 * 86_400_000
EVENTS_KEPT_MS: Final = 7 * 86_400_000
"""For so long a client may be away and still be told all that happened."""
WORKERS_KEPT_MS: Final = 7 * 86_400_000
"""Since when a worker is silent that is forgotten."""
STEP_ASIDE_S: Final = 20.0


class Made(NamedTuple):
    """When a bucket was made last, and how long that took."""

    at: Instant = 0
    took_ms: int = 0


def due_from(level: Level, at: Instant, made: Made) -> Instant:
    """From when on a bucket that got something since it was made is to be made: as it ends, and
    else with rests.
    """
    ended = at + LENGTH_MS[level] + GRACE_MS
    rested = made.at + REST * made.took_ms
    return rested if made.at >= ended else min(ended, max(rested, made.at + UNFINISHED_MS[level]))


class RollupLoop:
    """Rolls up and forgets; results only when no archive takes them (`archived`)."""

    def __init__(
        self, store: Store, consumer: ReportConsumer, keep: Keep, *, archived: bool = False
    ) -> None:
        self._store = store
        self._consumer = consumer
        self._forgetting = Forgetting(store, keep, archived=archived)
        self._made: dict[tuple[Level, Instant], Made] = {}
        self._forgot_at: Instant = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop, between two steps."""
        while not stop.is_set():
            try:
                many = await self._round(stop)
            except TROUBLE as error:
                log.warning("rollups_wait error=%r", error)
                many = False
            await told_within(stop, BETWEEN_S if many else EVERY_S)

    async def _round(self, stop: asyncio.Event) -> bool:
        """Whether so many buckets were due that there may be more."""
        made = 0
        async for level, at in self._due(clock.now()):
            await self._step_aside(stop)
            if stop.is_set():
                return False
            await self.make(level, at)
            made += 1
        if clock.now() - self._forgot_at >= FORGET_EVERY_MS:
            self._forgot_at = clock.now()
            await self.forget(self._forgot_at)
        return made >= MANY

    async def _due(self, now: Instant) -> AsyncIterator[tuple[Level, Instant]]:
        """The lower levels first: they make the higher ones due."""
        for level, length_ms in LENGTH_MS.items():
            for at in await self._store.rollups.due(level, now + length_ms):
                if due_from(level, at, self._made.get((level, at), Made())) <= now:
                    yield level, at

    async def make(self, level: Level, at: Instant) -> None:
        """Make one bucket."""
        began_s = clock.monotonic_s()
        await self._store.rollups.make(level, at)
        now, took_ms = clock.now(), int((clock.monotonic_s() - began_s) * 1000)
        self._made = {
            key: made for key, made in self._made.items() if now - made.at < LENGTH_MS["day"]
        }
        self._made[level, at] = Made(now, took_ms)

    async def forget(self, now: Instant) -> None:
        """Forget everything that is too old by now."""
        gone = {
            **await self._forgetting.forget(now),
            "workers": await self._store.workers.forget(now - WORKERS_KEPT_MS),
            "dead_letters": await self._store.retention.dead_letters(now - DEAD_LETTERS_KEPT_MS),
            "notices": await self._store.retention.notices(now - NOTICES_KEPT_MS),
            "events": await self._store.retention.events(now - EVENTS_KEPT_MS),
            "look_jobs": await self._store.look_jobs.forget(now),
        }
        if any(gone.values()):
            log.info(
                "forgot %s", " ".join(f"{what}={number}" for what, number in gone.items() if number)
            )

    async def _step_aside(self, stop: asyncio.Event) -> None:
        until_s = clock.monotonic_s() + STEP_ASIDE_S
        while self._consumer.depth() and clock.monotonic_s() < until_s and not stop.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # nobody tells when it is empty
