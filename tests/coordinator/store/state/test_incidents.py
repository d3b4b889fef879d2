"""Incidents that come and go, that share a cause, that come with evidence, and several of one
service.
"""

from dataclasses import replace

from coordinator.domain.model.incident import (
    Incident,
    IncidentEvent,
    Moment,
    Part,
    ProbableEnd,
)
from coordinator.domain.model.verdict import Cell, CellState, Scope, Severity, Verdict
from coordinator.store import Store
from worker.contract.instant import rfc3339

AT = 1_772_000_000_000
PARTS = (Part("region", "eu-west", AT - 1000), Part("component", "api", AT - 1000, AT + 9000))
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
    intermittent=True,
    cause="openai-1",
    parts=PARTS,
    duty_cycle=0.4,
    period_ms=120_000,
)
CAUSE = replace(
    INCIDENT, id="openai-1", service="openai", started_by=AT - 1500, intermittent=False, cause=""
)
SIBLING = replace(INCIDENT, id="gemini-1", service="gemini", started_by=AT - 500)
CELL = Cell("api", "eu-west", CellState.BAD, 1, 9, reasons={"timeout": 9}, first_bad=AT)
VERDICT = Verdict(
    "claude",
    AT,
    Severity.OUTAGE,
    Scope.REGIONAL,
    ("eu-west",),
    ("api",),
    0.9,
    "down",
    (CELL,),
    {"rules_version": "2"},
)


def opened(incident: Incident) -> IncidentEvent:
    return IncidentEvent(AT, Moment.OPENED, incident)


async def test_what_the_judge_starts_from_again_is_what_it_left(store: Store) -> None:
    await store.incidents.apply(opened(INCIDENT), opened(CAUSE))
    assert {incident.id: incident for incident in await store.incidents.open()} == {
        INCIDENT.id: INCIDENT,
        CAUSE.id: CAUSE,
    }


async def test_two_open_incidents_of_one_service_stay_two(store: Store) -> None:
    other = replace(
        INCIDENT,
        id="claude-2",
        regions=("us-east",),
        components=("console",),
        opened_at=AT + 1,
        cause="",
    )
    await store.incidents.apply(opened(INCIDENT), opened(other))
    over = replace(other, resolved_at=AT + 9, ended_by=AT + 8)
    assert await store.incidents.open() == [INCIDENT, other]
    await store.incidents.apply(IncidentEvent(AT + 9, Moment.RESOLVED, over))
    assert await store.incidents.open() == [INCIDENT]


async def test_each_line_keeps_the_evidence_of_its_moment(store: Store) -> None:
    later = replace(VERDICT, at=AT + 5, confidence=0.95)
    wider = IncidentEvent(AT + 5, Moment.UPDATED, replace(INCIDENT, scope=Scope.SYSTEM_WIDE))
    over = IncidentEvent(AT + 9, Moment.RESOLVED, replace(INCIDENT, resolved_at=AT + 9))
    await store.incidents.apply_lines([(opened(INCIDENT), VERDICT), (wider, later), (over, None)])
    await store.incidents.apply_lines([(opened(INCIDENT), later)])
    lines = await store.incidents.evidence("claude-1")
    assert [line["evidence"] for line in lines] == [
        VERDICT.to_document(),
        later.to_document(),
        None,
    ]
    assert [line["event"] for line in lines] == ["opened", "updated", "resolved"]
    assert await store.incidents.evidence("nobody") == []


async def test_the_failing_share_is_that_of_the_last_verdict_before_it_was_resolved(
    store: Store,
) -> None:
    mine = {
        "regions": list(INCIDENT.regions),
        "components": list(INCIDENT.components),
        "failing_share": {"estimate": 0.12},
    }
    other = {**mine, "regions": ["elsewhere"], "failing_share": {"estimate": 0.9}}
    first = replace(VERDICT, evidence={"disruptions": [other]})
    later = replace(VERDICT, at=AT + 5, evidence={"disruptions": [other, mine]})
    wider = IncidentEvent(AT + 5, Moment.UPDATED, INCIDENT)
    over = IncidentEvent(AT + 9, Moment.RESOLVED, replace(INCIDENT, resolved_at=AT + 9))
    told = []
    for line in ((opened(INCIDENT), first), (wider, later), (over, VERDICT)):
        await store.incidents.apply_lines([line])
        found = await store.incidents.get("claude-1")
        assert found is not None
        told.append(await store.incidents.failing_share(found[0]))
    assert told == [None, {"estimate": 0.12}, {"estimate": 0.12}]


