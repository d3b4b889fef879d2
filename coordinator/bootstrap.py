"""What every process of the coordinator begins with: the configuration in force, the link to the
broker, and where addresses are.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from redis.exceptions import RedisError

from coordinator.configuration import Configuration, from_document
from coordinator.geodata.places import Places
from coordinator.messaging.consumer import NOBODY, ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.fence import OutrankedError, seize
from coordinator.messaging.sending.letters import refusal_letter
from coordinator.messaging.signing import Signer, find_signer
from coordinator.messaging.sources import Joined, joined_of
from coordinator.messaging.strangers import Strangers
from coordinator.runtime.leadership import AnotherCoordinatorError
from coordinator.settings import CoordinatorSettings
from coordinator.store import Store
from coordinator.store.state.standings import QUARANTINE
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.settings.machine import no_memory

log = logging.getLogger(f"outscope.{__name__}")

LACKING: Final = (MemoryError, RuntimeError, ImportError, OSError)
"""What may be raised when there is too little memory, among other causes."""
EXIT_FAULT: Final = 1

EXIT_STORE: Final = 2
"""The exit code of a process that cannot use its database."""
LOOK_AGAIN_S: Final = 0.5
BROKER_ATTEMPTS: Final = 4
"""After so many the first order begins the epoch, and where the one before ended is not known."""


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


async def first_in_force(store: Store, stop: asyncio.Event) -> Applied | None:
    """The configuration in force; waits for the first. None when told to stop before."""
    waiting = False
    while not stop.is_set():
        applied = await in_force(store)
        if applied is not None:
            return applied
        if not waiting:
            log.info("waiting for a configuration; apply one with: outscope apply FILE")
        waiting = True
        await asyncio.sleep(LOOK_AGAIN_S)
    return None


async def begun(broker: str, epoch: int) -> dict[str, Instant]:
    """Begin this epoch at the broker; up to when the looks of regions were ordered before it, none
    where that is not known. AnotherCoordinatorError when a later epoch has begun.
    """
    for _ in range(BROKER_ATTEMPTS):
        try:
            return await asyncio.to_thread(seize, broker, epoch) or {}
        except OutrankedError as error:
            raise AnotherCoordinatorError(str(error)) from None
        except (RedisError, OSError, ValueError) as error:
            log.warning("cannot_begin what=epoch error=%r", error)
            await asyncio.sleep(LOOK_AGAIN_S)
    return {}


@asynccontextmanager
async def linked(
    broker: str,
    configuration: Configuration,
    *,
    reports: bool = True,
    signer: Signer | None = None,
    refuses: bool = False,
    joined: Joined = NOBODY,
) -> AsyncIterator[tuple[Publisher, ReportConsumer]]:
    """Both directions of the link to the broker; `reports` as of the consumer, `signer` as of the
    publisher. Whoever `refuses` watches out for regions that are not configured. `joined` are the
    workers that did.
    """
    regions = [region.id for region in configuration.topology.regions]
    publisher = Publisher(broker, signer)

    def refuse(region: str, worker: str, boot: str) -> None:
        publisher.send(refusal_letter(region, worker, boot, clock.now()))

    strangers = Strangers(clock.monotonic_s, refuse) if refuses else None
    consumer = ReportConsumer(broker, regions, reports=reports, strangers=strangers, joined=joined)
    publisher.open()
    consumer.open()
    try:
        yield publisher, consumer
    finally:
        await consumer.close()
        await asyncio.to_thread(publisher.close)


async def joined_in(store: Store) -> Joined:
    """The workers that joined, as of now."""
    return joined_of(await store.worker_keys.all(), clock.now())


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


def short_of_memory(error: BaseException) -> int:
    """The exit code, when the error comes of too little memory; else it is raised again."""
    said = no_memory(error)
    if not said:
        raise error
    log.error("%s", said)
    return EXIT_FAULT
