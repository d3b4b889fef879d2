"""The coordinator process: what is composed of what, and the order of its life."""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from coordinator.bootstrap import Applied, in_force, linked
from coordinator.configuration import Configuration
from coordinator.control import Keeper
from coordinator.domain.engine import Engine
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.loop import Ingest
from coordinator.ingest.writer import store_until
from coordinator.parts import Parts
from coordinator.runtime.leadership import AnotherCoordinatorError, Leadership, leadership
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.scheduling.tick import Tick
from coordinator.settings import CoordinatorSettings
from coordinator.store import Store, StoreError, open_store
from coordinator.upkeep.archive_loop import ArchiveLoop
from coordinator.upkeep.rollup_loop import RollupLoop
from coordinator.verdicts import learned
from coordinator.verdicts.follower import Follower
from worker.contract import clock
from worker.contract.instant import Instant

log = logging.getLogger("outscope.coordinator")

LOOK_AGAIN_S: Final = 0.5
GRACE_S: Final = 5.0
"""How long the loops may take to finish when told to stop."""
EXIT_STORE: Final = 2
EXIT_ANOTHER: Final = 3

Work = Callable[[CoordinatorSettings, asyncio.Event], Awaitable[None]]


def run(settings: CoordinatorSettings) -> int:
    """The whole life of the process, until SIGTERM or SIGINT; its exit code.

    0 when it was told to stop, 2 when the database cannot be used, 3 when another coordinator works
    on it.
    """
    try:
        asyncio.run(_until_signalled(settings, serve))
    except StoreError as error:
        log.error("%s", error)  # noqa: TRY400  a sentence for the operator, not a traceback
        return EXIT_STORE
    except AnotherCoordinatorError as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_ANOTHER
    return 0


def run_writer(settings: CoordinatorSettings) -> int:
    """The life of a process that only stores, for a coordinator that judges elsewhere; exit codes
    as of `run`.
    """
    if settings.writer != "elsewhere":
        log.error("only one process stores; set OUTSCOPE_INTAKE=elsewhere, for the coordinator too")
        return EXIT_STORE
    try:
        asyncio.run(_until_signalled(settings, store_until))
    except StoreError as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    return 0


async def _until_signalled(settings: CoordinatorSettings, work: Work) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(settings, stop)


async def serve(settings: CoordinatorSettings, stop: asyncio.Event) -> None:
    """Coordinate until `stop` is set. StoreError and AnotherCoordinatorError say why it cannot."""
    async with open_store(settings.database) as store, leadership(store) as lead:
        applied = await _first_configuration(store, lead, stop)
        if applied is not None:
            await _coordinate(settings, store, lead, applied, stop)
    log.info("stopped")


async def _first_configuration(
    store: Store, lead: Leadership, stop: asyncio.Event
) -> Applied | None:
    """The configuration in force; waits for the first. None when told to stop before."""
    waiting = False
    while not stop.is_set():
        await lead.renew()
        applied = await in_force(store)
        if applied is not None:
            return applied
        if not waiting:
            log.info("waiting for a configuration; apply one with: outscope apply FILE")
        waiting = True
        await asyncio.sleep(LOOK_AGAIN_S)
    return None


async def _coordinate(
    settings: CoordinatorSettings,
    store: Store,
    lead: Leadership,
    applied: Applied,
    stop: asyncio.Event,
) -> None:
    configuration = applied.configuration
    receive_clock = ReceiveClock(
        clock.now, clock.monotonic_s, await store.results.last_received_at() or 0
    )
    elsewhere = settings.writer == "elsewhere"
    begin = (await store.writers.claim(clock.now()))[0] if elsewhere else None
    engine = await _rebuilt(store, configuration, begin)
    places = Places(
        settings.geoip_country,
        settings.geoip_asn,
        settings.data_dir and settings.data_dir / "geodata",
    )
    async with linked(settings.broker, configuration, reports=not elsewhere) as (
        publisher,
        consumer,
    ):
        parts = Parts(store, publisher, consumer, Ledger(), Presence(), Counters())
        ingest: Ingest | Follower
        if begin is not None:
            ingest = Follower(parts, engine, receive_clock, configuration, begin)
        else:
            ingest = Ingest(parts, engine, places, receive_clock, configuration, settings.keep)
        rollups = RollupLoop(store, consumer, settings.keep, archived=settings.archive is not None)
        archivists = (
            [ArchiveLoop(store, settings.archive, settings.keep.results_ms)]
            if settings.archive
            else []
        )
        tick = Tick(
            publisher,
            parts.ledger,
            parts.presence,
            lambda: consumer.connected_since_s,
            parts.counters,
        )
        keeper = Keeper(parts, lead, ingest, tick, places)
        await keeper.begin(applied.version, configuration)
        if settings.ready_file is not None:
            settings.ready_file.touch()
        log.info(
            "coordinating version=%d checks=%d", applied.version, len(configuration.topology.checks)
        )
        _spare_collections()
        await _together(stop, ingest, tick, keeper, rollups, *archivists)
    places.close()


def _spare_collections() -> None:
    """Collect garbage seldom: results come and go by the ten thousand, hardly any of them in
    cycles.

    With the interpreter's own thresholds a quarter of the time of reading and storing went into
    looking for them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _rebuilt(
    store: Store, configuration: Configuration, until: Instant | None = None
) -> Engine:
    """The judge with the memory that the stored results give it: a restart forgets nothing.

    When other processes store, only what was received before `until` is whole yet.
    """
    engine = Engine(configuration.judged, configuration.rules)
    now = until or clock.now()
    since = now - engine.memory_ms
    recent = await (
        store.results.recent(since) if until is None else store.results.recent(since, until)
    )
    engine.restore(recent, await store.incidents.open(), now, await learned.load(store))
    log.info("rebuilt results=%d", len(recent))
    await _tell_what_changed(store, engine)
    return engine


async def _tell_what_changed(store: Store, engine: Engine) -> None:
    """Add to the history what changed while nobody looked, or what a crash kept from being
    written.
    """
    for service, verdict in engine.verdicts().items():
        for told in await store.verdicts.history(service, limit=1):
            now = verdict.to_record()
            if any(told[key] != now[key] for key in ("severity", "scope", "regions", "components")):
                await store.verdicts.add(verdict)


async def _together(
    stop: asyncio.Event, *loops: Ingest | Follower | Tick | Keeper | RollupLoop | ArchiveLoop
) -> None:
    """Run the loops until told to stop; when one fails, all stop and its error is raised.

    A loop that waits for a database that is away is ended: what it holds was not receipted.
    """
    tasks = [asyncio.create_task(loop.run(stop), name=type(loop).__name__) for loop in loops]
    too_late = asyncio.create_task(_grace(stop))
    try:
        waiting = {too_late, *tasks}
        while too_late in waiting and len(waiting) > 1:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (too_late, *tasks):
            task.cancel()
        await asyncio.gather(too_late, *tasks, return_exceptions=True)


async def _grace(stop: asyncio.Event) -> None:
    await stop.wait()
    await asyncio.sleep(GRACE_S)
