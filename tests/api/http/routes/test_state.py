"""GET /v1/services/{id}/state: flat, and true."""

import httpx

from api.documents.state import ServiceState
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.test_services import conforms, disrupted
from worker.contract.clock import now


async def test_it_is_flat_and_says_what_the_service_says(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    answer = await api.get("/v1/services/claude/state")
    found = answer.json()
    assert conforms(ServiceState, found)
    whole = (await api.get("/v1/services/claude")).json()
    for name in ("state", "headline", "since"):
        assert found[name] == whole[name]
    for name in ("scope", "severity", "confidence", "reason", "at"):
        assert found[name] == whole["verdict"][name]
    assert found["regions"] == ", ".join(whole["verdict"]["regions"]) != ""
    parts = found.pop("parts")
    assert not [value for value in found.values() if isinstance(value, list | dict)]
    assert {part["id"]: part["state"] for part in parts} == {
        "api": "bad",
        "web": "well",
        "console": "well",
    }
    held = {"if-none-match": answer.headers["etag"]}
    assert (await api.get("/v1/services/claude/state", headers=held)).status_code == 304


async def test_uptime_is_of_half_an_hour_and_of_a_day(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now() // 60_000 * 60_000
    for ago_ms, good, bad in ((600_000, 2, 1), (5 * 3_600_000, 5, 0)):
        when = at - ago_ms
        looks = ["ok"] * good + ["timeout"] * bad
        await configured.results.add(
            [seeds.result(when + n, n, reason=reason) for n, reason in enumerate(looks)]
        )
        await configured.rollups.make("minute", when)
    found = (await api.get("/v1/services/claude/state")).json()
    assert (found["uptime_last_30m"], found["uptime_last_1d"]) == (66.666, 87.5)
    by_part = {part["id"]: part["uptime_last_1d"] for part in found["parts"]}
    assert by_part == {"api": 87.5, "web": None, "console": None}


async def test_nothing_is_known_before_anything_was_seen(
    configured: Store, api: httpx.AsyncClient
) -> None:
    found = (await api.get("/v1/services/openai/state")).json()
    assert conforms(ServiceState, found)
    assert (found["state"], found["uptime_last_1d"], found["regions"]) == ("unknown", None, "")
    assert (await api.get("/v1/services/nosuch/state")).json()["code"] == "unknown_service"
