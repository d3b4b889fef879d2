"""Looks that somebody asks for are ordered once, under the caps, and what came of each is told."""

import asyncio

import pytest

from coordinator.domain.inference.confirm import Ask
from coordinator.domain.schedule.wishes import WISHED_FROM, Came, Wished
from coordinator.scheduling.wish_loop import WishLoop
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.looking.look_jobs import KEPT_MS, LookJob
from tests.coordinator.scheduling.test_extra_looks import REGIONS, World
from worker.contract.clock import now


async def asked(store: Store, *looks: Wished, ago_ms: int = 0, name: str = "job") -> LookJob:
    """A job that was made so long ago."""
    at = now() - ago_ms
    job = LookJob(name, {"check": "check-1"}, looks, at, "tester", at + 30_000)
    return await store.look_jobs.add(job, None, "", Entry(at, "tester", "asked", "", ""))


async def came(store: Store, world: World, *, taken: bool = True, name: str = "job") -> list[Came]:
    """What came of a job's looks in a round of the loop; the broker takes all, or nothing."""
    loop = asyncio.create_task(WishLoop(store, world.extra).once(now()))
    while not loop.done():
        for letter in world.letters():
            letter.sent(taken)
        await asyncio.sleep(0.01)
    await loop
    job = await store.look_jobs.find(name, now())
    assert job is not None
    return [look.came for look in job.looks if look.came is not None]


@pytest.fixture
async def world() -> World:
    return World()


async def test_a_job_is_ordered_and_told_once(store: Store, world: World) -> None:
    await asked(store, *(Wished("check-1", region) for region in REGIONS))
    assert await came(store, world) == [Came.ORDERED, Came.ORDERED]
    job = await store.look_jobs.find("job", now())
    assert job is not None
    assert job.taken_at is not None
    assert {look.attempt for look in job.looks} == {WISHED_FROM}
    assert job.over_by >= job.taken_at + 8_000
    await came(store, world)
    assert world.counts() == (2, 2, 0, 0)


async def test_of_jobs_in_one_interval_each_has_looks_of_its_own(
    store: Store, world: World
) -> None:
    for name in ("first", "second"):
        await asked(store, Wished("check-1", "eu-west"), name=name)
    await came(store, world, name="first")
    found = await store.look_jobs.taken_since(0)
    slots = {(one.taken_at or 0) // 20_000 for one in found}
    assert len({look.attempt for one in found for look in one.looks}) == 3 - len(slots)


async def test_what_is_not_ordered_says_why(store: Store, world: World) -> None:
    world.presence._heard["us-east"] -= 60
    strange = Wished("check-1", "mars")
    await asked(store, Wished("check-1", "us-east"), strange, Wished("check-2", "eu-west"))
    assert await came(store, world) == [Came.SILENT, Came.NOT_CONFIGURED, Came.ORDERED]


async def test_the_broker_that_takes_nothing_is_told_of(store: Store, world: World) -> None:
    await asked(store, Wished("check-1", "us-east"))
    assert await came(store, world, taken=False) == [Came.BROKER_AWAY]
    world.publisher.reachable = False
    await asked(store, Wished("check-1", "us-east"), name="again")
    assert await came(store, world, name="again") == [Came.BROKER_AWAY]


async def test_the_cap_is_that_of_all_extra_looks(store: Store, world: World) -> None:
    world.order(*(Ask(f"check-{n}", "eu-west", 1) for n in range(150)))
    await asked(store, *(Wished(f"check-{n}", "us-east") for n in range(100)))
    told = await came(store, world)
    assert 25 < told.count(Came.ORDERED) < 45
    assert told.count(Came.CAPPED) == 100 - told.count(Came.ORDERED)


async def test_a_check_that_the_coordinator_does_not_know_yet_is_waited_for(
    store: Store, world: World
) -> None:
    await asked(store, Wished("new", "eu-west"))
    assert await came(store, world) == []
    await asked(store, Wished("new", "eu-west"), ago_ms=6_000, name="old")
    assert await came(store, world, name="old") == [Came.NOT_CONFIGURED]


async def test_what_nobody_took_in_time_is_not_ordered_late_and_is_forgotten_in_a_day(
    store: Store, world: World
) -> None:
    await asked(store, Wished("check-1", "eu-west"), ago_ms=31_000)
    assert await came(store, world) == []
    assert await store.look_jobs.forget(now()) == 0
    await asked(store, Wished("check-1", "eu-west"), ago_ms=KEPT_MS, name="past")
    assert await store.look_jobs.find("past", now()) is None
    assert await store.look_jobs.forget(now()) == 1


async def test_numbers_of_people_are_not_those_of_the_judge(store: Store, world: World) -> None:
    assert world.order(Ask("check-1", "us-east", WISHED_FROM)) == {}
    world.extra.wish([Ask("check-1", "us-east", 1)], now(), lambda _ask, _came: None)
    assert world.counts() == (2, 0, 2, 0)
