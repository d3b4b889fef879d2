"""Storing results, and refusing what no table can hold."""

from collections.abc import Callable

import pytest

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.ingest.decoded import Reading
from coordinator.ingest.writes import declare_lost, keep, once_a_slot
from coordinator.store import Store
from worker.contract.message import Report, Vitals
from worker.contract.result import STANDING, Result

Make = Callable[..., Result]


@pytest.mark.parametrize("bad", [{"scheduled_at": 10**30}, {"detail": "\ud800"}, {"asn": 2**70}])
async def test_of_many_results_only_the_unstorable_one_is_refused(
    store: Store, make_result: Make, bad: dict[str, object]
) -> None:
    results = [make_result(n, **(bad if n == 5 else {})) for n in range(12)]
    reading = Reading(received_at=1)
    kept = await keep(store, results, reading)
    assert kept == [*results[:5], *results[6:]]
    assert sorted(r.id for r in await store.results.recent(0)) == sorted(r.id for r in kept)
    assert reading.refused == {"unstorable": 1}


async def test_one_slot_is_one_look_whichever_worker_made_it(
    store: Store, make_result: Make
) -> None:
    def alone(worker: str, number: int = 1) -> Result:
        return make_result(number, worker=worker, id=f"{worker}{number}", extra={STANDING: True})

    ordered = make_result(1, worker="w1", id="w11")
    await store.results.add([ordered])
    assert await once_a_slot(store, [alone("w1")]) == [alone("w1")]  # its id makes it one
    assert await once_a_slot(store, [alone("w2")]) == []
    assert await once_a_slot(store, [alone("w2", 2), alone("w3", 2)]) == [alone("w2", 2)]
    extra = alone("w2")._replace(attempt=1)
    assert await once_a_slot(store, [extra]) == [extra]
    assert await once_a_slot(store, [ordered]) == [ordered]
    await store.results.add([alone("w1", 3)])
    late = make_result(3, worker="w2", id="w23")
    assert await once_a_slot(store, [late]) == []  # an order came after it, and asked another
    both = [alone("w1", 4), make_result(4, worker="w2", id="w24")]
    assert await once_a_slot(store, both) == both[:1]


CHECK = Check("api", "claude", "c", "http", 1_000, 500, ("eu-west",), {"url": "https://x"})
TOPOLOGY = Topology(regions=(Region("eu-west", "eu-west", "IE", "EU", 0.0, 0.0),), checks=(CHECK,))


async def test_what_a_worker_lost_is_declared_and_what_nobody_could_have_lost_is_not(
    store: Store,
) -> None:
    now = 1_772_000_000_000
    slot = CHECK.slot(now) - 10
    told = (
        ("api", slot - 3, slot),
        ("web", slot, slot),  # no check
        ("api", slot, slot + 20),  # not due yet
        ("api", slot, slot - 1),
        ("api", -5, 3),
        ("api", slot - 2_000, slot - 5),  # more than any worker tells at once
    )
    report = Report(
        worker="w1", boot="b", seq=1, sent_at=now, vitals=Vitals(lost_slots=told), rows=()
    )
    for region in ("eu-west", "us-east", "nowhere"):
        reading = Reading(received_at=now, reports=[(region, report)])
        await declare_lost(store, reading, TOPOLOGY)
    (gap,) = await store.gaps.since(0)
    assert (gap["first_slot"], gap["last_slot"], gap["reason"]) == (slot - 3, slot, "no_room")
