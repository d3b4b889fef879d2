"""Keeping in step with the store: what is told of ourselves, and what follows a configuration."""

import os
from typing import Any

from coordinator.bootstrap import ConfigurationWatch, in_force
from coordinator.configuration import Configuration, from_document
from coordinator.control import OwnState, Reconfiguration, told_before
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.leadership import Leadership
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.gaps import Gaps
from coordinator.scheduling.tick import Tick
from coordinator.store import Store
from worker.contract import clock

NO_BROKER = "redis://127.0.0.1:1/0"
NOW = 1_772_000_000_000


class Judging:
    """Remembers what it is to work by."""

    configuration: Configuration | None = None

    def configure(self, configuration: Configuration) -> None:
        self.configuration = configuration


def a_tick() -> Tick:
    return Tick(Publisher(NO_BROKER), Ledger(), Presence(), lambda: None, Counters())


async def reached(store: Store) -> int | None:
    found = await told_before(store)
    return None if found is None else found.reached


async def test_the_next_life_reads_how_far_this_one_ordered(
    store: Store, document: dict[str, Any]
) -> None:
    assert await told_before(store) is None
    version = await store.configurations.save(document, NOW)
    applied = await in_force(store)
    assert applied is not None
    tick, judging, consumer = a_tick(), Judging(), ReportConsumer(NO_BROKER, ())
    following = Reconfiguration(store, Presence(), consumer, judging, tick, Judging())
    watch = ConfigurationWatch(store, applied, following.take_over)
    ledger, counters = Ledger(), Counters(results=7)
    gaps = Gaps(store, ledger, counters, NOW)
    state = OwnState(store, Leadership(store), watch, tick, consumer, ledger, counters, gaps)
    tick.step(clock.now())
    await state.write_when_due()
    assert await reached(store) == tick.ticked_until
    found = await told_before(store)
    assert found is not None
    assert found.accounted == NOW
    assert found.begun == tick.begun, "the configuration is older"
    await store.configurations.save({**document, "regions": []}, clock.now() + 60_000)
    changed = await told_before(store)
    assert changed is not None
    assert changed.begun > found.begun
    told = (await store.standings.all("coordinator"))["coordinator"]
    assert (told["configuration"], told["results"]) == (version, 7)
    assert f"/{os.getpid()}/" in told["holder"]
    tick.step(clock.now() + 10_000)
    await state.write_when_due()  # not so soon
    assert await reached(store) != tick.ticked_until
    await state.write()
    assert await reached(store) == tick.ticked_until


async def test_a_configuration_reaches_all_and_what_departed_stands_no_more(
    store: Store, document: dict[str, Any]
) -> None:
    for kind, subject, told in (
        ("service", "claude", {}),
        ("service", "gone", {}),
        ("region", "gone", {}),
        ("worker", "gone/1", {"region": "gone"}),
        ("worker", "eu-west/1", {"region": "eu-west"}),
    ):
        await store.standings.put(kind, subject, NOW, told)
    judging, presence, consumer = Judging(), Presence(), ReportConsumer(NO_BROKER, ())
    configuration = from_document(document)
    await Reconfiguration(store, presence, consumer, judging, a_tick(), Judging()).take_over(
        configuration
    )
    assert judging.configuration is configuration
    assert consumer._regions == ("eu-west", "us-east", "ap-south")
    assert set(await store.standings.all("service")) <= {"claude"}
    assert set(await store.standings.all("region")) == set()
    assert set(await store.standings.all("worker")) == {"eu-west/1"}
