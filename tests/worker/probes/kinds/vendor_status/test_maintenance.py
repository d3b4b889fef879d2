"""What a vendor's page announces."""

from typing import Any

from tests.worker.probes.kinds.vendor_status.samples import dumps
from worker.contract.clock import now
from worker.contract.instant import rfc3339

HOUR = 3_600_000


def work(name: str, begins_in_ms: int, status: str = "scheduled", **told: Any) -> dict[str, Any]:
    begin = now() + begins_in_ms
    return {
        "id": name,
        "name": f"Work {name}",
        "status": status,
        "impact": "maintenance",
        "scheduled_for": rfc3339(begin),
        "scheduled_until": rfc3339(begin + HOUR),
        "components": [{"name": "API"}],
        **told,
    }


async def test_announced_maintenance_is_told_apart_from_incidents(web: Any, look_at: Any) -> None:
    told = [
        work("later", 2 * HOUR),
        work("now", -HOUR // 2, "in_progress"),
        work("over", -HOUR // 2, "completed"),
        work("past", -3 * HOUR, "in_progress"),
    ]
    server = await web(dumps({"page": {"id": "x"}, "scheduled_maintenances": told}))
    given = {"provider": "statuspage", "about": "maintenance", "components": {"API": "api"}}
    outcome = await look_at("vendor_status", url=server.url(), **given)
    assert outcome.ok, outcome.detail
    assert outcome.extra["incidents"] == []
    assert [one["id"] for one in outcome.extra["maintenance"]] == ["now", "later"]
    first = outcome.extra["maintenance"][0]
    assert (first["title"], first["components"]) == ("Work now", ["api"])
    assert first["scheduled_for"] < first["scheduled_until"]


async def test_a_page_that_announces_nothing_says_so(web: Any, look_at: Any) -> None:
    server = await web(dumps({"page": {"id": "x"}, "scheduled_maintenances": []}))
    outcome = await look_at(
        "vendor_status", provider="statuspage", about="maintenance", url=server.url()
    )
    assert outcome.extra["maintenance"] == []
