"""Everything in the store but results: configurations, standings, incidents, workers, gaps, and
so on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.verdict import Cell, CellState, Scope, Severity, Verdict
from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.store import Heard, Store, open_store
from worker.contract.result import Result

AT = 1_772_000_000_000
INCIDENT = Incident(
    id="claude-1",
    service="claude",
    severity=Severity.OUTAGE,
    scope=Scope.REGIONAL,
    regions=("eu-west",),
    components=("api", "web"),
    opened_at=AT,
    started_after=AT - 2000,
    started_by=AT - 1000,
    reason="Claude is down in one of five regions",
)


async def test_a_configuration_gets_a_version_only_when_it_changed(store: Store) -> None:
    assert await store.configurations.version() == 0
    assert await store.configurations.current() is None
    assert await store.configurations.save({"b": 1, "a": {"y": 1, "x": 2}}, AT) == 1
    assert await store.configurations.save({"a": {"x": 2, "y": 1}, "b": 1}, AT) == 1
    assert await store.configurations.save({"b": 2}, AT) == 2
    assert await store.configurations.save({"a": {"x": 2, "y": 1}, "b": 1}, AT) == 3
    assert await store.configurations.version() == 3
    assert await store.configurations.current() == (3, {"a": {"x": 2, "y": 1}, "b": 1})


async def test_two_that_apply_at_once_make_two_versions(store_url: str) -> None:
    async with open_store(store_url) as one, open_store(store_url) as other:
        versions = await asyncio.gather(
            *(
                store.configurations.save({"n": n}, AT)
                for n, store in enumerate((one, other, one, other))
            )
        )
        assert sorted(versions) == [1, 2, 3, 4]


async def test_a_standing_is_written_over(store: Store) -> None:
    await store.standings.put("service", "claude", AT, {"scope": "none"})
    await store.standings.put_many(
        [("service", "claude", AT, {"z": 1, "a": 2}), ("region", "claude", AT, {})]
    )
    assert await store.standings.all("service") == {"claude": {"z": 1, "a": 2}}
    assert list((await store.standings.all("service"))["claude"]) == ["z", "a"]


async def test_standings_of_what_left_are_forgotten(store: Store) -> None:
    await store.standings.put_many([("service", name, AT, {}) for name in ("a", "b", "c")])
    await store.standings.put("region", "c", AT, {})
    await store.standings.keep("service", {"b"})
    assert list(await store.standings.all("service")) == ["b"]
    assert list(await store.standings.all("region")) == ["c"]


async def test_the_history_of_a_verdict_is_newest_first_and_told_once(store: Store) -> None:
    verdicts = [
        Verdict(
            "claude", AT + n, Severity.OUTAGE, Scope.COMPONENT, ("eu-west",), ("api",), 0.9, "down"
        )
        for n in range(3)
    ]
    await store.verdicts.add(*verdicts)
    await store.verdicts.add(verdicts[1], replace(verdicts[0], service="openai"))
    assert await store.verdicts.history("claude", AT, 100) == [
        v.to_record() for v in reversed(verdicts)
    ]
    assert len(await store.verdicts.history("claude", AT + 1, 100)) == 2
    assert len(await store.verdicts.history("claude", limit=1)) == 1


async def test_the_verdict_that_stood_at_a_moment_is_kept_whole(store: Store) -> None:
    cell = Cell("api", "eu-west", CellState.BAD, 1, 9, reasons={"timeout": 9}, first_bad=AT)
    evidence = {"rules_version": "2", "wrong": 0.99, "unfit": {"us-east": "3 of 3 references fail"}}
    first = Verdict(
        "claude",
        AT,
        Severity.OUTAGE,
        Scope.REGIONAL,
        ("eu-west",),
        ("api",),
        0.9,
        "x",
        (cell,),
        evidence,
    )
    await store.verdicts.add(first, replace(first, at=AT + 60_000, severity=Severity.OPERATIONAL))
    assert await store.verdicts.standing("claude", AT - 1) is None
    assert await store.verdicts.standing("claude", AT) == first.to_document()
    assert await store.verdicts.standing("claude", AT + 59_999) == first.to_document()
    later = await store.verdicts.standing("claude", AT + 9_000_000)
    assert later is not None
    assert later["severity"] == "operational"
    assert await store.verdicts.standing("openai", AT) is None


async def test_an_incident_lives_and_its_timeline_grows(store: Store) -> None:
    wider = replace(
        INCIDENT, scope=Scope.SYSTEM_WIDE, peak=Scope.SYSTEM_WIDE, regions=("eu-west", "us-east")
    )
    over = replace(wider, ended_after=AT + 10, ended_by=AT + 20, resolved_at=AT + 30)
    await store.incidents.apply(IncidentEvent(AT, Moment.OPENED, INCIDENT))
    assert await store.incidents.open() == [INCIDENT]
    await store.incidents.apply(IncidentEvent(AT + 5, Moment.UPDATED, wider))
    assert await store.incidents.open() == [wider]
    await store.incidents.apply(IncidentEvent(AT + 30, Moment.RESOLVED, over))
    assert await store.incidents.open() == []
    found = await store.incidents.get("claude-1")
    assert found is not None
    incident, timeline = found
    assert incident["scope"] == "system_wide"
    assert incident["ended_by"] == "2026-02-25T06:13:20.020Z"
    assert [line["event"] for line in timeline] == ["opened", "updated", "resolved"]
    assert timeline[0]["regions"] == ["eu-west"]


async def test_repeated_and_older_events_change_nothing(store: Store) -> None:
    wider = IncidentEvent(AT + 5, Moment.UPDATED, replace(INCIDENT, scope=Scope.SYSTEM_WIDE))
    opened = IncidentEvent(AT, Moment.OPENED, INCIDENT)
    await store.incidents.apply(opened, wider)
    before = await store.incidents.get("claude-1")
    await store.incidents.apply(opened)
    await store.incidents.apply(wider, opened)
    assert await store.incidents.get("claude-1") == before


async def test_incidents_come_in_pages_the_newest_first(store: Store) -> None:
    for n in range(5):
        incident = replace(
            INCIDENT, id=f"i{n}", opened_at=AT + n // 2, resolved_at=AT if n == 3 else None
        )
        await store.incidents.apply(IncidentEvent(AT + n, Moment.OPENED, incident))
    await store.incidents.apply(
        IncidentEvent(AT, Moment.OPENED, replace(INCIDENT, id="x", service="openai"))
    )
    first = await store.incidents.page("claude", limit=3)
    second = await store.incidents.page("claude", cursor=first.next, limit=3)
    assert [i["id"] for i in (*first.items, *second.items)] == ["i4", "i3", "i2", "i1", "i0"]
    assert second.next is None
    assert [i["id"] for i in (await store.incidents.page(open_only=True)).items] == [
        "i4",
        "i2",
        "x",
        "i1",
        "i0",
    ]
    assert await store.incidents.get("nobody") is None


async def test_a_worker_is_remembered_with_its_last_vitals(store: Store) -> None:
    await store.workers.heard(
        [
            Heard("eu-west", "w1", AT, {"in_flight": 3}, "8.8.8.8", 15169, "US"),
            Heard("eu-west", "w2", AT),
        ]
    )
    await store.workers.heard([Heard("eu-west", "w1", AT + 1000)])
    await store.workers.heard([Heard("eu-west", "w1", AT + 500, {"in_flight": 9})])
    assert await store.workers.all() == [
        {
            "region": "eu-west",
            "worker": "w1",
            "first_heard_at": "2026-02-25T06:13:20.000Z",
            "last_heard_at": "2026-02-25T06:13:21.000Z",
            "address": "8.8.8.8",
            "asn": 15169,
            "ip_country": "US",
            "vitals": {"in_flight": 3},
        },
        {
            "region": "eu-west",
            "worker": "w2",
            "first_heard_at": "2026-02-25T06:13:20.000Z",
            "last_heard_at": "2026-02-25T06:13:20.000Z",
            "address": None,
            "asn": None,
            "ip_country": None,
            "vitals": None,
        },
    ]


async def test_a_gap_that_grew_is_one_gap(store: Store) -> None:
    gap = Gap("api", "claude", "eu-west", 5, 6, AT, AT + 1000, GapReason.NO_WORKER)
    await store.gaps.add([gap])
    await store.gaps.add([replace(gap, last_slot=9, last_at=AT + 4000)])
    await store.gaps.add([gap, replace(gap, region="us-east", service="openai")])
    found = await store.gaps.since(AT)
    assert [(g["region"], g["first_slot"], g["last_slot"], g["reason"]) for g in found] == [
        ("eu-west", 5, 9, "no_worker"),
        ("us-east", 5, 6, "no_worker"),
    ]
    assert [g["region"] for g in await store.gaps.since(AT + 2000)] == ["eu-west"]
    assert [g["region"] for g in await store.gaps.since(AT, service="openai")] == ["us-east"]
    assert [g["region"] for g in await store.gaps.since(AT, region="eu-west")] == ["eu-west"]


async def told_of(store: Store) -> list[tuple[int, int, str]]:
    found = await store.gaps.since(0)
    return sorted((gap["first_slot"], gap["last_slot"], gap["reason"]) for gap in found)


async def test_what_a_worker_lost_is_told_so_but_what_is_stored(
    store: Store, make_result: Callable[..., Result]
) -> None:
    gap = Gap("api", "claude", "eu-west", 5, 9, AT, AT + 4000, GapReason.NO_WORKER)
    lost = replace(gap, first_slot=3, first_at=AT - 2000, last_slot=7, last_at=AT + 2000)
    lost = replace(lost, reason=GapReason.NO_ROOM)
    await store.results.add([make_result(1, check="api", region="eu-west", scheduled_at=AT - 1000)])
    await store.gaps.add([gap])
    for _ in range(2):
        await store.gaps.lose([lost])
        assert await told_of(store) == [(3, 3, "no_room"), (5, 7, "no_room"), (8, 9, "no_worker")]
    await store.gaps.add([replace(gap, last_slot=11, last_at=AT + 6000)])  # it grew meanwhile
    assert await told_of(store) == [(3, 3, "no_room"), (5, 7, "no_room"), (8, 11, "no_worker")]
    await store.gaps.fill({("api", "eu-west"): {6}})
    assert await told_of(store) == [
        (3, 3, "no_room"),
        (5, 5, "no_room"),
        (7, 7, "no_room"),
        (8, 11, "no_worker"),
    ]


async def test_refusals_add_up(store: Store) -> None:
    await store.refusals.count("unknown_check", 2, AT, "x")
    await store.refusals.count("unknown_check", 3, AT + 1000, "y")
    await store.refusals.count("malformed_row", 1, AT, "z" * 10_000)
    first, second = await store.refusals.all()
    assert (first["reason"], first["count"], first["example"]) == ("unknown_check", 5, "y")
    assert first["first_at"] < first["last_at"]
    assert len(second["example"]) == 500


async def test_a_region_shows_so_many_workers_those_heard_last(store: Store) -> None:
    await store.workers.heard(Heard("eu-west", f"w{n}", AT + n) for n in range(5))
    await store.workers.heard([Heard("us-east", "w0", AT)])
    found = [(row["region"], row["worker"]) for row in await store.workers.all(2)]
    assert found == [("eu-west", "w3"), ("eu-west", "w4"), ("us-east", "w0")]


async def test_workers_that_are_silent_for_long_or_too_many_are_forgotten(store: Store) -> None:
    await store.workers.heard(Heard("eu-west", f"w{n}", AT + n) for n in range(5))
    await store.workers.heard([Heard("us-east", "old", AT - 1), Heard("us-east", "new", AT + 9)])
    await store.standings.put("worker", "us-east/old", AT, {})
    await store.standings.put("worker", "us-east/new", AT, {})
    assert await store.workers.forget(AT, most=2) == 4
    assert [row["worker"] for row in await store.workers.all()] == ["w3", "w4", "new"]
    assert list(await store.standings.all("worker")) == ["us-east/new"]
