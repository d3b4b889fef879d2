"""Extra looks are ordered at once, and only where somebody can make them. Letters stay in a
publisher that is not open.
"""

import asyncio
import json
import logging
from collections.abc import Sequence

import pytest

from coordinator.domain.inference.confirm import Ask
from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.schedule.presence import Presence
from coordinator.messaging.publisher import MOST_WAITING, Publisher
from coordinator.messaging.sending.letters import Letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.extra_looks import ExtraLooks
from worker.contract.clock import monotonic_s
from worker.contract.message import TASK_LOOK, Order
from worker.contract.result import result_id

NOW = 1_772_000_012_345
REGIONS = ("eu-west", "us-east")
TOPOLOGY = Topology(
    checks=tuple(
        Check(
            f"check-{n}",
            "claude",
            "c",
            "http",
            20_000,
            4_000,
            REGIONS,
            {"url": f"https://{n}.example"},
        )
        for n in range(200)
    )
)


class World:
    """The orderer of extra looks with everything around it."""

    def __init__(self) -> None:
        self.publisher = Publisher("redis://127.0.0.1:1/0")
        self.presence = Presence()
        self.counters = Counters()
        self.extra = ExtraLooks(
            self.publisher, self.presence, lambda: monotonic_s() - 100, self.counters
        )
        self.extra.configure(TOPOLOGY)
        self.presence.expect(REGIONS, monotonic_s() - 100)
        for region in REGIONS:
            for worker in (f"{region}-1", f"{region}-2"):
                self.presence.heard(region, monotonic_s(), worker)

    def order(self, *asks: Ask) -> dict[str, Order]:
        """Ask for looks; the orders that went out, by queue."""
        self.extra.order(asks, NOW)
        return {letter.queue: Order.model_validate(letter.body) for letter in self.letters()}

    def letters(self) -> Sequence[Letter]:
        found = []
        while not self.publisher._letters.empty():
            item = self.publisher._letters.get_nowait()
            assert item is not None
            found.append(item[1])
        return found

    def counts(self) -> tuple[int, int, int, int]:
        """How many looks were asked for, ordered, dropped and capped."""
        c = self.counters
        return (
            c.extra_looks_asked,
            c.extra_looks_ordered,
            c.extra_looks_dropped,
            c.extra_looks_capped,
        )


@pytest.fixture
async def world() -> World:
    return World()


async def test_a_worker_is_asked_by_its_own_queue_and_a_region_by_its_own(world: World) -> None:
    orders = world.order(
        Ask("check-1", "eu-west", 1, "eu-west-1"),
        Ask("check-1", "eu-west", 2, "eu-west-2"),
        Ask("check-1", "us-east", 1),
        Ask("check-2", "us-east", 1),
    )
    assert set(orders) == {"probes.eu-west.eu-west-1", "probes.eu-west.eu-west-2", "probes.us-east"}
    slot = NOW // 20_000
    assert orders["probes.eu-west.eu-west-2"].looks == ((0, slot, 2, NOW),)
    assert orders["probes.us-east"].looks == ((0, slot, 1, NOW), (1, slot, 1, NOW))
    assert [json.loads(text)["id"] for text in orders["probes.us-east"].checks] == [
        "check-1",
        "check-2",
    ]
    assert {order.issued_at for order in orders.values()} == {NOW}


async def test_the_order_is_a_look_that_expires_soon_after_its_timeout(world: World) -> None:
    world.extra.order([Ask("check-1", "eu-west", 1)], NOW)
    (letter,) = world.letters()
    assert letter.task == TASK_LOOK
    assert letter.expires_s == 7


async def test_several_looks_of_one_slot_have_ids_of_their_own(world: World) -> None:
    orders = world.order(*(Ask("check-1", "us-east", attempt) for attempt in (1, 2, 3)))
    looks = orders["probes.us-east"].looks
    ids = {
        result_id("check-1", "us-east", "us-east-1", slot, attempt) for _, slot, attempt, _ in looks
    }
    regular = result_id("check-1", "us-east", "us-east-1", NOW // 20_000, 0)
    assert len(ids | {regular}) == 4


async def test_what_the_broker_took_is_counted_as_ordered_and_the_rest_as_dropped(
    world: World,
) -> None:
    world.extra.order(
        [Ask("check-1", "eu-west", 1, "eu-west-1"), Ask("check-1", "us-east", 1)], NOW
    )
    first, second = world.letters()
    first.sent(True)
    second.sent(False)
    await asyncio.sleep(0)
    assert world.counts() == (2, 1, 1, 0)


async def test_a_worker_or_a_region_that_is_not_heard_is_not_asked(world: World) -> None:
    world.presence._workers["eu-west"]["eu-west-2"] -= 60
    world.presence._heard["us-east"] -= 60
    orders = world.order(
        Ask("check-1", "eu-west", 1, "eu-west-1"),
        Ask("check-1", "eu-west", 2, "eu-west-2"),
        Ask("check-1", "eu-west", 3, "nobody"),
        Ask("check-1", "us-east", 1),
    )
    assert set(orders) == {"probes.eu-west.eu-west-1"}
    assert world.counts() == (4, 0, 3, 0)


async def test_while_the_broker_is_away_asks_are_dropped_and_not_kept(world: World) -> None:
    world.publisher.reachable = False
    assert world.order(Ask("check-1", "us-east", 1)) == {}
    assert world.counts() == (1, 0, 1, 0)
    world.publisher.reachable = True
    assert world.order() == {}


async def test_an_order_that_does_not_fit_is_dropped(world: World) -> None:
    while world.publisher.send(Letter("t", "q", {}, 60.0, None, lambda _sent: None)):
        pass
    world.extra.order([Ask("check-1", "us-east", 1), Ask("check-2", "us-east", 1)], NOW)
    assert world.publisher._letters.qsize() == MOST_WAITING
    assert world.counts() == (2, 0, 2, 0)


async def test_a_new_configuration_is_followed_and_old_wishes_are_dropped(world: World) -> None:
    slower = Check(
        "check-1",
        "claude",
        "c",
        "http",
        60_000,
        9_000,
        ("us-east",),
        {"url": "https://new.example"},
    )
    world.extra.configure(Topology(checks=(slower,)))
    orders = world.order(
        Ask("check-1", "us-east", 1),
        Ask("check-1", "eu-west", 1, "eu-west-1"),
        Ask("check-2", "us-east", 1),
    )
    (text,) = orders["probes.us-east"].checks
    assert json.loads(text)["params"] == {"url": "https://new.example"}
    assert orders["probes.us-east"].looks == ((0, NOW // 60_000, 1, NOW),)
    assert world.counts() == (3, 0, 2, 0)


@pytest.mark.parametrize("attempt", [0, 100])
async def test_an_attempt_that_no_report_could_tell_is_not_made(world: World, attempt: int) -> None:
    assert world.order(Ask("check-1", "us-east", attempt)) == {}


async def test_a_judge_gone_mad_is_capped_and_complained_of_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    asks = [Ask(f"check-{n}", region, 1) for n in range(200) for region in REGIONS]
    with caplog.at_level(logging.WARNING):
        orders = world.order(*asks, *asks)
    made = sum(len(order.looks) for order in orders.values())
    asked, _, dropped, capped = world.counts()
    assert (asked, dropped, made + capped) == (800, 0, 800)
    assert 180 <= made < 190
    assert len(caplog.records) == 1
