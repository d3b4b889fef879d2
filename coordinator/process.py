"""The coordinator process: what is composed of what, and the order of its life."""

import asyncio
import gc
import logging
from functools import partial
from typing import Final

from coordinator.bootstrap import (
    EXIT_STORE,
    Applied,
    ConfigurationWatch,
    first_in_force,
    linked,
    places_of,
    signer_of,
)
from coordinator.control import Control, OwnState, Reconfiguration, reached_before
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.ingest.loop import Ingest
from coordinator.ingest.pipeline import Pipeline
from coordinator.ingest.receipts import Bookkeeping, Receipts
from coordinator.joining.meeting import Meeting
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.signing import SigningKeyError
from coordinator.reloading import (
    add_archive,
    add_broker,
    add_places,
    add_signer,
    link_of,
    reloading,
)
from coordinator.runtime.hearing import Turns
from coordinator.runtime.leadership import AnotherCoordinatorError, Leadership, leadership
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.stopping import together, until_signalled
from coordinator.scheduling import gaps
from coordinator.scheduling.extra_looks import ExtraLooks
from coordinator.scheduling.tick import Tick
from coordinator.settings import CoordinatorSettings, SettingsError
from coordinator.store import FencedError, Store, StoreError, open_store
from coordinator.upkeep.archive_loop import ArchiveLoop
from coordinator.upkeep.rollup_loop import RollupLoop
from coordinator.upkeep.users_loop import Drain, UsersLoop
from coordinator.verdicts.follower import Follower
from coordinator.verdicts.judge_loop import JudgeLoop
from coordinator.verdicts.restart import rebuilt
from worker.contract import clock
from worker.contract.reloading.reloads import Reloads

log = logging.getLogger(f"outscope.{__name__}")

EXIT_ANOTHER: Final = 3


def run(settings: CoordinatorSettings) -> int:
    """The whole life of the process, until SIGTERM or SIGINT; its exit code.

    0 when it was told to stop, 2 when the database or the signing key cannot be used, 3 when
    another coordinator took over from this one, or works on it and this one shall not stand by.
    """
    try:
        asyncio.run(until_signalled(lambda stop: serve(settings, stop)))
    except StoreError as error:
        log.error("%s", error)  # noqa: TRY400  a sentence for the operator, not a traceback
        return EXIT_STORE
    except SettingsError as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    except SigningKeyError as error:
        log.error("the signing key: %s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    except (AnotherCoordinatorError, FencedError) as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_ANOTHER
    return 0


async def serve(settings: CoordinatorSettings, stop: asyncio.Event) -> None:
    """Coordinate until `stop` is set, once nobody else does. StoreError, AnotherCoordinatorError
    and FencedError say why it cannot.
    """
    standby = settings.standby == "wait"
    async with (
        open_store(settings.database) as store,
        reloading(settings, store) as reloads,
        leadership(store, stop, standby=standby) as lead,
    ):
        applied = await first_in_force(store, stop, meanwhile=lead.renew) if lead else None
        if lead is not None and applied is not None:
            await _coordinate(settings, store, lead, applied, stop, reloads)
    log.info("stopped")


async def _coordinate(
    settings: CoordinatorSettings,
    store: Store,
    lead: Leadership,
    applied: Applied,
    stop: asyncio.Event,
    reloads: Reloads,
) -> None:
    configuration, topology = applied.configuration, applied.configuration.topology
    elsewhere = settings.writers == "elsewhere"
    last = await store.results.last_received_at() or 0
    receive_clock = ReceiveClock(clock.now, clock.monotonic_s, last)
    begin = (await store.writers.claim(clock.now()))[0] if elsewhere else None
    engine = await rebuilt(store, configuration, begin)
    places = places_of(settings)
    ledger, presence, counters = Ledger(), Presence(), Counters()
    signer = signer_of(settings, makes=True)
    if signer is not None:
        log.info("signing key=%s", signer.public)
    link = link_of(settings)
    both = linked(link.url, configuration, reports=not elsewhere, signer=signer, refuses=True)
    async with both as (publisher, consumer):
        link.tell(publisher.use, consumer.use)
        turns = Turns()

        def heard_since() -> float | None:
            return turns.heard_since_s(consumer.connected_since_s)

        tick = Tick(publisher, ledger, presence, heard_since, counters)
        extra_looks = ExtraLooks(publisher, presence, heard_since, counters)
        judge_loop = JudgeLoop(store, engine, extra_looks, ledger, counters, configuration)
        judging: Ingest | Follower
        drain: Drain = len  # where writers answer the workers, they see to it
        if begin is not None:
            judging = Follower(
                store, judge_loop, presence, receive_clock, configuration, begin, turns
            )
        else:
            receipts = Receipts(publisher, presence, counters, Bookkeeping(places))
            drain = partial(setattr, receipts, "draining")
            pipeline = Pipeline(
                store,
                consumer,
                receipts,
                counters,
                places,
                receive_clock,
                configuration,
                settings.keep,
            )
            judging = Ingest(pipeline, judge_loop, turns)
        reconfiguration = Reconfiguration(store, presence, consumer, judging, tick)
        watch = ConfigurationWatch(store, applied, reconfiguration.take_over)
        own_state = OwnState(store, lead.holder, watch, tick, consumer, ledger, counters)
        control = Control(lead, watch, gaps.Gaps(store, ledger, counters), places, own_state)
        reconfiguration.set_up(configuration)
        reached = await reached_before(store)
        await gaps.resume(store, tick, ledger, topology, reached, clock.now())
        if settings.ready_file is not None:
            settings.ready_file.touch()
        log.info("coordinating version=%d checks=%d", applied.version, len(topology.checks))
        upkeep = _upkeep(settings, store, consumer)
        add_places(reloads, settings, places)
        add_signer(reloads, settings, signer, publisher)
        add_archive(reloads, settings, upkeep)
        add_broker(reloads, settings, link)
        await asyncio.to_thread(reloads.catch_up)
        _spare_collections()

        def meeting() -> Meeting:
            return Meeting(settings.broker_public, settings.broker_ca, publisher.public_key)

        users = UsersLoop(store, link.url, meeting, drain)
        link.tell(users.use)
        await together(stop, judging, tick, control, users, *upkeep)
    places.close()


def _upkeep(
    settings: CoordinatorSettings, store: Store, consumer: ReportConsumer
) -> list[RollupLoop | ArchiveLoop]:
    archived = settings.archive is not None
    rollups = RollupLoop(store, consumer, settings.keep, archived=archived)
    if settings.archive is None:
        return [rollups]
    return [rollups, ArchiveLoop(store, settings.archive, settings.keep.results_ms)]


def _spare_collections() -> None:
    """Collect garbage seldom: results come and go by the ten thousand, hardly any of them in
    cycles.

    With the interpreter's own thresholds a quarter of the time of reading and storing went into
    looking for them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
