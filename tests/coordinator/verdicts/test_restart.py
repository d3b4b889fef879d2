"""A restart in the middle of two disruptions of one service: the judge goes on with both, from what
was stored.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from coordinator.configuration import from_document
from coordinator.domain.engine import Engine, Event
from coordinator.domain.model.incident import Incident, IncidentEvent
from coordinator.domain.model.rules import Rules
from coordinator.store import Store
from coordinator.verdicts.timeline import lines
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

NOW = 1_772_000_000_000
STEP_MS = 2_000
REGIONS = ("eu-west", "us-east", "ap-south", "sa-east", "oc-southeast")
RULES = Rules(resolve_after_ms=6_000, resolve_after_slots=3, narrow_after_ms=4_000, burst_ms=1_500)
API_FAILS, WEB_FAILS, RESTART, WELL, END = (
    NOW + seconds * 1000 for seconds in (60, 90, 180, 240, 360)
)


def fails(check: str, region: str, at: int) -> bool:
    """The API fails everywhere, and soon the web in one region, too."""
    since = (
        API_FAILS if check == "api" else WEB_FAILS if (check, region) == ("web", "eu-west") else END
    )
    return since <= at < WELL


@pytest.fixture
def topology(document: dict[str, Any]) -> Any:
    document["regions"] = [{**document["regions"][0], "id": region} for region in REGIONS]
    return from_document(document).topology


def looks(topology: Any, begin: int, end: int) -> Iterator[list[Result]]:
    """What every region sees, slot by slot."""
    for at in range(begin, end, STEP_MS):
        yield [look(check, region, at) for check in topology.checks for region in REGIONS]


def look(check: Any, region: str, at: int) -> Result:
    bad = fails(check.id, region, at)
    return Result(
        id=result_id(check.id, region, f"{region}-1", at // STEP_MS, 0),
        check=check.id,
        service=check.service,
        component=check.component,
        kind="http",
        region=region,
        worker=f"{region}-1",
        scheduled_at=at,
        started_at=at + 3,
        received_at=at + 50,
        attempt=0,
        ok=not bad,
        reason=Reason.REFUSED if bad else Reason.OK,
        blame=Blame.TARGET if bad else Blame.NONE,
        total_ms=20.0,
    )


async def live(engine: Engine, store: Store, course: Iterable[list[Result]]) -> list[IncidentEvent]:
    """Judge as the coordinator does, and keep what it keeps."""
    said: list[Event] = []
    for batch in course:
        await store.results.add(batch)
        engine.observe(batch)
        events = engine.advance(batch[-1].received_at // 1000 * 1000 + 1000)
        await store.incidents.apply_lines(lines(events, engine))
        said += events
    return [event for event in said if isinstance(event, IncidentEvent)]


async def restarted(topology: Any, store: Store, memory_ms: int) -> tuple[Engine, list[Incident]]:
    """Another engine, made from what the store remembers of so long."""
    engine = Engine(topology, RULES)
    stored = await store.incidents.open()
    engine.restore(await store.results.recent(RESTART - memory_ms), stored, RESTART)
    return engine, stored


@pytest.mark.parametrize(
    "memory_s", [180, 60], ids=["the stored results reach back", "the incidents are older"]
)
async def test_two_open_incidents_go_on_as_two(store: Store, topology: Any, memory_s: int) -> None:
    before = await live(Engine(topology, RULES), store, looks(topology, NOW, RESTART))
    opened = [event.incident.id for event in before if event.moment == "opened"]
    assert len(opened) == 2
    engine, stored = await restarted(topology, store, memory_s * 1000)
    assert [incident.id for incident in stored] == opened
    after = await live(engine, store, looks(topology, RESTART, WELL))
    assert {event.moment for event in after} <= {"updated"}
    going = await store.incidents.open()
    assert [(one.id, one.components, one.started_by) for one in going] == [
        (opened[0], ("api",), API_FAILS),
        (opened[1], ("web",), WEB_FAILS),
    ]
    end = await live(engine, store, looks(topology, WELL, END))
    assert sorted(event.incident.id for event in end if event.moment == "resolved") == sorted(
        opened
    )
    assert await store.incidents.open() == []


@pytest.mark.parametrize(
    "memory_s",
    [180, 60],
    ids=["the stored results reach back", "the incidents are older"],
)
async def test_each_part_keeps_its_beginning(store: Store, topology: Any, memory_s: int) -> None:
    await live(Engine(topology, RULES), store, looks(topology, NOW, RESTART))
    engine, _ = await restarted(topology, store, memory_s * 1000)
    await live(engine, store, looks(topology, RESTART, END))
    incidents = (await store.incidents.page()).items
    web, api = [
        (await store.incidents.get(incident["id"]) or ({}, []))[0] for incident in incidents
    ]
    assert {part["name"]: part["lasted_ms"] for part in web["parts"]} == {
        "eu-west": WELL - WEB_FAILS,
        "web": WELL - WEB_FAILS,
    }
    assert {part["lasted_ms"] for part in api["parts"]} == {WELL - API_FAILS}
