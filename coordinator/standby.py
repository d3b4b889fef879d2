"""What a coordinator does while another one leads: it keeps what it will need at hand, and tells
that it is there.
"""

import logging
from contextlib import suppress
from typing import Final

from coordinator.bootstrap import Applied, in_force
from coordinator.domain.engine import Engine
from coordinator.runtime.holder import told
from coordinator.runtime.retry import UNREACHABLE
from coordinator.store import Store
from coordinator.store.state.standings import STANDBY
from coordinator.verdicts.warm import Warm
from worker.contract import clock
from worker.contract.instant import rfc3339

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 1.0
TELL_S: Final = 2.0


class Standby:
    """Its connections are its own, so that it writes unfenced and keeps nobody waiting."""

    def __init__(self, store: Store, warm: Warm) -> None:
        self._store = store
        self._warm = warm
        self._holder = ""
        self._since = clock.now()
        self._kept_s = self._told_s = float("-inf")
        self._applied: Applied | None = None

    async def step(self, holder: str, leader: str) -> None:
        """Do what is due; we are `holder`, and `leader` leads."""
        now_s = clock.monotonic_s()
        if now_s - self._told_s >= TELL_S:
            await self._tell(holder, leader)
            self._told_s = now_s
        if now_s - self._kept_s >= EVERY_S:
            await self._keep()
            self._kept_s = now_s

    async def leave(self) -> None:
        """It stands by no more."""
        if self._holder:
            with suppress(*UNREACHABLE):  # what is not told again is forgotten
                await self._store.standings.remove(STANDBY, self._holder)

    async def _tell(self, holder: str, leader: str) -> None:
        at = clock.now()
        document = {
            "at": rfc3339(at),
            "since": rfc3339(self._since),
            "process": told(holder),
            "leader": told(leader),
            "warm_results": len(self._warm),
        }
        await self._store.standings.put(STANDBY, holder, at, document)
        self._holder = holder

    async def _keep(self) -> None:
        version = await self._store.configurations.version()
        if self._applied is None or version != self._applied.version:
            self._applied = await in_force(self._store)
        if self._applied is not None:
            configuration = self._applied.configuration
            engine = Engine(configuration.judged, configuration.rules)
            await self._warm.keep(self._store, engine.memory_ms)
