"""What tests of acknowledgements put into a store: one late half admission, a silence, and a
statement of what nobody saw.
"""

from typing import Any

from coordinator.acknowledging.loop import AcknowledgingLoop
from coordinator.configuration.configuration import from_document
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.domain.model.verdict import Scope
from coordinator.store import Store
from tests.api import seeds
from tests.coordinator.domain.acknowledging.made import at, over
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

PAGE = "claude-status-page"


def configuration() -> dict[str, Any]:
    """The seeded one with a check that reads the vendor's page."""
    document = seeds.configuration()
    params = {"provider": "statuspage", "components": {"Claude API": "api", "claude.ai": "web"}}
    check = {
        "id": PAGE,
        "kind": "vendor_status",
        "interval_ms": 120_000,
        "timeout_ms": 5_000,
        "votes": False,
        "params": params,
    }
    document["services"][0]["components"][0]["checks"].append(check)
    return document


def told(status: str = "investigating", **changes: Any) -> dict[str, Any]:
    """An incident as the kind tells it."""
    entry = {"id": "v1", "status": status, "title": "Errors", "vendor_components": ["Claude API"]}
    return {**entry, **changes}


def look(
    minutes: float, *incidents: dict[str, Any], heard: bool = True, region: str = "eu-west"
) -> Result:
    """A look at the page that read this, or nothing."""
    moment = at(minutes)
    return Result(
        id=result_id(PAGE, region, f"{region}-1", moment // 1000, 0),
        check=PAGE,
        service="claude",
        component="api",
        kind="vendor_status",
        region=region,
        worker=f"{region}-1",
        scheduled_at=moment,
        started_at=moment,
        received_at=moment + 50,
        attempt=0,
        ok=heard,
        reason=Reason.OK if heard else Reason.BLOCKED,
        blame=Blame.NONE if heard else Blame.PROBER,
        extra={"heard": heard, "incidents": [*incidents]} if heard else {"heard": False},
    )


async def acknowledged(store: Store) -> None:
    """Minutes 0 to 60 nothing works and the API is admitted at 20; 200 to 230 the web fails and
    nobody says so; at 400 the vendor speaks of the web, and we saw nothing.
    """
    whole = over(components=("api", "web", "console"), peak=Scope.SYSTEM_WIDE)
    quiet = over(
        2, 230, opened_at=at(202), started_after=at(200), started_by=at(201), components=("web",)
    )
    document = configuration()
    await store.configurations.save(document, at(-10))
    done = told("resolved", resolved_at="2026-03-01T13:40:00Z", published_at="2026-03-01T12:49:00Z")
    web = told(id="v2", vendor_components=["claude.ai"], title="claude.ai is slow")
    begun = told(published_at="2026-03-01T12:49:00Z", started_at="2026-03-01T12:31:00Z")
    looks = [look(minutes) for minutes in range(-4, 20, 2)]
    looks += [look(minutes, begun) for minutes in range(20, 70, 2)]
    looks += [look(minutes, done) for minutes in range(70, 400, 2)]
    looks += [look(minutes, done, web) for minutes in range(400, 440, 2)]
    await store.results.add(looks)
    for one in (whole, quiet):
        await store.incidents.apply(IncidentEvent(one.resolved_at or 0, Moment.RESOLVED, one))
    loop = AcknowledgingLoop(store, from_document(document))
    await loop.once(at(440))
