"""One coordinator at a time."""

import asyncio
import os
import socket
from itertools import count

import pytest

from coordinator.runtime import leadership as module
from coordinator.runtime.holder import numbered_where
from coordinator.runtime.leadership import LEASE, AnotherCoordinatorError, Leadership, leadership
from coordinator.store import Store

ELSEWHERE = "elsewhere/12/ab"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCH_S", 0.6)
    monkeypatch.setattr(module, "LOOK_S", 0.1)


async def holder(store: Store) -> str:
    """Who leads; empty when nobody does."""
    return (await store.leases.holder(LEASE) or ("",))[0]


async def keep_renewing(store: Store) -> None:
    """Be a coordinator elsewhere that lives."""
    while True:
        await store.leases.take(LEASE, ELSEWHERE, 60_000)
        await asyncio.sleep(0.05)


async def test_the_lease_is_ours_while_we_lead_and_free_afterwards(store: Store) -> None:
    async with leadership(store, asyncio.Event()) as lead:
        assert lead is not None
        assert await holder(store) == lead.holder
    assert await holder(store) == ""


async def test_without_standby_a_living_holder_is_a_refusal(store: Store) -> None:
    await store.leases.take(LEASE, ELSEWHERE, 60_000)
    living = asyncio.create_task(keep_renewing(store))
    with pytest.raises(AnotherCoordinatorError, match="process 12 on elsewhere"):
        async with leadership(store, asyncio.Event(), standby=False):
            pass
    living.cancel()


async def test_a_standby_says_once_that_it_waits_and_leads_when_the_lease_is_given_back(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await store.leases.take(LEASE, ELSEWHERE, 60_000)
    living = asyncio.create_task(keep_renewing(store))
    lead = Leadership(store)
    taking = asyncio.create_task(lead.take(asyncio.Event()))
    await asyncio.sleep(1)  # a dozen renewals, several looks
    assert not taking.done()
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    await store.leases.release(LEASE, ELSEWHERE)
    assert await asyncio.wait_for(taking, 5)
    assert await holder(store) == lead.holder
    assert caplog.text.count("standing by: process 12 on elsewhere coordinates") == 1


async def test_a_lease_that_has_run_out_but_is_renewed_while_we_watch_is_respected(
    store: Store,
) -> None:
    """As after a step of the clock, or when the database comes back after longer than a term."""
    renewals = count(1)

    async def late() -> None:
        while True:
            await store.leases.take(LEASE, ELSEWHERE, -60_000 - next(renewals))
            await asyncio.sleep(0.05)

    await store.leases.take(LEASE, ELSEWHERE, -60_000)
    living = asyncio.create_task(late())
    taking = asyncio.create_task(Leadership(store).take(asyncio.Event()))
    await asyncio.sleep(1.5)
    assert not taking.done()
    for task in (living, taking):
        task.cancel()


async def test_told_to_stop_a_standby_ends_without_the_lease(store: Store) -> None:
    await store.leases.take(LEASE, ELSEWHERE, 60_000)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.3, stop.set)
    async with leadership(store, stop) as lead:
        assert lead is None
    assert await holder(store) == ELSEWHERE


async def test_a_lease_that_runs_out_is_taken(store: Store) -> None:
    await store.leases.take(LEASE, ELSEWHERE, 700)
    async with leadership(store, asyncio.Event()) as lead:
        assert lead is not None
        assert await holder(store) == lead.holder


@pytest.mark.parametrize(
    "pid", [2**22 + 7, os.getpid()], ids=["a process that ended", "our own number"]
)
async def test_the_lease_of_a_process_of_this_machine_that_ended_is_taken_at_once(
    store: Store, pid: int
) -> None:
    before = f"{socket.gethostname()}/{pid}/{numbered_where()}-ab"
    await store.leases.take(LEASE, before, 600_000)
    async with leadership(store, asyncio.Event()) as lead:
        assert lead is not None
        assert await holder(store) == lead.holder


async def test_a_number_that_counts_elsewhere_says_nothing_about_a_process(store: Store) -> None:
    """Another container of this machine may have our name, and the same small numbers."""
    await store.leases.take(LEASE, f"{socket.gethostname()}/{os.getpid()}/other-ab", 600_000)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(1.0, stop.set)
    async with leadership(store, stop) as lead:
        assert lead is None


@pytest.mark.parametrize("still", [True, False], ids=["that goes on", "that ended meanwhile"])
async def test_who_lost_the_lease_to_another_one_stops(
    store: Store, monkeypatch: pytest.MonkeyPatch, still: bool
) -> None:
    monkeypatch.setattr(module, "RENEW_S", 0.0)
    lead = Leadership(store)
    assert await lead.take(asyncio.Event())
    await lead.renew()
    await store.leases.release(LEASE, lead.holder)
    await store.leases.take(LEASE, ELSEWHERE, 600_000)
    if not still:
        await store.leases.release(LEASE, ELSEWHERE)
    with pytest.raises(AnotherCoordinatorError):
        await lead.renew()
