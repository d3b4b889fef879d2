"""The coordinator process: what is composed of what, and the order of its life."""

import asyncio
import gc
import logging
from contextlib import closing
from typing import Final, NamedTuple

from coordinator.acknowledging.loop import AcknowledgingLoop
from coordinator.bootstrap import (
    EXIT_STORE,
    LACKING,
    Applied,
    ConfigurationWatch,
    begun,
    first_in_force,
    joined_in,
    linked,
    places_of,
    short_of_memory,
    signer_of,
)
from coordinator.control import Control, OwnState, Reconfiguration, told_before
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.loop import Ingest
from coordinator.ingest.pipeline import Pipeline
from coordinator.ingest.receipts import Bookkeeping, Receipts
from coordinator.joining.meeting import Meeting
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.signing import SigningKeyError
from coordinator.notifying.loop import NotifyLoop
from coordinator.reloading import (
    add_archive,
    add_broker,
    add_meeting,
    add_places,
    add_signer,
    link_of,
    reloading,
)
from coordinator.runtime.hearing import Turns
from coordinator.runtime.heartbeat import Heartbeat
from coordinator.runtime.leadership import AnotherCoordinatorError, Leadership, leadership
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.runtime.stopping import together, until_signalled
from coordinator.runtime.wellness import Wellness, late
from coordinator.scheduling import gaps
from coordinator.scheduling.extra_looks import ExtraLooks
from coordinator.scheduling.standing import StandingAnswers
from coordinator.scheduling.tick import Tick
from coordinator.scheduling.wish_loop import WishLoop
from coordinator.settings import CoordinatorSettings, SettingsError
from coordinator.standby import Standby
from coordinator.store import FencedError, Store, StoreError, open_store
from coordinator.upkeep.archive_loop import ArchiveLoop
from coordinator.upkeep.departures_loop import DeparturesLoop
from coordinator.upkeep.rollup_loop import RollupLoop
from coordinator.upkeep.users_loop import Drain, UsersLoop
from coordinator.verdicts.follower import Follower
from coordinator.verdicts.judge_loop import JudgeLoop
from coordinator.verdicts.warm import Warm
from worker.contract import clock
from worker.contract.health.serving import ListenError
from worker.contract.reloading.reloads import Reloads

log = logging.getLogger(f"outscope.{__name__}")

EXIT_ANOTHER: Final = 3


class AtHand(NamedTuple):
    """What is ready before we lead."""

    places: Places
    warm: Warm
    reloads: Reloads
    wellness: Wellness


def run(settings: CoordinatorSettings) -> int:
    """The whole life of the process, until SIGTERM or SIGINT; its exit code.

    0 when it was told to stop, 1 when it got too little memory, 2 when the database or the signing
    key cannot be used, 3 when another coordinator took over from this one, or works on it and this
    one shall not stand by.
    """
    try:
        asyncio.run(until_signalled(lambda stop: serve(settings, stop)))
    except StoreError as error:
        log.error("%s", error)  # noqa: TRY400  a sentence for the operator, not a traceback
        return EXIT_STORE
    except (SettingsError, ListenError) as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    except SigningKeyError as error:
        log.error("the signing key: %s", error)  # noqa: TRY400  as above
        return EXIT_STORE
    except (AnotherCoordinatorError, FencedError) as error:
        log.error("%s", error)  # noqa: TRY400  as above
        return EXIT_ANOTHER
    except LACKING as error:
        return short_of_memory(error)
    return 0


async def serve(settings: CoordinatorSettings, stop: asyncio.Event) -> None:
    """Coordinate until `stop` is set, once nobody else does. StoreError, AnotherCoordinatorError
    and FencedError say why it cannot.
    """
    embedded = settings.database.startswith("sqlite:")  # where one coordinator works, and no other
    wellness = Wellness()
    wellness.stands_by()
    async with (
        wellness.told_at(settings.health),
        open_store(settings.database) as store,
        open_store(settings.database, migrate=False) as own,
        reloading(settings, store, own) as reloads,
    ):
        with closing(places_of(settings)) as places:  # before we lead, for it takes a moment
            waits = settings.standby == "wait" and not embedded
            standby = Standby(own, warm := Warm())
            async with leadership(
                store, stop, own=own, standby=waits, meanwhile=standby.step
            ) as lead:
                await standby.leave()
                if lead is not None:
                    at_hand = AtHand(places, warm, reloads, wellness)
                    await lead.during(_lead(settings, store, lead, at_hand, stop))
    log.info("stopped")


