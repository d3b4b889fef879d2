"""Hot documents: read seldom, shared by all who ask."""

import asyncio
from typing import Any

import pytest

from api.http.settings import ApiSettings
from api.http.sources.snapshot import Snapshots
from coordinator.store import TROUBLE, Store
from tests.api import seeds
from worker.contract.clock import now


class CountedStore:
    """A store that counts how often its regions are read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        self.reads += name == "refusals" or name == "configurations"
        return getattr(self._store, name)


async def test_a_thousand_requests_at_once_read_the_store_once(configured: Store) -> None:
    counted = CountedStore(configured)
    snapshots = Snapshots(counted, ApiSettings("unused", refresh_ms=60_000))  # type: ignore[arg-type]
    found = await asyncio.gather(*(snapshots.current() for _ in range(1_000)))
    assert len({id(snapshot) for snapshot in found}) == 1
    assert counted.reads <= 2
    await snapshots.close()


async def test_an_ageing_snapshot_is_given_out_while_a_new_one_is_read(configured: Store) -> None:
    snapshots = Snapshots(configured, ApiSettings("unused", refresh_ms=0, stale_ms=60_000))
    first = await snapshots.current()
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    assert await snapshots.current() is first
    await snapshots.close()
    assert (await snapshots.current()).overview.etag != first.overview.etag
    await snapshots.close()


async def test_a_stale_snapshot_is_never_given_out(configured: Store) -> None:
    snapshots = Snapshots(configured, ApiSettings("unused", refresh_ms=0, stale_ms=0))
    first = await snapshots.current()
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    assert (await snapshots.current()).overview.etag != first.overview.etag


async def test_a_store_that_comes_back_is_read_again(configured: Store) -> None:
    snapshots = Snapshots(configured, ApiSettings("unused", refresh_ms=0, stale_ms=0))
    await configured._database.fetch("ALTER TABLE worker RENAME TO gone")
    with pytest.raises(TROUBLE):
        await snapshots.current()
    await configured._database.fetch("ALTER TABLE gone RENAME TO worker")
    assert (await snapshots.current()).picture.version == 1


async def test_a_client_that_goes_away_does_not_stop_the_reading_for_others(
    configured: Store,
) -> None:
    snapshots = Snapshots(configured, ApiSettings("unused"))
    gone, stays = asyncio.create_task(snapshots.current()), asyncio.create_task(snapshots.current())
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).picture.version == 1
