"""What every process of the coordinator begins with: the configuration in force, the link to the
broker, and where addresses are.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from coordinator.configuration import Configuration, from_document
from coordinator.geodata.places import Places
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher, refusal_letter
from coordinator.messaging.signing import Signer, find_signer
from coordinator.messaging.strangers import Strangers
from coordinator.settings import CoordinatorSettings
from coordinator.store import Store
from coordinator.store.state.standings import QUARANTINE
from worker.contract import clock

log = logging.getLogger(f"outscope.{__name__}")

EXIT_STORE: Final = 2
"""The exit code of a process that cannot use its database."""
LOOK_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Applied:
    """A configuration in force with what is out or struck, and its version in the store."""

    version: int
    configuration: Configuration


class ConfigurationWatch:
    """Sees when another configuration is in force, and has it taken over."""

    def __init__(
        self, store: Store, applied: Applied, take_over: Callable[[Configuration], Awaitable[None]]
    ) -> None:
        self._store = store
        self._take_over = take_over
        self.version = applied.version
        """Of the configuration that was taken over last."""
        self._standing = _standing(applied.configuration)

    async def look(self) -> None:
        """Have the configuration in force taken over, unless it was already. When that fails, the
        next look does it again.
        """
        version = await self._store.configurations.version()
        standing = await _out(self._store), await _struck(self._store)
        if (version, standing) == (self.version, self._standing):
            return
        applied = await in_force(self._store)
        if applied is None:
            return
        await self._take_over(applied.configuration)
        self.version, self._standing = applied.version, _standing(applied.configuration)
        checks, out = len(applied.configuration.topology.checks), ",".join(sorted(standing[0]))
        log.info("reconfigured version=%d checks=%d quarantined=%s", version, checks, out or "-")


async def in_force(store: Store) -> Applied | None:
    """The configuration in force; None before the first."""
    found = await store.configurations.current()
    if found is None:
        return None
    configuration = replace(
        from_document(found[1]), quarantined=await _out(store), struck=await _struck(store)
    )
    return Applied(found[0], configuration)


async def _out(store: Store) -> frozenset[str]:
    """The regions in quarantine."""
    return frozenset(await store.standings.all(QUARANTINE))


async def _struck(store: Store) -> frozenset[int]:
    """The strikes that stand."""
    return frozenset(strike.id for strike in await store.striking.standing())


def _standing(configuration: Configuration) -> tuple[frozenset[str], frozenset[int]]:
    """What stands besides the document."""
    return configuration.quarantined, configuration.struck


async def _nothing() -> None:
    """Nothing is to be done meanwhile."""


async def first_in_force(
    store: Store, stop: asyncio.Event, meanwhile: Callable[[], Awaitable[None]] = _nothing
) -> Applied | None:
    """The configuration in force; waits for the first. None when told to stop before."""
    waiting = False
    while not stop.is_set():
        await meanwhile()
        applied = await in_force(store)
        if applied is not None:
            return applied
        if not waiting:
            log.info("waiting for a configuration; apply one with: outscope apply FILE")
        waiting = True
        await asyncio.sleep(LOOK_AGAIN_S)
    return None


@asynccontextmanager
async def linked(
    broker: str,
    configuration: Configuration,
    *,
    reports: bool = True,
    signer: Signer | None = None,
    refuses: bool = False,
) -> AsyncIterator[tuple[Publisher, ReportConsumer]]:
    """Both directions of the link to the broker; `reports` as of the consumer, `signer` as of the
    publisher. Whoever `refuses` watches out for regions that are not configured.
    """
    regions = [region.id for region in configuration.topology.regions]
    publisher = Publisher(broker, signer)

    def refuse(region: str, worker: str, boot: str) -> None:
        publisher.send(refusal_letter(region, worker, boot, clock.now()))

    strangers = Strangers(clock.monotonic_s, refuse) if refuses else None
    consumer = ReportConsumer(broker, regions, reports=reports, strangers=strangers)
    publisher.open()
    consumer.open()
    try:
        yield publisher, consumer
    finally:
        await consumer.close()
        await asyncio.to_thread(publisher.close)


def signer_of(settings: CoordinatorSettings, *, makes: bool) -> Signer | None:
    """Who signs what goes to workers; `makes` a key in the data folder when there is none.
    SigningKeyError says why a key cannot be used.
    """
    signer = find_signer(settings.signing_key, settings.data_dir, makes=makes)
    if signer is None:
        log.warning(
            "unsigned workers that pin a key refuse all of this process; give it OUTSCOPE_DATA with"
            " the coordinator's key, or OUTSCOPE_SIGNING_KEY_FILE"
        )
    return signer


def places_of(settings: CoordinatorSettings) -> Places:
    """Where addresses are, by the databases that the settings name."""
    folder = settings.data_dir and settings.data_dir / "geodata"
    return Places(settings.geoip_country, settings.geoip_asn, folder)