async def test_a_probable_end_is_kept_and_takes_no_failing_share_away(store: Store) -> None:
    mine = {"regions": list(INCIDENT.regions), "components": list(INCIDENT.components)}
    share = {"estimate": 0.12}
    first = replace(VERDICT, evidence={"disruptions": [{**mine, "failing_share": share}]})
    ending = replace(INCIDENT, probably_over=ProbableEnd(AT + 1000, AT + 2000, 0.97))
    lines = [
        (opened(INCIDENT), first),
        (IncidentEvent(AT + 5000, Moment.ENDING, ending, "It is probably over."), VERDICT),
    ]
    await store.incidents.apply_lines(lines)
    assert await store.incidents.open() == [ending]
    found = await store.incidents.get("claude-1")
    assert found is not None
    assert found[0]["probably_over"] == {
        "after": rfc3339(AT + 1000),
        "by": rfc3339(AT + 2000),
        "probability": 0.97,
    }
    assert found[1][-1]["reason"] == "It is probably over."
    assert await store.incidents.failing_share(found[0]) == share
    await store.incidents.apply(IncidentEvent(AT + 9000, Moment.UPDATED, INCIDENT))
    (again,) = (await store.incidents.page()).items
    assert again["probably_over"] is None


async def test_of_two_updates_at_one_moment_the_last_is_kept(store: Store) -> None:
    wider = replace(INCIDENT, scope=Scope.SYSTEM_WIDE, cause="")
    linked = replace(wider, cause=CAUSE.id, reason="linked")
    await store.incidents.apply(opened(CAUSE), opened(INCIDENT))
    await store.incidents.apply(
        *(IncidentEvent(AT + 5, Moment.UPDATED, incident) for incident in (wider, linked))
    )
    found = await store.incidents.get("claude-1")
    assert found is not None
    assert found[0]["cause"] == {"id": "openai-1", "service": "openai"}
    assert [line["reason"] for line in found[1]] == ["", "linked"]
    assert [(line["cause"], line["intermittent"]) for line in found[1]] == [("openai-1", True)] * 2


async def test_a_cause_names_its_service_and_one_that_is_gone_is_none(store: Store) -> None:
    await store.incidents.apply(opened(INCIDENT))
    (alone,) = (await store.incidents.page()).items
    assert (alone["cause"], alone["intermittent"]) == (None, True)
    await store.incidents.apply(opened(CAUSE))
    items = {item["id"]: item for item in (await store.incidents.page()).items}
    assert items["claude-1"]["cause"] == {"id": "openai-1", "service": "openai"}
    assert items["openai-1"]["cause"] is None


async def test_incidents_of_one_cause_find_each_other(store: Store) -> None:
    await store.incidents.apply(
        *map(opened, (INCIDENT, CAUSE, SIBLING)), opened(replace(CAUSE, id="far", service="x"))
    )
    for identifier, others in (
        ("openai-1", ["claude-1", "gemini-1"]),
        ("claude-1", ["openai-1", "gemini-1"]),
        ("far", []),
    ):
        found = await store.incidents.get(identifier)
        assert found is not None
        assert [other["id"] for other in await store.incidents.alike(found[0])] == others


async def test_parts_tell_how_long_each_lasted(store: Store) -> None:
    await store.incidents.apply(opened(INCIDENT))
    found = await store.incidents.get("claude-1")
    assert found is not None
    assert [(part["name"], part["lasted_ms"]) for part in found[0]["parts"]] == [
        ("eu-west", None),
        ("api", 10_000),
    ]
    assert "parts" not in (await store.incidents.page()).items[0]


async def test_a_page_of_a_region_has_what_reaches_it_or_ever_did(store: Store) -> None:
    left = replace(INCIDENT, id="left-1", regions=("us_east",))
    elsewhere = replace(left, id="other-1", regions=("usxeast",), parts=())
    named = replace(elsewhere, id="named-1", parts=(Part("component", "eu-west", AT),))
    for one in (INCIDENT, left, elsewhere, named):
        await store.incidents.apply(IncidentEvent(AT, Moment.OPENED, one))
    found = await store.incidents.page(region="eu-west")
    assert {one["id"] for one in found.items} == {"claude-1", "left-1"}
    found = await store.incidents.page(region="us_east")
    assert [one["id"] for one in found.items] == ["left-1"]
