"""GET /v1/board, /v1/strips, and the cells and days of a service."""

import httpx

from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now

HOUR = 3_600_000


async def test_the_board_is_the_overview_without_cells(
    api: httpx.AsyncClient, configured: Store
) -> None:
    at = now()
    await seeds.judged(configured, at, seeds.verdict("claude", at), seeds.verdict("openai", at))
    answer = await api.get("/v1/board")
    board, overview = answer.json(), (await api.get("/v1/overview")).json()
    assert [service.pop("cells") for service in overview["services"]]
    assert board == overview
    again = await api.get("/v1/board", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_strips_tell_what_stood_and_each_change(
    api: httpx.AsyncClient, configured: Store
) -> None:
    at = now()
    told = (
        seeds.verdict("claude", at - 50 * HOUR),
        seeds.verdict("claude", at - 5 * HOUR, "regional", "outage", ["eu-west"], ["api"]),
        seeds.verdict("claude", at - 4 * HOUR, "regional", "outage", ["us-east"], ["api"]),
        seeds.verdict("claude", at - 3 * HOUR),
    )
    await configured.verdicts.add(*map(seeds.kept, told))
    found = (await api.get("/v1/strips")).json()
    claude, openai = found["items"]
    assert [(span["state"], span["scope"]) for span in claude["spans"]] == [
        ("well", "none"),
        ("bad", "regional"),
        ("well", "none"),
    ]
    assert claude["spans"][0]["since"] == found["since"]
    assert openai == {"service": "openai", "spans": []}


async def test_cells_over_time_count_what_each_pair_saw(
    api: httpx.AsyncClient, configured: Store
) -> None:
    at = now() // 900_000 * 900_000 - 1_800_000
    await configured.results.add(
        [seeds.result(at + n, n, reason="timeout" if n == 3 else "ok") for n in range(4)]
    )
    await configured.rollups.make("minute", at // 60_000 * 60_000)
    await configured.verdicts.add(seeds.kept(seeds.verdict("claude", at)))
    answer = await api.get("/v1/services/claude/cells")
    told = answer.json()
    (cell,) = told["cells"]
    frame = told["starts"].index(seeds.rfc3339(at))
    assert (told["step_ms"], cell["region"], cell["component"]) == (900_000, "eu-west", "api")
    assert (cell["good"][frame], cell["bad"][frame], sum(cell["good"])) == (3, 1, 3)
    assert [said["state"] for said in told["said"]] == ["well"]
    assert answer.headers["etag"]
    by_day = (await api.get("/v1/services/claude/cells", params={"since": "90d"})).json()
    assert (by_day["step_ms"], sum(by_day["cells"][0]["bad"])) == (86_400_000, 1)


async def test_days_tell_how_far_incidents_reached(
    api: httpx.AsyncClient, configured: Store
) -> None:
    day = now() // 86_400_000 * 86_400_000
    begin, end = day - 30 * HOUR, day - 20 * HOUR
    over = {"resolved_at": end, "ended_after": end - 1, "ended_by": end}
    await configured.incidents.apply(
        seeds.incident("claude", begin, started_by=begin, scope="regional", peak="regional"),
        seeds.incident("claude", end, moment="resolved", started_by=begin, opened_at=begin, **over),
    )
    found = (await api.get("/v1/services/claude/days", params={"days": 4})).json()["days"]
    assert [one["scope"] for one in found] == ["none", "regional", "regional", "none"]
    assert [one["disrupted_ms"] for one in found] == [0, 6 * HOUR, 4 * HOUR, 0]
    assert [one["state"] for one in found] == ["unknown", "bad", "bad", "unknown"]
    assert found[1]["incidents"] == ["claude-0001"]


REFUSED = (
    "/v1/strips?since=1000d",
    "/v1/strips?x=1",
    "/v1/services/claude/cells?step=week",
    "/v1/services/claude/cells?since=90d&step=quarter",
    "/v1/services/claude/days?days=0",
    "/v1/services/claude/days?days=1000",
)


async def test_what_cannot_be_answered_is_refused(
    api: httpx.AsyncClient, configured: Store
) -> None:
    for address in REFUSED:
        assert (await api.get(address)).status_code == 422, address
    for what in ("cells", "days"):
        answer = await api.get(f"/v1/services/nobody/{what}")
        assert answer.json()["code"] == "unknown_service"
