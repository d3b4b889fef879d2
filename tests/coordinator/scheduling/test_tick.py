"""The loop that orders looks, moved by hand. Nothing is sent: letters stay in the box of a
publisher that is not open.
"""

import json
from collections.abc import Iterator

import pytest

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.ledger import Gap, GapReason, Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.schedule import Schedule
from coordinator.messaging.publisher import MOST_WAITING, Publisher
from coordinator.messaging.sending.letters import Letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.tick import LEAD_MS, Tick
from worker.contract.clock import monotonic_s
from worker.contract.message import LookRow

NOW = 1_772_000_000_000
REGIONS = ("eu-west", "us-east")
TOPOLOGY = Topology(
    regions=tuple(Region(name, name, "IE", "EU", 0.0, 0.0) for name in REGIONS),
    checks=tuple(
        Check(f"check-{n}", "claude", "c", "http", 5_000, 1_000, REGIONS, {"url": f"https://{n}"})
        for n in range(10)
    ),
)
FAR = NOW + 10**9


class World:
    """A tick with everything around it."""

    def __init__(self) -> None:
        self.publisher = Publisher("redis://127.0.0.1:1/0")
        self.ledger = Ledger()
        self.presence = Presence()
        self.counters = Counters()
        self.link_since: float | None = monotonic_s()
        self.tick = Tick(
            self.publisher, self.ledger, self.presence, lambda: self.link_since, self.counters
        )
        self.presence.expect(REGIONS, monotonic_s())
        self.tick.configure(TOPOLOGY)

    def letters(self) -> Iterator[Letter]:
        while not self.publisher._letters.empty():
            item = self.publisher._letters.get_nowait()
            assert item is not None
            yield item[1]

    def looks(self) -> list[tuple[str, str, LookRow]]:
        """(region, check, row) of everything that was ordered since it was asked last."""
        found = []
        for letter in self.letters():
            for look in letter.body["looks"]:
                check = json.loads(letter.body["checks"][look[0]])["id"]
                found.append((letter.body["region"], check, tuple(look)))
        return found

    def gaps(self) -> list[Gap]:
        return self.ledger.sweep(FAR)


@pytest.fixture
async def world() -> World:
    return World()


async def test_each_second_orders_the_looks_of_the_next_window(world: World) -> None:
    world.tick.step(NOW + 7)
    times = [look[3] for _, _, look in world.looks()]
    assert times
    assert all(NOW + LEAD_MS <= at < NOW + LEAD_MS + 1000 for at in times)


async def test_seconds_that_follow_each_other_order_each_look_once(world: World) -> None:
    for second in range(5):
        world.tick.step(NOW + second * 1000 + 30 * second)
    looks = world.looks()
    assert len(looks) == 20
    assert len({(region, check) for region, check, _ in looks}) == 20


async def test_one_order_a_region_carries_each_check_once(world: World) -> None:
    world.tick.step(NOW)
    letters = list(world.letters())
    assert sorted(letter.queue for letter in letters) == ["probes.eu-west", "probes.us-east"]
    for letter in letters:
        assert len(set(letter.body["checks"])) == len(letter.body["checks"])
        assert letter.expires_s == 10
        spec = json.loads(letter.body["checks"][0])
        assert spec["interval_ms"] == 5_000
        assert spec["params"]["url"].startswith("https://")


async def test_many_looks_become_several_orders(world: World) -> None:
    checks = tuple(
        Check(f"c{n}", "s", "c", "http", 1_000, 1_000, ("eu-west",)) for n in range(1_201)
    )
    world.tick.configure(Topology(checks=checks))
    world.tick.step(NOW)
    assert [len(letter.body["looks"]) for letter in world.letters()] == [500, 500, 201]


async def test_a_late_second_leaves_nothing_out(world: World) -> None:
    for at in (0, 1_900, 2_000, 3_999, 4_000):
        world.tick.step(NOW + at)
    assert len(world.looks()) == 20
    assert world.gaps()[0].reason is GapReason.NO_RESULT, "no pause is declared"


async def test_after_a_pause_there_is_no_burst_and_what_was_missed_is_declared(
    world: World,
) -> None:
    world.tick.step(NOW)
    first = {(region, check, look[1]) for region, check, look in world.looks()}
    world.tick.step(NOW + 60_000)
    later = world.looks()
    assert all(look[3] >= NOW + 60_000 + LEAD_MS for _, _, look in later)
    assert len(later) <= len(TOPOLOGY.checks) * len(REGIONS) / 2
    paused = [gap for gap in world.gaps() if gap.reason is GapReason.PAUSED]
    missed = {
        (g.region, g.check, slot) for g in paused for slot in range(g.first_slot, g.last_slot + 1)
    }
    last = {(region, check, look[1]) for region, check, look in later}
    every = Schedule(TOPOLOGY).due(NOW + LEAD_MS, NOW + 61_000 + LEAD_MS)
    assert sorted([*first, *missed, *last]) == sorted(
        (look.region, look.check.id, look.slot) for look in every
    )


async def test_a_clock_that_was_set_back_does_not_stop_the_looks_and_is_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.tick.step(NOW)
    world.looks()
    world.tick.step(NOW - 3_600_000)
    assert world.looks()
    world.tick.step(NOW - 3_599_000)
    assert [record.getMessage() for record in caplog.records] == [
        "clock_set_back by_ms=3600000; looks are due by the clock as it is now"
    ]


async def test_a_silent_region_gets_no_orders_and_its_looks_are_declared(world: World) -> None:
    world.link_since = monotonic_s() - 100
    world.presence._known = dict.fromkeys(REGIONS, monotonic_s() - 100)
    world.presence.heard("us-east", monotonic_s())
    for second in range(5):
        world.tick.step(NOW + second * 1000)
    assert {region for region, _, _ in world.looks()} == {"us-east"}
    gaps = [gap for gap in world.gaps() if gap.reason is GapReason.NO_WORKER]
    assert {gap.region for gap in gaps} == {"eu-west"}
    assert len(gaps) == 10


async def test_an_order_that_does_not_fit_is_declared_and_not_kept(world: World) -> None:
    letter = Letter("t", "q", {}, 60.0, None, lambda _sent: None)
    while world.publisher.send(letter):
        pass
    world.tick.step(NOW)
    assert world.publisher._letters.qsize() == MOST_WAITING
    assert world.counters.looks_lost > 0
    assert {gap.reason for gap in world.gaps()} == {GapReason.NO_BROKER}


async def test_nobody_is_silent_while_the_broker_takes_nothing(world: World) -> None:
    world.link_since = monotonic_s() - 100
    world.presence._known = dict.fromkeys(REGIONS, monotonic_s() - 100)
    world.publisher.reachable = False
    world.tick.step(NOW)
    assert {region for region, _, _ in world.looks()} == set(REGIONS), "the orders try it"
    world.publisher.reachable, world.publisher.reachable_since_s = True, monotonic_s() - 1
    world.tick.step(NOW + 1_000)
    assert {region for region, _, _ in world.looks()} == set(REGIONS), "heartbeats take a while"
    world.publisher.reachable_since_s = monotonic_s() - 90
    world.tick.step(NOW + 2_000)
    assert world.looks() == []
