"""What becomes of reports, step by step, on a real store."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from coordinator.configuration import from_document
from coordinator.domain.engine import Engine
from coordinator.domain.model.topology import Check
from coordinator.domain.schedule.ledger import GapReason
from coordinator.domain.schedule.schedule import Due
from coordinator.geodata.places import Places
from coordinator.messaging.consumer import Delivery
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.store import Store, open_store
from tests.coordinator.ingest.taking_in import TakingIn
from worker.contract import clock
from worker.contract.message import TASK_LOOK, TASK_REPORT
from worker.contract.standing.schedule import phase

REGIONS = ("eu-west", "us-east", "ap-south")
CHECKS = ("api", "web", "ref-a", "ref-b")


class World:
    """An ingest whose clock stands until `pass_s` moves it."""

    def __init__(
        self, store: Store, document: dict[str, Any], places: Places | None = None
    ) -> None:
        self.document = document
        self.configuration = from_document(document)
        self.now = clock.now() // 1000 * 1000 + 500
        self._seq = 0
        engine = Engine(self.configuration.topology, self.configuration.rules)
        receive_clock = ReceiveClock(lambda: self.now, lambda: self.now / 1000)
        self.work = TakingIn(store, engine, self.configuration, receive_clock, places=places)
        self.work.expect(REGIONS)
        self.ingest = self.work.ingest

    async def hear(self, region: str, worker: str, *rows: tuple[Any, ...], **vitals: Any) -> None:
        """A report arrives, a heartbeat when it has vitals."""
        self._seq += 1
        report = {
            "v": 1,
            "worker": worker,
            "boot": "b",
            "seq": self._seq,
            "sent_at": self.now,
            "rows": [self.in_its_slot(region, row) for row in rows],
            **({"vitals": vitals} if vitals else {}),
        }
        body = json.dumps([[report], {}, {}]).encode()
        await self.ingest.step([Delivery(region, TASK_REPORT, body, clock.monotonic_s())])

    def in_its_slot(self, region: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A regular look at the moment at which it is due from a region."""
        check = self.document_check(row[0])
        if row[2] or check is None:
            return row
        due = row[1] * check.interval_ms + phase(check.id, region, check.interval_ms)
        return (*row[:3], due, *row[4:])

    def document_check(self, name: str) -> Check | None:
        """A check of the configuration that this began with."""
        return self.configuration.topology.check.get(name)

    async def again(self) -> None:
        """What is wanted again is read again."""
        self.work.pipeline._asked_again_s = float("-inf")
        await self.ingest._judge(*await self.ingest._stored(await self.ingest._next_batch()))

    async def pass_s(self, seconds: int = 1) -> None:
        """Time passes, a step each second."""
        for _ in range(seconds):
            self.now += 1000
            await self.ingest.step([])

    def row(self, check: str, *, ok: bool = True, attempt: int = 0) -> tuple[Any, ...]:
        """A look at a check at this moment."""
        said = (True, "ok", "none") if ok else (False, "status", "target")
        slot = self.configuration.topology.check[check].slot(self.now)
        return (
            check,
            slot,
            attempt,
            self.now,
            self.now,
            *said,
            "",
            None,
            None,
            None,
            None,
            None,
            9.0,
            None,
            {},
        )

    def due(self, check: str, region: str) -> Due:
        """The regular look at a check at this moment."""
        found = self.configuration.topology.check[check]
        return Due(found, region, found.slot(self.now), self.now)

    def orders(self) -> list[tuple[str, list[int]]]:
        """(queue, attempts) of the orders that went out since they were asked for last."""
        found = []
        while not self.work.publisher._letters.empty():
            item = self.work.publisher._letters.get_nowait()
            if item is not None and item[1].task == TASK_LOOK:
                found.append((item[1].queue, [look[2] for look in item[1].body["looks"]]))
        return found


@pytest.fixture
async def world(tmp_path: Path, document: dict[str, Any]) -> AsyncIterator[World]:
    """Three regions that look every two seconds; extra looks are cheap."""
    async with open_store(f"sqlite://{tmp_path}/store.db") as store:
        yield World(store, {**document, "judge": {"confirm_share": 1.0}})


async def all_well(world: World, slots: int = 10) -> None:
    """Two workers of each region look in turns, and both are heard."""
    for turn in range(slots):
        for region in REGIONS:
            for n in (1, 2):
                rows = map(world.row, CHECKS if turn % 2 == n % 2 else ())
                await world.hear(region, f"{region}-{n}", *rows)
        await world.pass_s(2)


async def test_an_extra_look_does_not_settle_the_regular_one_of_its_slot(world: World) -> None:
    world.work.ledger.issue([world.due("api", "eu-west")])
    await world.hear("eu-west", "eu-west-1", world.row("api", attempt=1))
    assert len(world.work.ledger) == 1
    await world.hear("eu-west", "eu-west-2", world.row("api"))
    assert len(world.work.ledger) == 0
    assert world.work.counters.results == 2


async def test_a_regular_look_that_only_extra_ones_stood_beside_is_a_gap(world: World) -> None:
    world.work.ledger.issue([world.due("api", "eu-west")])
    await world.hear(
        "eu-west", "eu-west-1", world.row("api", attempt=1), world.row("api", attempt=2)
    )
    (gap,) = world.work.ledger.sweep(world.now + 60_000)
    assert gap.reason is GapReason.NO_RESULT


