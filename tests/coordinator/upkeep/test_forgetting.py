"""Each service is kept for as long as it says."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.configuration.circumstances.keeping import KeepEntry, forgotten, keep_of
from coordinator.configuration.retention import DAY_MS, DEFAULT, Keep
from coordinator.store import Store
from coordinator.upkeep.forgetting import Forgetting, horizons
from worker.contract.result import result_id

NOW = 20_600 * DAY_MS
DAYS = (1, 3, 8, 20)


async def filled(store: Store, make_result: Callable[..., Any]) -> None:
    found = []
    for place, service in enumerate(("claude", "short", "long")):
        for ago in DAYS:
            at = NOW - ago * DAY_MS
            found.append(
                make_result(
                    place * 1000 + ago,
                    service=service,
                    check=service,
                    id=result_id(service, "eu-west", "eu-west-1", ago, 0),
                    scheduled_at=at,
                    received_at=at,
                )
            )
    await store.results.add(found)
    for ago in DAYS:
        for level in ("minute", "hour", "day"):
            await store.rollups.make(level, NOW - ago * DAY_MS)  # type: ignore[arg-type]


async def kept(store: Store) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"claude": [], "short": [], "long": []}
    for one in await store.results.recent(0):
        found[one.service].append((NOW - one.scheduled_at) // DAY_MS)
    return {service: sorted(days) for service, days in found.items()}


async def test_a_service_is_kept_shorter_or_longer_than_others(
    store: Store, make_result: Callable[..., Any]
) -> None:
    await filled(store, make_result)
    services = [
        {"id": "short", "keep": {"results_ms": 2 * DAY_MS, "minutes_ms": 4 * DAY_MS}},
        {"id": "long", "keep": {"results_ms": 15 * DAY_MS}},
        {"id": "claude"},
    ]
    await store.configurations.save({"services": services}, NOW)
    usual = Keep(results_ms=5 * DAY_MS, minutes_ms=5 * DAY_MS)
    forgetting = Forgetting(store, usual, archived=False)
    await forgetting.forget(NOW)
    assert await kept(store) == {"claude": [1, 3], "short": [1], "long": [1, 3, 8]}
    minutes = {
        service: len(await store.buckets.between("minute", service, 0, 2**60))
        for service in ("claude", "short", "long")
    }
    assert minutes == {"claude": 2, "short": 2, "long": 3}
    assert len(await store.buckets.between("day", "short", 0, 2**60)) == 4
    assert set((await forgetting.forget(NOW)).values()) == {0}


async def test_with_an_archive_results_are_left_to_it(
    store: Store, make_result: Callable[..., Any]
) -> None:
    await filled(store, make_result)
    told = [{"id": "short", "keep": {"results_ms": DAY_MS}}]
    await store.configurations.save({"services": told}, NOW)
    await Forgetting(store, Keep(results_ms=2 * DAY_MS), archived=True).forget(NOW)
    assert (await kept(store))["short"] == sorted(DAYS)


def test_a_level_that_outlives_the_one_below_it_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="keeps minutes for 1d, less than results"):
        KeepEntry.model_validate({"results": "2d", "minutes": "1d"})
    with pytest.raises(ValueError, match="between 1d and 10000d"):
        KeepEntry.model_validate({"results": "1h"})


levels = st.lists(st.integers(1, 4000), min_size=4, max_size=4).map(sorted)
names = ("results_ms", "minutes_ms", "hours_ms", "days_ms")


@given(levels, levels, st.sets(st.sampled_from(names)))
def test_what_a_service_says_holds_and_levels_rise(
    usual: list[int], own: list[int], said: set[str]
) -> None:
    told = {name: days * DAY_MS for name, days in zip(names, own, strict=True) if name in said}
    keep = keep_of(told, Keep(*(days * DAY_MS for days in usual)))  # rises, or it is refused
    assert all(getattr(keep, name) == kept_ms for name, kept_ms in told.items())
    before = forgotten(told, NOW)
    for level, name in (("minute", "minutes_ms"), ("hour", "hours_ms"), ("day", "days_ms")):
        assert before.get(level, -(1 << 62)) <= NOW - getattr(keep, name)  # type: ignore[call-overload]


@given(levels, levels, levels)
def test_what_anybody_keeps_is_not_dropped_for_all(
    usual: list[int], one: list[int], other: list[int]
) -> None:
    keeps = [Keep(*(days * DAY_MS for days in found)) for found in (usual, one, other)]
    own = {"one": keeps[1], "other": keeps[2]}
    for level in ("results", "minutes", "hours", "days"):
        found = horizons(level, keeps[0], own, NOW)
        longest = max(getattr(keep, f"{level}_ms") for keep in keeps)
        assert found.all == NOW - longest
        assert all(before > found.all for before in found.own.values())
    assert horizons("days", DEFAULT, {}, NOW).own == {}
