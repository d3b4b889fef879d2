"""What is struck counts nowhere, stays stored, and counts again when that is undone."""

import random
from typing import Any

from coordinator.domain.rollups.level import LENGTH_MS
from coordinator.store import Store
from coordinator.store.results.striking import MINUTE_MS, Strike
from tests.coordinator.store.rolled_up import DAY, HOUR_MS, Make, everything, look, make_all
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

FAILED: dict[str, Any] = {"ok": False, "reason": Reason.TIMEOUT, "blame": Blame.PATH}
TOLD = ("its credential leaked", "root@here", DAY)
EVER = 2**62


def looks(
    make_result: Make, region: str, number: int, at: int = DAY, id_of: str = "", **more: Any
) -> list[Result]:
    """Looks of a region, a second apart, received at once."""
    chance = random.Random(region)
    return [
        look(
            make_result,
            n,
            at + n * 1_000,
            received_at=at + n * 1_000 + 50,
            region=region,
            id=f"{region[0]}{id_of}-{at}-{n}",
            check=chance.choice(("api", "web")),
            **more,
        )
        for n in range(number)
    ]


async def struck(store: Store, since: int, until: int, region: str = "eu-west") -> Strike:
    """The strike of what a region has in a span."""
    found = await store.striking.find(region, since, until)
    number = await store.striking.strike(region, since, until, found, TOLD)
    return next(one for one in await store.striking.all() if one.id == number)


async def rollups(store: Store) -> dict[str, Any]:
    return {level: await everything(store, level) for level in LENGTH_MS}


async def test_rollups_of_every_level_are_as_if_what_was_struck_had_never_come(
    store: Store, make_result: Make
) -> None:
    honest = [*looks(make_result, "us-east", 300), *looks(make_result, "eu-west", 100)]
    await store.results.add(honest)
    await make_all(store)
    expected = await rollups(store)
    forged = looks(make_result, "eu-west", 7_500, DAY + HOUR_MS - 120_000, **FAILED)
    await store.results.add(forged)
    await make_all(store)
    assert await rollups(store) != expected
    one = await struck(store, DAY + HOUR_MS - 120_000, DAY + 10 * HOUR_MS)
    assert one.results == len(forged)
    assert await store.striking.waiting() > 100
    await make_all_due(store)
    assert await rollups(store) == expected
    assert await store.striking.waiting() == 0


async def make_all_due(store: Store) -> None:
    """Every bucket that is due, however many."""
    for level in LENGTH_MS:
        while due := await store.rollups.due(level, DAY * 2):
            for at in due:
                await store.rollups.make(level, at)


async def test_a_bucket_of_many_components_is_counted_again_in_pieces(
    store: Store, make_result: Make, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        "coordinator.store.rollups.making._AT_ONCE", {"minute": 2, "hour": 2, "day": 2}
    )
    for name in ("api", "console", "web"):
        honest = looks(make_result, "us-east", 130, component=name, id_of=name)
        await store.results.add(honest)
    await make_all(store)
    expected = await rollups(store)
    for name in ("api", "web"):
        forged = looks(make_result, "eu-west", 130, component=name, id_of=name, **FAILED)
        await store.results.add(forged)
    await make_all(store)
    await struck(store, DAY, DAY + HOUR_MS)
    await make_all_due(store)
    assert await rollups(store) == expected


async def test_a_minute_whose_results_moved_away_keeps_what_it_counted(
    store: Store, make_result: Make
) -> None:
    await store.results.add(looks(make_result, "eu-west", 50))
    await make_all(store)
    expected = await rollups(store)
    await store._database.fetch("DELETE FROM result")  # as the archive does
    late = [one._replace(id="late") for one in looks(make_result, "eu-west", 1, **FAILED)]
    await store.results.add(late)
    await struck(store, DAY, DAY + HOUR_MS)
    await make_all_due(store)
    assert await rollups(store) == expected


