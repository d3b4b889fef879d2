"""What keeps the coordinator in step with its store: each second a new configuration, gaps, GeoIP
files, and what it tells of itself.
"""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

from coordinator.bootstrap import ConfigurationWatch
from coordinator.configuration import Configuration
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.succession import Progress
from coordinator.geodata.places import Places
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.leadership import AnotherCoordinatorError, Leadership
from coordinator.runtime.metrics import Counters
from coordinator.runtime.retry import UNREACHABLE, persistently
from coordinator.scheduling.gaps import Gaps
from coordinator.scheduling.tick import Tick
from coordinator.store import Store
from coordinator.verdicts.current_state import forget_departed
from worker.contract import clock
from worker.contract.instant import rfc3339

SECOND_S: Final = 1.0
TELL_S: Final = 2.0
SUBJECT: Final = "coordinator"


class Configured(Protocol):
    """Judges, or tells of it."""

    def configure(self, configuration: Configuration) -> None:
        """Work by this configuration from now on."""


class Reconfiguration:
    """Tells everybody who works by a configuration that it is in force."""

    def __init__(
        self,
        store: Store,
        presence: Presence,
        consumer: ReportConsumer,
        judging: Configured,
        tick: Tick,
        *telling: Configured,
    ) -> None:
        self._store = store
        self._presence = presence
        self._consumer = consumer
        self._judging = judging
        self._tick = tick
        self._telling = telling

    async def take_over(self, configuration: Configuration) -> None:
        """Work by it, and let nothing stand for what left with the one before."""
        self.set_up(configuration)
        await forget_departed(self._store, configuration.topology)

    def set_up(self, configuration: Configuration) -> None:
        """Work by it from now on."""
        topology = configuration.topology
        regions = [region.id for region in topology.regions]
        self._presence.expect(regions, clock.monotonic_s())
        self._consumer.listen_to(regions)
        self._judging.configure(configuration)
        self._tick.configure(topology)
        for loop in self._telling:
            loop.configure(configuration)


class OwnState:
    """Writes down how the coordinator is doing, and how far looks were ordered: the next start
    declares what it missed.
    """

    def __init__(
        self,
        store: Store,
        lead: Leadership,
        configuration: ConfigurationWatch,
        tick: Tick,
        consumer: ReportConsumer,
        ledger: Ledger,
        counters: Counters,
        gaps: Gaps,
    ) -> None:
        self._store = store
        self._gaps = gaps
        self._lead = lead
        self._configuration = configuration
        self._tick = tick
        self._consumer = consumer
        self._ledger = ledger
        self._counters = counters
        self._told_s = 0.0
        self._started_at = clock.now()

    async def write_when_due(self) -> None:
        """Write it down, unless that was done a moment ago."""
        if clock.monotonic_s() - self._told_s >= TELL_S:
            await self.write()

    async def write(self) -> None:
        """Write it down now."""
        at = clock.now()
        document = {
            "at": rfc3339(at),
            "started_at": rfc3339(self._started_at),
            "holder": self._lead.holder,
            "epoch": self._lead.epoch,
            "leads_since": rfc3339(self._lead.since),
            "configuration": self._configuration.version,
            "ticked_since_ms": self._tick.begun,
            "ticked_until_ms": self._tick.ticked_until,
            "accounted_until_ms": self._gaps.accounted,
            "connected": self._consumer.connected_since_s is not None,
            "waiting_reports": self._consumer.depth(),
            "outstanding_looks": len(self._ledger),
            **self._counters.to_document(),
            "broker": self._consumer.traffic(),
            "unknown_regions": self._consumer.unknown_regions(),
        }
        await self._store.standings.put("coordinator", SUBJECT, at, document)
        self._told_s = clock.monotonic_s()


async def told_before(store: Store) -> Progress | None:
    """How far an earlier life told that it had ordered looks and accounted for them, and since when
    all of them were to be made; None when none did.
    """
    told = (await store.standings.all("coordinator")).get(SUBJECT, {})
    reached, accounted = told.get("ticked_until_ms"), told.get("accounted_until_ms")
    if not isinstance(reached, int):
        return None
    since = told.get("ticked_since_ms")
    changed = [at for _, at in await store.configurations.versions(1)]
    begun = max([since if isinstance(since, int) else 0, *changed])
    return Progress(reached, accounted if isinstance(accounted, int) else reached, begun)


class Control:
    """Sees to each of these every second, one after the other."""

    def __init__(
        self,
        publisher: Publisher,
        configuration: ConfigurationWatch,
        gaps: Gaps,
        places: Places,
        own_state: OwnState,
    ) -> None:
        self._publisher = publisher
        self._configuration = configuration
        self._gaps = gaps
        self._places = places
        self._own_state = own_state

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop; then tell once more how far we were."""
        while not stop.is_set():
            await persistently("control", self._round)
            await asyncio.sleep(SECOND_S)
        with suppress(*UNREACHABLE):
            await self._own_state.write()

    async def _round(self) -> None:
        if self._publisher.outranked:
            raise AnotherCoordinatorError(self._publisher.outranked)
        await self._configuration.look()
        await self._gaps.save(clock.now())
        self._places.refresh()
        await self._own_state.write_when_due()