async def test_while_all_is_well_no_extra_look_is_ordered(world: World) -> None:
    await all_well(world)
    assert world.orders() == []


async def test_what_failed_is_looked_at_again_in_the_next_second_and_leaves_no_gap(
    world: World,
) -> None:
    await all_well(world)
    await world.hear("eu-west", "eu-west-1", world.row("api", ok=False))
    assert world.orders() == []
    await world.pass_s()
    orders = dict(world.orders())
    here = [orders.pop(f"probes.eu-west.eu-west-{n}") for n in (1, 2)]
    assert sorted(here) == [[1], [2]]
    assert orders == {"probes.us-east": [1], "probes.ap-south": [1]}
    assert world.work.counters.extra_looks_asked == 4
    assert len(world.work.ledger) == 0
    assert world.work.ledger.sweep(world.now + 10**9) == []


async def test_without_a_budget_nothing_is_looked_at_again(
    world: World, document: dict[str, Any]
) -> None:
    world.ingest.configure(from_document({**document, "judge": {"confirm_share": 0}}))
    await all_well(world)
    await world.hear("eu-west", "eu-west-1", world.row("api", ok=False))
    await world.pass_s(10)
    assert world.orders() == []
    assert world.work.counters.extra_looks_asked == 0


async def test_the_same_extra_look_twice_counts_once(world: World) -> None:
    row = world.row("api", attempt=3)
    await world.hear("eu-west", "eu-west-1", row)
    await world.hear("eu-west", "eu-west-1", row)
    await world.hear("eu-west", "eu-west-2", row)
    assert (world.work.counters.results, world.work.counters.repeats) == (2, 1)


async def test_a_poison_message_is_set_aside_and_blocks_nothing(world: World) -> None:
    poison = Delivery("eu-west", TASK_REPORT, b"\xff", clock.monotonic_s())
    await world.ingest.step([poison])
    await world.hear("eu-west", "eu-west-1", world.row("api"))
    (told,) = await world.work.store.dead_letters.all()
    assert (told["reason"], told["region"], told["count"]) == ("malformed_report", "eu-west", 1)
    assert world.work.counters.results == 1


async def test_rows_that_were_refused_by_mistake_are_taken_in_when_somebody_asks(
    world: World,
) -> None:
    without = {**world.document, "services": [world.document["services"][0]]}
    world.ingest.configure(from_document(without))
    await world.hear("eu-west", "eu-west-1", world.row("ref-a"), world.row("api"))
    (told,) = await world.work.store.dead_letters.all()
    assert told["reason"] == "unknown_check"
    await world.again()
    assert world.work.counters.results == 1, "nobody has asked yet"
    await world.work.store.dead_letters.retry([told["id"]])
    await world.again()
    assert [(kept["id"], kept["count"]) for kept in await world.work.store.dead_letters.all()] == [
        (told["id"], 2)
    ]
    world.ingest.configure(world.configuration)
    await world.work.store.dead_letters.retry([told["id"]])
    await world.again()
    assert await world.work.store.dead_letters.all() == []
    assert world.work.counters.results == 2
    assert world.work.counters.repeats == 0


@pytest.mark.parametrize("jumps_s", [(-3600, 7200), (86_000, -172_000), (-1, 1)])
async def test_whatever_the_clock_does_each_result_is_stored_once_and_stamps_go_on(
    world: World, jumps_s: tuple[int, ...]
) -> None:
    rows = [world.row("api")]
    await world.hear("eu-west", "eu-west-1", *rows)
    for jump_s in jumps_s:
        world.now += jump_s * 1000
        rows.append(world.row("api", attempt=len(rows)))
        await world.hear("eu-west", "eu-west-1", *rows)  # all of them again: no receipt had come
    stored = await world.work.store.results.recent(0)
    assert sorted(result.attempt for result in stored) == [0, 1, 2]
    assert (world.work.counters.results, world.work.counters.repeats) == (3, 3)
    receive_clock = [
        result.received_at for result in sorted(stored, key=lambda result: result.attempt)
    ]
    assert receive_clock == sorted(receive_clock)
    assert await world.work.store.dead_letters.all() == []


async def test_what_a_worker_lost_is_declared_before_it_hears_that_we_know(world: World) -> None:
    slot = world.due("api", "eu-west").slot - 10
    sent: list[int] = []

    async def gaps() -> list[tuple[int, int, str]]:
        found = await world.work.store.gaps.since(0)
        return [(gap["first_slot"], gap["last_slot"], gap["reason"]) for gap in found]

    world.work.publisher.send = lambda _letter: sent.append(1)  # type: ignore[method-assign]
    lose = world.work.store.gaps.lose

    async def first(lost: Any) -> None:
        assert not sent
        await lose(lost)

    world.work.store.gaps.lose = first  # type: ignore[method-assign]
    await world.hear("eu-west", "eu-west-1", lost_slots=[["api", slot, slot + 3]])
    assert await gaps() == [(slot, slot + 3, GapReason.NO_ROOM)]
    assert sent