async def test_what_is_struck_is_not_judged_but_stays_readable(
    store: Store, make_result: Make
) -> None:
    forged, honest = looks(make_result, "eu-west", 5), looks(make_result, "us-east", 5)
    await store.results.add([*forged, *honest])
    await struck(store, DAY, DAY + HOUR_MS)
    judged = await store.results.received((0, ""), EVER, 100)
    assert {result.region for result in judged} == {"us-east"}
    page = await store.results.page()
    assert {result.id for result in page.items} == {result.id for result in (*forged, *honest)}


async def test_a_span_is_of_receipt_so_what_claims_to_be_older_is_struck_too(
    store: Store, make_result: Make
) -> None:
    backdated = make_result(0, scheduled_at=DAY - HOUR_MS, received_at=DAY + 10)
    before = make_result(1, scheduled_at=DAY - 5, received_at=DAY - 1, id="before")
    after = make_result(2, scheduled_at=DAY + 5, received_at=DAY + 100, id="after")
    await store.results.add([backdated, before, after])
    found = await store.striking.find("eu-west", DAY, DAY + 100)
    assert (found.results, found.struck) == (1, 0)
    assert found.minutes == {(DAY - HOUR_MS) // MINUTE_MS * MINUTE_MS}
    await struck(store, DAY, DAY + 100)
    judged = await store.results.received((0, ""), EVER, 100)
    assert [result.id for result in judged] == ["before", "after"]


async def test_what_is_committed_after_the_strike_with_a_stamp_before_its_end_is_struck(
    store: Store, make_result: Make
) -> None:
    await struck(store, DAY, DAY + HOUR_MS)
    await store.results.add(looks(make_result, "eu-west", 3))
    await make_all(store)
    assert await store.results.received((0, ""), EVER, 100) == []
    assert await everything(store, "minute") == []


async def test_what_is_struck_twice_is_found_struck(store: Store, make_result: Make) -> None:
    await store.results.add(looks(make_result, "eu-west", 5))
    await struck(store, DAY, DAY + 3_000)
    found = await store.striking.find("eu-west", DAY, DAY + HOUR_MS)
    assert (found.results, found.struck) == (5, 3)


async def test_a_strike_that_is_undone_counts_as_before(store: Store, make_result: Make) -> None:
    await store.results.add([*looks(make_result, "eu-west", 90), *looks(make_result, "us-east", 9)])
    await make_all(store)
    before = await rollups(store)
    one = await struck(store, DAY, DAY + HOUR_MS)
    await make_all_due(store)
    assert await rollups(store) != before
    assert await store.striking.undo(one, DAY + 1) == 90
    assert await store.striking.standing() == ()
    await make_all_due(store)
    assert await rollups(store) == before
    assert len(await store.results.received((0, ""), EVER, 100)) == 99


async def test_a_strike_tells_what_why_and_by_whom(store: Store, make_result: Make) -> None:
    await store.results.add(looks(make_result, "eu-west", 5))
    one = await struck(store, DAY, DAY + HOUR_MS)
    assert (one.region, one.since, one.until, one.results) == ("eu-west", DAY, DAY + HOUR_MS, 5)
    assert (one.reason, one.by, one.at) == TOLD
    assert (one.told_at, one.undone_at) == (None, None)
    await store.striking.told(one, DAY + 7)
    assert (await store.striking.standing())[0].told_at == DAY + 7


async def test_evidence_is_told_as_counting_or_struck(store: Store, make_result: Make) -> None:
    await store.results.add(looks(make_result, "eu-west", 5, **FAILED))
    await store.results.add(looks(make_result, "us-east", 5))
    await struck(store, DAY, DAY + 3_000)
    asked, until = store.striking.evidence, DAY + HOUR_MS
    checks, both = ("api", "web"), ("eu-west", "us-east")
    assert await asked(checks, both, DAY, until, bad=True) == (True, True)
    assert await asked(checks, both, DAY, DAY + 2_000, bad=True) == (False, True)
    assert await asked(checks, both, DAY, DAY + 2_000, bad=False) == (True, True)
    assert await asked(("other",), both, DAY, until, bad=False) == (False, False)
    assert await asked((), both, DAY, until, bad=False) == (False, False)
