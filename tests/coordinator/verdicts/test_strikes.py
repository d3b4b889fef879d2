"""What becomes of incidents and of the judge when results are struck."""

from dataclasses import replace
from typing import Any

import pytest

from coordinator.configuration import Configuration, from_document
from coordinator.domain.model.incident import Incident, IncidentEvent, Moment, Part
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.store import Store
from coordinator.verdicts.restart import rebuilt
from coordinator.verdicts.strikes import carry_out
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

NOW = 1_772_000_000_000
SINCE, UNTIL = NOW - 60_000, NOW
FORGED = Incident(
    id="forged",
    service="claude",
    severity=Severity.OUTAGE,
    scope=Scope.REGIONAL,
    regions=("eu-west",),
    components=("api",),
    opened_at=SINCE + 10_000,
    started_after=None,
    started_by=SINCE + 2_000,
    reason="down in eu-west",
    parts=(Part("region", "eu-west", SINCE + 2_000),),
)


@pytest.fixture
def configuration(document: dict[str, Any]) -> Configuration:
    return from_document(document)


def seen(region: str, at: int, *, ok: bool, check: str = "api") -> Result:
    return Result(
        id=result_id(check, region, f"{region}-1", at // 2_000, 0),
        check=check,
        service="claude",
        component=check,
        kind="http",
        region=region,
        worker=f"{region}-1",
        scheduled_at=at,
        started_at=at + 3,
        received_at=at + 50,
        attempt=0,
        ok=ok,
        reason=Reason.OK if ok else Reason.REFUSED,
        blame=Blame.NONE if ok else Blame.TARGET,
        total_ms=20.0,
    )


async def fill(store: Store, failing: tuple[str, ...], *incidents: Incident) -> None:
    """A minute of looks in which some regions fail, and incidents as they were opened."""
    for region in ("eu-west", "us-east", "ap-south"):
        await store.results.add(
            [
                seen(region, at, ok=check != "api" or region not in failing, check=check)
                for at in range(SINCE, UNTIL, 2_000)
                for check in ("api", "web")
            ]
        )
    opened = [IncidentEvent(one.opened_at, Moment.OPENED, one) for one in incidents]
    await store.incidents.apply(*opened)


async def strike(store: Store, region: str = "eu-west", since: int = SINCE) -> None:
    found = await store.striking.find(region, since, UNTIL)
    await store.striking.strike(region, since, UNTIL, found, ("its credential leaked", "me", NOW))


async def told(store: Store, identifier: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    found = await store.incidents.get(identifier)
    assert found is not None
    return found[0], [(line["event"], line["reason"]) for line in found[1]]


WHY = (
    "results of eu-west received from 2026-02-25T06:12:20.000Z to 2026-02-25T06:13:20.000Z were"
    " struck: its credential leaked"
)


async def test_an_incident_that_rests_on_nothing_else_is_withdrawn(
    store: Store, configuration: Configuration
) -> None:
    await fill(store, ("eu-west",), FORGED)
    await strike(store)
    await carry_out(store, configuration, NOW)
    incident, lines = await told(store, "forged")
    assert lines == [("opened", "down in eu-west"), ("withdrawn", WHY)]
    assert (incident["withdrawn"], incident["reason"]) == (True, WHY)
    assert incident["resolved_at"] is not None
    assert await store.incidents.open() == []
    assert (await store.striking.all())[0].told_at == NOW


async def test_an_incident_that_others_saw_too_is_revised_and_goes_on(
    store: Store, configuration: Configuration
) -> None:
    wide = replace(FORGED, regions=("eu-west", "us-east"), scope=Scope.COMPONENT)
    await fill(store, ("eu-west", "us-east"), wide)
    await strike(store)
    await carry_out(store, configuration, NOW)
    incident, lines = await told(store, "forged")
    assert lines == [("opened", "down in eu-west"), ("revised", WHY)]
    assert (incident["withdrawn"], incident["resolved_at"]) == (False, None)
    assert incident["reason"] == "down in eu-west"


async def test_an_incident_that_was_open_before_is_revised_only(
    store: Store, configuration: Configuration
) -> None:
    older = replace(FORGED, opened_at=SINCE - 90_000, started_by=SINCE - 95_000)
    await fill(store, ("eu-west",), older)
    await strike(store)
    await carry_out(store, configuration, NOW)
    _, lines = await told(store, "forged")
    assert [event for event, _ in lines] == ["opened", "revised"]


async def test_an_incident_of_another_region_is_left_alone(
    store: Store, configuration: Configuration
) -> None:
    other = replace(FORGED, regions=("us-east",), parts=(Part("region", "us-east", SINCE),))
    await fill(store, ("us-east",), other)
    await strike(store)
    await carry_out(store, configuration, NOW)
    _, lines = await told(store, "forged")
    assert [event for event, _ in lines] == ["opened"]


async def test_what_is_over_is_withdrawn_with_the_times_that_it_had(
    store: Store, configuration: Configuration
) -> None:
    over = replace(FORGED, ended_by=NOW - 9_000, resolved_at=NOW - 5_000)
    await fill(store, ("eu-west",), over)
    await strike(store)
    await carry_out(store, configuration, NOW)
    incident, lines = await told(store, "forged")
    assert [event for event, _ in lines] == ["opened", "withdrawn"]
    assert incident["ended_by"] == "2026-02-25T06:13:11.000Z"


async def test_a_repeat_says_nothing_twice(store: Store, configuration: Configuration) -> None:
    await fill(store, ("eu-west",), FORGED)
    await strike(store)
    for later in range(3):
        await carry_out(store, configuration, NOW + later)
    assert len((await told(store, "forged"))[1]) == 2


async def test_a_judge_that_is_rebuilt_knows_nothing_of_what_was_struck(
    store: Store, configuration: Configuration
) -> None:
    await fill(store, ("eu-west",))
    before = await rebuilt(store, configuration, NOW)
    assert before.verdict("claude").severity is Severity.OUTAGE
    await strike(store)
    after = await rebuilt(store, configuration, NOW)
    assert after.verdict("claude").severity is Severity.OPERATIONAL
    assert {r.region for r in await store.results.recent(0)} == {"eu-west", "us-east", "ap-south"}


async def test_what_was_learned_in_the_region_is_forgotten(
    store: Store, configuration: Configuration
) -> None:
    normal = {"eu-west": [1.0] * 5, "us-east": [2.0] * 5}
    await store.standings.put("learned", "api", NOW, {"at": NOW, "normal": normal})
    await fill(store, ())
    await strike(store)
    await carry_out(store, configuration, NOW)
    kept = await store.standings.all("learned")
    assert kept["api"]["normal"] == {"us-east": [2.0] * 5}


AGAIN = f"the strike was taken back, these count again: {WHY}"


async def take_back(store: Store, configuration: Configuration) -> None:
    (strike,) = await store.striking.all()
    await store.striking.undo(strike, NOW + 1_000)
    await carry_out(store, configuration, NOW + 2_000)
    await carry_out(store, configuration, NOW + 3_000)


async def test_what_a_strike_withdrew_stands_again_when_it_is_taken_back(
    store: Store, configuration: Configuration
) -> None:
    over = replace(FORGED, ended_by=NOW - 9_000, resolved_at=NOW - 5_000)
    await fill(store, ("eu-west",), over)
    before, _ = await told(store, "forged")
    await strike(store)
    await carry_out(store, configuration, NOW)
    await take_back(store, configuration)
    after, lines = await told(store, "forged")
    assert lines == [
        *(("opened", "down in eu-west"), ("withdrawn", WHY), ("revised", AGAIN)),
    ]
    assert after == before


async def test_what_went_on_when_it_was_withdrawn_ends_there(
    store: Store, configuration: Configuration
) -> None:
    await fill(store, ("eu-west",), FORGED)
    await strike(store)
    await carry_out(store, configuration, NOW)
    await take_back(store, configuration)
    after, _ = await told(store, "forged")
    assert (after["withdrawn"], after["reason"]) == (False, "down in eu-west")
    assert after["resolved_at"] == "2026-02-25T06:13:20.000Z"
    assert await store.incidents.open() == []


async def test_what_a_strike_revised_says_that_it_counts_again(
    store: Store, configuration: Configuration
) -> None:
    wide = replace(FORGED, regions=("eu-west", "us-east"), scope=Scope.COMPONENT)
    await fill(store, ("eu-west", "us-east"), wide)
    await strike(store)
    await carry_out(store, configuration, NOW)
    await take_back(store, configuration)
    _, lines = await told(store, "forged")
    assert lines[1:] == [("revised", WHY), ("revised", AGAIN)]


async def test_what_another_strike_covers_too_stays_withdrawn(
    store: Store, configuration: Configuration
) -> None:
    await fill(store, ("eu-west",), FORGED)
    await strike(store)
    await carry_out(store, configuration, NOW)
    await strike(store, since=SINCE - 1_000)
    first, _ = await store.striking.all()
    await store.striking.undo(first, NOW + 1_000)
    await carry_out(store, configuration, NOW + 2_000)
    after, lines = await told(store, "forged")
    assert (after["withdrawn"], lines[-1][0]) == (True, "withdrawn")
