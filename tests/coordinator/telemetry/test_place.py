"""How far may be read: never past what is still to be stored."""

from collections.abc import Awaitable, Callable

import pytest

from coordinator.store import Store
from coordinator.telemetry.loops import MetricsLoop
from coordinator.telemetry.place import QUIET_MS, reach
from tests.coordinator.telemetry.stored import look
from worker.contract import clock

pytestmark = pytest.mark.slow


async def test_what_is_received_in_one_millisecond_and_stored_in_two_parts_is_all_counted(
    store: Store, metrics: Callable[..., Awaitable[MetricsLoop]]
) -> None:
    loop = await metrics()
    at = clock.now()
    one, other = sorted((look(n, received_at=at) for n in (1, 2)), key=lambda one: one.id)
    await store.results.add([other])
    await loop.count()
    await store.results.add([one])
    await store.results.add([look(3, received_at=at + 1)])
    await loop.count()
    assert sum(loop._totals.looks.values()) == 2


async def test_the_last_results_are_told_when_nothing_came_for_a_while(store: Store) -> None:
    at = clock.now()
    await store.results.add([look(1, received_at=at)])
    assert await reach(store, at + QUIET_MS) == at
    assert await reach(store, at + QUIET_MS + 1) == at + 1


async def test_where_writers_store_nothing_is_read_past_the_slowest(store: Store) -> None:
    if store._database.is_sqlite:
        pytest.skip("into SQLite one process stores")
    at = clock.now()
    await store.writers.begin("fast", at)
    await store.writers.begin("slow", at)
    await store.results.add([look(1, received_at=at + 50)])
    await store.writers.go_on("fast", at + 100)
    await store.writers.go_on("slow", at + 20)
    assert await reach(store, at + 60_000) == at + 20
