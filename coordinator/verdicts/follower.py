"""The loop that judges what writers store: read it in the order of receipt, as far as all of it is
there.

It is what a replay does, a fifth of a second behind. Nothing is judged that is not committed, and
nothing is ever committed behind what was judged (`store/state/writers.py`), so live and replay
agree however many writers there are.
"""

import asyncio
import logging
from itertools import groupby
from typing import Final

from coordinator.configuration import Configuration
from coordinator.domain.schedule.presence import Presence
from coordinator.runtime.hearing import Turns, hear_others
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.retry import persistently
from coordinator.store import Store
from coordinator.verdicts.judge_loop import SECOND_MS, JudgeLoop
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import Result

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 0.2
AT_ONCE: Final = 20_000
"""Results that are read at once; when there are more, the next are read without a pause."""


class Follower:
    """Judges all that was received since a moment."""

    def __init__(
        self,
        store: Store,
        judge_loop: JudgeLoop,
        presence: Presence,
        receive_clock: ReceiveClock,
        configuration: Configuration,
        begin: Instant,
        turns: Turns | None = None,
    ) -> None:
        self._store = store
        self._turns = turns or Turns()
        self._judge_loop = judge_loop
        self._presence = presence
        self._receive_clock = receive_clock
        self._next = configuration
        self._after: tuple[Instant, str] = (begin, "")
        self._writers = -1
        self._heard_second = 0

    def configure(self, configuration: Configuration) -> None:
        """Judge by this configuration from the next step on."""
        self._next = configuration

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop, between two steps."""
        while not stop.is_set():
            if not await self.step():
                await asyncio.sleep(EVERY_S)

    async def step(self) -> bool:
        """Judge what is new; whether there is more at once."""
        self._turns.turn()
        self._judge_loop.configure(self._next)
        reach, writers = await persistently(
            "claim", lambda: self._store.writers.claim(self._receive_clock.next())
        )
        self._tell(writers)
        await self._hear()
        found = await persistently(
            "results", lambda: self._store.results.received(self._after, reach, AT_ONCE)
        )
        await self._judge(found)
        if len(found) == AT_ONCE:
            self._after = found[-1].received_at, found[-1].id
            return True
        self._after = reach, ""
        await self._judge_loop.judge(reach)
        return False

    async def _judge(self, found: list[Result]) -> None:
        for second, results in groupby(found, lambda result: result.received_at // SECOND_MS):
            await self._judge_loop.judge(second * SECOND_MS)  # all that was received before
            await self._judge_loop.observe(list(results))

    async def _hear(self) -> None:
        """Who was heard by the writers; they write it down each second."""
        now = clock.now()
        if now // SECOND_MS == self._heard_second:
            return
        self._heard_second = now // SECOND_MS
        await hear_others(self._store, self._presence)

    def _tell(self, writers: int) -> None:
        if writers != self._writers:
            self._writers = writers
            log.log(logging.INFO if writers else logging.WARNING, "following writers=%d", writers)
