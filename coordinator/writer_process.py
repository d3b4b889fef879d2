"""The writer's process, which only takes in and stores: what is composed of what."""

import asyncio
import logging
from contextlib import AsyncExitStack

from coordinator.bootstrap import (
    EXIT_STORE,
    LACKING,
    Applied,
    ConfigurationWatch,
    first_in_force,
    joined_in,
    linked,
    places_of,
    short_of_memory,
    signer_of,
)
from coordinator.configuration import Configuration
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.pipeline import Pipeline
from coordinator.ingest.receipts import Bookkeeping, Receipts
from coordinator.ingest.writer import Writer, writer_name
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.signing import SigningKeyError
from coordinator.reloading import add_broker, add_places, add_signer, link_of, reloading
from coordinator.runtime.hearing import hear_others
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.stopping import until_signalled
from coordinator.runtime.wellness import Wellness
from coordinator.scheduling.standing import StandingAnswers
from coordinator.settings import CoordinatorSettings, SettingsError
from coordinator.store import Store, StoreError, open_store
from worker.contract import clock
from worker.contract.health.serving import ListenError

log = logging.getLogger(f"outscope.{__name__}")


def run(settings: CoordinatorSettings) -> int:
    """The whole life of a writer, until SIGTERM or SIGINT; its exit code.

    0 when it was told to stop, 1 when it got too little memory, 2 when the database
    cannot be used or the coordinator stores.
    """
    if settings.writers != "elsewhere":
        log.error(
            "only one process stores; set OUTSCOPE_WRITERS=elsewhere, for the coordinator too"
        )
        return EXIT_STORE
    try:
        asyncio.run(until_signalled(lambda stop: store_until(settings, stop)))
    except StoreError as error:
        log.error("%s", error)  # noqa: TRY400  a sentence for the operator, not a traceback
        return EXIT_STORE
    except (SettingsError, ListenError) as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    except SigningKeyError as error:
        log.error("the signing key: %s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    except LACKING as error:
        return short_of_memory(error)
    return 0


async def store_until(settings: CoordinatorSettings, stop: asyncio.Event) -> None:
    """Take in and store until `stop` is set. StoreError says why it cannot."""
    wellness = Wellness()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(wellness.told_at(settings.health))
        store = await stack.enter_async_context(open_store(settings.database))
        reloads = await stack.enter_async_context(reloading(settings, store))
        applied = await first_in_force(store, stop)
        if applied is None:
            return
        places = places_of(settings)
        stack.callback(places.close)
        signer = signer_of(settings, makes=False)
        link = link_of(settings)
        joined = await joined_in(store)
        both = linked(link.url, applied.configuration, signer=signer, joined=joined)
        publisher, consumer = await stack.enter_async_context(both)
        link.tell(publisher.use, consumer.use)
        add_places(reloads, settings, places)
        add_signer(reloads, settings, signer, publisher)
        add_broker(reloads, settings, link)
        await asyncio.to_thread(reloads.catch_up)
        writer = _writer(settings, store, publisher, consumer, places, applied)
        if settings.ready_file is not None:
            settings.ready_file.touch()
        broker = "nothing is taken from the broker"
        wellness.works({"ingest": lambda: "" if consumer.connected_since_s else broker})
        await writer.run(stop)
    log.info("stopped")


def _writer(
    settings: CoordinatorSettings,
    store: Store,
    publisher: Publisher,
    consumer: ReportConsumer,
    places: Places,
    applied: Applied,
) -> Writer:
    name, counters = writer_name(), Counters()
    receive_clock = ReceiveClock(clock.now, clock.monotonic_s)
    presence = Presence()
    standing = StandingAnswers(publisher, presence, settings.standing_ms)
    receipts = Receipts(publisher, presence, counters, Bookkeeping(places), standing)
    pipeline = Pipeline(
        store,
        consumer,
        receipts,
        counters,
        places,
        receive_clock,
        applied.configuration,
        settings.keep,
        name,
    )

    async def take_over(configuration: Configuration) -> None:
        consumer.listen_to([region.id for region in configuration.topology.regions])
        pipeline.configure(configuration)

    watch = ConfigurationWatch(store, applied, take_over)

    async def look() -> None:
        await watch.look()
        await hear_others(store, presence)
        receipts.leaving.read(await store.worker_keys.draining())
        consumer.let_in(await joined_in(store))

    return Writer(name, store, pipeline, receive_clock, counters, look)
