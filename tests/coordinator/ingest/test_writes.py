"""Storing results, and refusing what no table can hold."""

import asyncio
import json
from collections.abc import Callable

import pytest

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.schedule import Span
from coordinator.ingest.decode import read
from coordinator.ingest.decoded import Reading
from coordinator.ingest.writes import declare_lost, keep
from coordinator.messaging.consumer import Delivery
from coordinator.store import Store
from worker.contract.message import TASK_REPORT, Report, Vitals
from worker.contract.outcome import NOT_MADE
from worker.contract.result import Result

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


CHECK = Check("api", "claude", "c", "http", 1_000, 500, ("eu-west",), {"url": "https://x"})
TOPOLOGY = Topology(regions=(Region("eu-west", "eu-west", "IE", "EU", 0.0, 0.0),), checks=(CHECK,))
NOW = 1_772_000_000_000
SLOT = CHECK.slot(NOW) - 10


def reported(
    worker: str, slot: int, attempt: int = 0, why: str = "ok", **extra: bool
) -> list[Result]:
    """What a report of this worker says of one slot, as the coordinator reads it."""
    at = Span(CHECK, "eu-west", slot, slot).instant(slot)
    blame = "none" if why == "ok" else "prober"
    row = [CHECK.id, slot, attempt, at, at, why == "ok", why, blame, "", *([None] * 7), extra]
    told = Report(worker=worker, boot="b", seq=1, sent_at=NOW).model_dump(mode="json")
    body = json.dumps([[told | {"rows": [row]}], {}, {}]).encode()
    found = read([Delivery("eu-west", TASK_REPORT, body, 0.0)], TOPOLOGY, NOW).results
    assert len(found) == 1
    return found


WAYS = {
    "ordered twice": (reported("w1", SLOT), reported("w2", SLOT)),
    "ordered and alone": (reported("w1", SLOT), reported("w2", SLOT, standing=True)),
    "alone and ordered": (reported("w1", SLOT, standing=True), reported("w2", SLOT)),
    "both alone": (reported("w1", SLOT, standing=True), reported("w2", SLOT, standing=True)),
    "one worker twice": (reported("w1", SLOT), reported("w1", SLOT, standing=True)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at_once", [True, False])
async def test_one_slot_is_one_look_whichever_worker_made_it(
    store: Store, way: str, at_once: bool
) -> None:
    first, second = WAYS[way]
    extra, next_one = reported("w2", SLOT, 1), reported("w2", SLOT + 1)
    batches = [[*first, *second, *extra, *next_one]]
    if not at_once:
        batches = [first, [*second, *extra, *next_one]]
    new = [one for batch in batches for one in await keep(store, batch, Reading(received_at=NOW))]
    counted = [*first, *extra, *next_one]
    assert sorted(one.id for one in new) == sorted(one.id for one in counted)
    stored = await store.results.recent(0)
    assert sorted(one.id for one in stored) == sorted(one.id for one in counted)
    assert {one.worker for one in stored if one.scheduled_at == first[0].scheduled_at} == {
        first[0].worker,
        "w2",  # its extra look is not the slot's
    }


@pytest.mark.parametrize("why", sorted(NOT_MADE))
@pytest.mark.parametrize("worker", ["w1", "w2"])
async def test_the_word_that_a_look_was_not_made_takes_the_slot_from_nobody_who_made_it(
    store: Store, why: str, worker: str
) -> None:
    not_made, made = reported("w1", SLOT, why=why), reported(worker, SLOT, standing=True)
    again = [*not_made, *made]
    for batch, new in ((not_made, not_made), (made, made), (again, [])):
        assert await keep(store, batch, Reading(received_at=NOW)) == new
    assert {one.reason for one in await store.results.recent(0)} == {why, "ok"}


async def test_a_look_by_order_that_comes_with_one_of_the_same_slot_alone_is_no_second_look(
    store: Store,
) -> None:
    first, *others = (reported(name, SLOT, standing=True) for name in ("w1", "w2"))
    assert await keep(store, first, Reading(received_at=NOW)) == first
    batch = [*others[0], *reported("w3", SLOT)]
    assert await keep(store, batch, Reading(received_at=NOW)) == []


async def test_of_two_that_store_a_slot_at_the_same_time_one_has_it(store: Store) -> None:
    slots = range(SLOT - 200, SLOT)
    workers = [[one for n in slots for one in reported(name, n)] for name in ("w1", "w2")]
    told = await asyncio.gather(*(keep(store, some, Reading(received_at=NOW)) for some in workers))
    assert sorted(one.scheduled_at for new in told for one in new) == sorted(
        one.scheduled_at for one in workers[0]
    )
    assert len(await store.results.recent(0)) == len(slots)


async def test_what_a_worker_lost_is_declared_and_what_nobody_could_have_lost_is_not(
    store: Store,
) -> None:
    now, slot = NOW, SLOT
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
