"""What is seen to every second or so: the lease, a new configuration, gaps, our own counters, GeoIP
files.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from coordinator.bootstrap import in_force
from coordinator.configuration import Configuration
from coordinator.domain.model.topology import Topology
from coordinator.geodata.places import Places
from coordinator.ingest.loop import Ingest
from coordinator.parts import Parts
from coordinator.runtime.leadership import Leadership
from coordinator.runtime.retry import UNREACHABLE, persistently
from coordinator.scheduling.tick import Tick
from coordinator.verdicts.follower import Follower
from coordinator.verdicts.judge_loop import settle
from worker.contract import clock
from worker.contract.instant import rfc3339

log = logging.getLogger("outscope.keeper")

SECOND_S: Final = 1.0
TELL_S: Final = 2.0
TOLD_LATE_MS: Final = 10_000
"""Looks ordered after we last told how far we were may be stored all the same; they were received
since then.
"""
SUBJECT: Final = "coordinator"


class Keeper:
    """Keeps the process in step with its store."""

    def __init__(
        self, parts: Parts, lead: Leadership, ingest: Ingest | Follower, tick: Tick, places: Places
    ) -> None:
        self._store = parts.store
        self._consumer = parts.consumer
        self._ledger = parts.ledger
        self._presence = parts.presence
        self._counters = parts.counters
        self._lead = lead
        self._ingest = ingest
        self._tick = tick
        self._places = places
        self._version = 0
        self._told_s = 0.0
        self._started_at = clock.now()

    async def begin(self, version: int, configuration: Configuration) -> None:
        """Put the first configuration in force, and declare the looks that nobody ordered while we
        were away.
        """
        self._version = version
        self._set_up(configuration)
        before = (await self._store.standings.all("coordinator")).get(SUBJECT, {})
        reached, now = before.get("ticked_until_ms"), clock.now()
        if isinstance(reached, int) and reached < now:
            self._tick.resume(reached, now)
            recent = await self._store.results.recent(reached - TOLD_LATE_MS)
            settle(self._ledger, recent, configuration.topology)

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; then write once more."""
        while not stop.is_set():
            await persistently("keeper", self._round)
            await asyncio.sleep(SECOND_S)
        with suppress(*UNREACHABLE):
            await self._tell()

    async def _round(self) -> None:
        await self._lead.renew()
        await self._reconfigure()
        await self._save_gaps()
        self._places.refresh()
        if clock.monotonic_s() - self._told_s >= TELL_S:
            await self._tell()

    async def _reconfigure(self) -> None:
        if await self._store.configurations.version() == self._version:
            return
        applied = await in_force(self._store)
        if applied is None:
            return
        topology = applied.configuration.topology
        self._set_up(applied.configuration)
        await self._forget_departed(topology)
        self._version = applied.version
        log.info("reconfigured version=%d checks=%d", applied.version, len(topology.checks))

    def _set_up(self, configuration: Configuration) -> None:
        topology = configuration.topology
        regions = [region.id for region in topology.regions]
        self._presence.expect(regions, clock.monotonic_s())
        self._consumer.listen_to(regions)
        self._ingest.configure(configuration)
        self._tick.configure(topology)

    async def _forget_departed(self, topology: Topology) -> None:
        """What stood for services and regions that left the configuration stands no more."""
        await self._store.standings.keep("service", set(topology.service))
        await self._store.standings.keep("region", set(topology.region))
        workers = await self._store.standings.all("worker")
        await self._store.standings.keep(
            "worker", {s for s, w in workers.items() if w["region"] in topology.region}
        )

    async def _save_gaps(self) -> None:
        gaps = self._ledger.sweep(clock.now())
        if gaps:
            self._counters.gaps += len(gaps)
            await persistently("gaps", lambda: self._store.gaps.add(gaps))

    async def _tell(self) -> None:
        """Write down how we are doing, and how far looks were ordered: the next start declares what
        it missed.
        """
        at = clock.now()
        document = {
            "at": rfc3339(at),
            "started_at": rfc3339(self._started_at),
            "holder": self._lead.holder,
            "configuration": self._version,
            "ticked_until_ms": self._tick.ticked_until,
            "connected": self._consumer.connected_since_s is not None,
            "waiting_reports": self._consumer.depth(),
            "outstanding_looks": len(self._ledger),
            **self._counters.to_document(),
        }
        await self._store.standings.put("coordinator", SUBJECT, at, document)
        self._told_s = clock.monotonic_s()
