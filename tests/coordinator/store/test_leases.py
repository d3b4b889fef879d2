"""Leases: one holder at a time by the database's clock, and nothing from who lost it."""

import asyncio
from collections.abc import Callable

import pytest

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.verdict import Scope, Severity, Verdict
from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.store import FencedError, Store, open_store
from worker.contract.clock import now
from worker.contract.result import Result

AT = 1_772_000_000_000
INCIDENT = Incident(
    "claude-1", "claude", Severity.OUTAGE, Scope.REGIONAL, ("eu-west",), ("api",), AT, None, AT
)
VERDICT = Verdict("claude", AT, Severity.OPERATIONAL, Scope.NONE, (), (), 0.9, "well")
GAP = Gap("api", "claude", "eu-west", 1, 2, AT, AT, GapReason.PAUSED)


async def test_a_lease_has_one_holder_until_it_runs_out(store: Store) -> None:
    assert await store.leases.take("c", "a", 60_000)
    assert not await store.leases.take("c", "b", 60_000)
    assert await store.leases.take("c", "a", -1)
    assert await held_by(store) == "a"
    assert await store.leases.take("c", "b", 60_000)
    await store.leases.release("c", "a")
    assert await held_by(store) == "b"
    await store.leases.release("c", "b")
    assert await held_by(store) is None


async def held_by(store: Store) -> str | None:
    """Who holds the lease of these tests."""
    found = await store.leases.holder("c")
    return found and found[0]


async def test_a_term_is_measured_by_the_clock_of_the_database(store: Store) -> None:
    before = now()
    assert await store.leases.take("c", "a", 60_000)
    held = await store.leases.holder("c")
    assert held is not None
    assert before - 1_000 < held[1] - 60_000 < now() + 1_000  # its machine is ours here


async def test_the_token_rises_with_each_takeover_and_only_then(store: Store) -> None:
    began = now()
    first = await store.leases.take("c", "a", 60_000)
    assert await store.leases.take("c", "a", -1) == first
    second = await store.leases.take("c", "b", 60_000)
    assert await store.leases.take("c", "b", 60_000) == second
    await store.leases.release("c", "b")
    third = await store.leases.take("c", "a", 60_000)
    assert began - 1_000 < (first or 0) < (second or 0) < (third or 0)


async def test_who_was_taken_over_from_commits_nothing_more(
    store_url: str, make_result: Callable[..., Result]
) -> None:
    async with open_store(store_url) as deposed, open_store(store_url) as successor:
        deposed.leases.fence("c", "a", await deposed.leases.take("c", "a", -1) or 0)
        await deposed.standings.put("service", "claude", AT, {"n": 1})
        successor.leases.fence("c", "b", await successor.leases.take("c", "b", 60_000) or 0)
        for write in (
            lambda: deposed.results.add([make_result(1)]),
            lambda: deposed.standings.put("service", "claude", AT, {"n": 2}),
            lambda: deposed.gaps.add([GAP]),
            lambda: deposed.verdicts.add(VERDICT),
            lambda: deposed.incidents.apply(IncidentEvent(AT, Moment.OPENED, INCIDENT)),
        ):
            with pytest.raises(FencedError):
                await write()
        assert await successor.standings.all("service") == {"claude": {"n": 1}}
        assert await successor.results.recent(0) == []
        await successor.standings.put("service", "claude", AT, {"n": 3})


async def test_of_many_that_ask_at_once_one_gets_the_lease(store_url: str) -> None:
    async with open_store(store_url) as one, open_store(store_url) as other:
        answers = await asyncio.gather(
            *((one, other)[n % 2].leases.take("c", f"holder-{n}", 60_000) for n in range(10))
        )
    assert sum(answer is not None for answer in answers) == 1