async def _lead(
    settings: CoordinatorSettings,
    store: Store,
    lead: Leadership,
    at_hand: AtHand,
    stop: asyncio.Event,
) -> None:
    applied = await first_in_force(store, stop)
    if applied is not None:
        await _coordinate(settings, store, lead, applied, at_hand, stop)


async def _coordinate(
    settings: CoordinatorSettings,
    store: Store,
    lead: Leadership,
    applied: Applied,
    at_hand: AtHand,
    stop: asyncio.Event,
) -> None:
    places, warm, reloads, wellness = at_hand
    configuration, topology = applied.configuration, applied.configuration.topology
    elsewhere = settings.writers == "elsewhere"
    link = link_of(settings)
    marks = await begun(link.url, lead.epoch)
    last = await store.results.last_received_at() or 0
    receive_clock = ReceiveClock(clock.now, clock.monotonic_s, last)
    begin = (await store.writers.claim(clock.now()))[0] if elsewhere else None
    ledger, presence, counters = Ledger(), Presence(), Counters()
    signer = signer_of(settings, makes=True)
    if signer is not None:
        log.info("signing key=%s", signer.public)
    both = linked(
        link.url,
        configuration,
        reports=not elsewhere,
        signer=signer,
        refuses=True,
        joined=await joined_in(store),
    )
    async with both as (publisher, consumer):
        link.tell(publisher.use, consumer.use)
        publisher.fence(lead.epoch, marks)
        turns = Turns()

        def heard_since() -> float | None:
            return turns.heard_since_s(consumer.connected_since_s)

        tick = Tick(publisher, ledger, presence, heard_since, counters)
        extra_looks = ExtraLooks(publisher, presence, heard_since, counters)
        tick.epoch = extra_looks.epoch = lead.epoch
        judge_loop = JudgeLoop(store, None, extra_looks, ledger, counters, configuration, warm)
        judging: Ingest | Follower
        drain: Drain = len  # where writers answer the workers, they see to it
        if begin is not None:
            judging = Follower(
                store, judge_loop, presence, receive_clock, configuration, begin, turns
            )
        else:
            standing = StandingAnswers(publisher, presence, settings.standing_ms)
            receipts = Receipts(publisher, presence, counters, Bookkeeping(places), standing)
            drain = receipts.leaving.read
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
        notifying = NotifyLoop(store, configuration)
        acknowledging = AcknowledgingLoop(store, configuration)
        telling = (notifying, acknowledging)
        reconfiguration = Reconfiguration(store, presence, consumer, judging, tick, *telling)
        watch = ConfigurationWatch(store, applied, reconfiguration.take_over)
        told = await told_before(store)
        books = gaps.Gaps(store, ledger, counters, None if told is None else told.accounted)
        own_state = OwnState(store, lead, watch, tick, consumer, ledger, counters, books)
        control = Control(publisher, watch, books, places, own_state)
        reconfiguration.set_up(configuration)
        wellness.works(
            {
                "orders": late("no look was ordered", lambda: tick.ticked_until),
                "ingest": lambda: "" if heard_since() else "nothing is taken from the broker",
                "judge": late("nothing was judged", lambda: counters.judged_at_ms or None),
            }
        )
        heartbeat = Heartbeat(settings.heartbeat, wellness.wrong)
        await gaps.resume(store, tick, ledger, topology, told, marks, clock.now())
        if settings.ready_file is not None:
            settings.ready_file.touch()
        log.info("coordinating version=%d checks=%d", applied.version, len(topology.checks))
        upkeep = _upkeep(settings, store, consumer)
        add_places(reloads, settings, places)
        add_signer(reloads, settings, signer, publisher)
        add_archive(reloads, settings, upkeep)
        add_broker(reloads, settings, link)
        place = add_meeting(reloads, settings, link)
        await asyncio.to_thread(reloads.catch_up)
        _spare_collections()

        def meeting() -> Meeting:
            return Meeting(*place(), publisher.public_key)

        management = settings.broker_management
        users = UsersLoop(store, link.url, meeting, drain, consumer.let_in, management)
        link.tell(users.use)
        departures = DeparturesLoop(store, lambda: heard_since() is not None)
        wishes = WishLoop(store, extra_looks)
        beside = (users, heartbeat, departures, wishes, *telling)
        await together(stop, judging, tick, control, *beside, *upkeep)


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
