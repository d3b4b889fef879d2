"""One coordinator at a time."""

import os
import socket
from typing import Any

import pytest

from coordinator.runtime import leadership as module
from coordinator.runtime.leadership import LEASE, AnotherCoordinatorError, Leadership, leadership
from coordinator.store import Store
from worker.contract.clock import now


async def test_the_lease_is_ours_while_we_lead_and_free_afterwards(store: Store) -> None:
    async with leadership(store) as lead:
        assert (await store.leases.holder(LEASE) or ("",))[0] == lead.holder
    assert await store.leases.holder(LEASE) is None


async def test_a_living_holder_that_renews_is_respected(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one runs on another machine and renews whenever somebody looks."""
    take = store.leases.take

    async def renewed_meanwhile(name: str, holder: str, now: int, until: int) -> bool:
        await take(name, "elsewhere/12/ab", now=now, until=until + 1)
        return await take(name, holder, now=now, until=until)

    monkeypatch.setattr(store.leases, "take", renewed_meanwhile)
    with pytest.raises(AnotherCoordinatorError, match="process 12 on elsewhere"):
        async with leadership(store):
            pass


async def test_a_lease_that_runs_out_is_taken(store: Store) -> None:
    await store.leases.take(LEASE, "elsewhere/12/ab", now=now(), until=now() + 700)
    async with leadership(store) as lead:
        assert (await store.leases.holder(LEASE) or ("",))[0] == lead.holder


@pytest.mark.parametrize(
    "pid", [2**22 + 7, os.getpid()], ids=["a process that ended", "our own number"]
)
async def test_the_lease_of_a_process_of_this_machine_that_ended_is_taken_at_once(
    store: Store, pid: Any
) -> None:
    await store.leases.take(
        LEASE, f"{socket.gethostname()}/{pid}/ab", now=now(), until=now() + 600_000
    )
    async with leadership(store) as lead:
        assert (await store.leases.holder(LEASE) or ("",))[0] == lead.holder


async def test_who_lost_the_lease_stops(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEW_S", 0.0)
    lead = Leadership(store)
    await lead.take()
    await lead.renew()
    await store.leases.release(LEASE, lead.holder)
    await store.leases.take(LEASE, "elsewhere/12/ab", now=now(), until=now() + 600_000)
    with pytest.raises(AnotherCoordinatorError):
        await lead.renew()
