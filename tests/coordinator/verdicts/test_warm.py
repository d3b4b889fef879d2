"""What a standby keeps at hand is what would be read after a takeover."""

from collections.abc import Callable

from coordinator.store import Store
from coordinator.verdicts.warm import SETTLED_MS, Warm
from worker.contract import clock
from worker.contract.result import Result

MEMORY_MS = 60_000


async def test_what_is_at_hand_and_what_is_read_then_are_all_there_is(
    store: Store, make_result: Callable[..., Result]
) -> None:
    now, warm = clock.now(), Warm()
    ages = [2 * MEMORY_MS, 30_000, 20_000, SETTLED_MS + 2_000, 100]
    results = [make_result(n, received_at=now - age_ms) for n, age_ms in enumerate(ages)]
    await store.results.add(results[:-1])
    await warm.keep(store, MEMORY_MS)
    await store.results.add(results[-1:])
    await warm.keep(store, MEMORY_MS)
    since = now - MEMORY_MS + 5_000
    found, then = await warm.take(store, since)
    later = await store.results.received((then, ""), clock.now(), 100)
    assert [now - result.received_at for result in (*found, *later)] == ages[1:]
    assert len(found) == 3


async def test_what_reaches_further_back_than_is_at_hand_is_read_anew(
    store: Store, make_result: Callable[..., Result]
) -> None:
    now, warm = clock.now(), Warm()
    await store.results.add([make_result(1, received_at=now - 10_000)])
    await warm.keep(store, MEMORY_MS)
    assert await warm.take(store, now - 2 * MEMORY_MS) == ([], now - 2 * MEMORY_MS)


async def test_after_a_strike_nothing_at_hand_is_believed(
    store: Store, make_result: Callable[..., Result]
) -> None:
    now, warm = clock.now(), Warm()
    await store.results.add([make_result(1, received_at=now - 10_000)])
    await warm.keep(store, MEMORY_MS)
    found = await store.striking.find("eu-west", now - 20_000, now)
    await store.striking.strike("eu-west", now - 20_000, now, found, ("a reason", "me", now))
    assert await warm.take(store, now - 30_000) == ([], now - 30_000)
