"""What happened, in order: written with what it tells, told once, numbered without a hole."""

import asyncio
from dataclasses import replace

from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.store import Store
from tests.coordinator.store.state.test_incidents import AT, INCIDENT, VERDICT, opened


async def test_what_changes_is_told_in_the_order_in_which_it_was_committed(store: Store) -> None:
    await store.verdicts.add(VERDICT)
    await store.incidents.apply(opened(INCIDENT))
    await store.events.add_fitness([FitnessChange(AT + 1, "eu-west", Fitness.UNFIT, "loses all")])
    found = await store.events.after(0, 10)
    assert [one.number for one in found] == [1, 2, 3]
    assert [one.type for one in found] == ["verdict", "incident.opened", "fitness"]
    assert [one.service for one in found] == ["claude", "claude", ""]
    verdict, incident, fitness = (one.document for one in found)
    assert (verdict["scope"], verdict["regions"]) == ("regional", ["eu-west"])
    assert "cells" not in verdict
    assert incident["incident"]["id"] == INCIDENT.id
    assert incident["incident"] == (await store.incidents.page()).items[0]
    assert (fitness["region"], fitness["fitness"]) == ("eu-west", "unfit")
    assert await store.events.latest() == 3


async def test_a_repeat_is_told_once(store: Store) -> None:
    for _ in range(2):
        await store.verdicts.add(VERDICT)
        await store.incidents.apply(opened(INCIDENT))
    assert await store.events.latest() == 2
    over = replace(INCIDENT, resolved_at=AT + 9, ended_by=AT + 8)
    await store.incidents.apply(opened(INCIDENT), IncidentEvent(AT + 9, Moment.RESOLVED, over))
    told = await store.events.after(2, 10)
    assert [one.type for one in told] == ["incident.resolved"]
    assert told[0].document["incident"]["resolved_at"] is not None


async def test_many_writers_leave_no_hole_and_no_double(store: Store) -> None:
    verdicts = [replace(VERDICT, at=AT + n, confidence=n / 100) for n in range(40)]
    await asyncio.gather(*(store.verdicts.add(verdict) for verdict in verdicts))
    found = await store.events.after(0, 100)
    assert [one.number for one in found] == list(range(1, 41))
    assert {one.at for one in found} == {verdict.at for verdict in verdicts}


async def test_readers_page_through_and_the_old_is_forgotten(store: Store) -> None:
    assert (await store.events.latest(), await store.events.oldest()) == (0, 1)
    for n in range(5):
        await store.verdicts.add(replace(VERDICT, at=AT + n))
    assert [one.number for one in await store.events.after(2, 2)] == [3, 4]
    assert await store.retention.events(AT + 3) == 3
    assert (await store.events.latest(), await store.events.oldest()) == (5, 4)
    assert await store.retention.events(AT + 9) == 2
    assert (await store.events.latest(), await store.events.oldest()) == (5, 6)
