"""GET /v1/services/{id}/history and `outscope history`."""

import json
from collections.abc import Callable

import httpx
import pytest
from click.testing import Result

from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now

Cli = Callable[..., Result]


async def looked_at(store: Store) -> None:
    at = now() // 60_000 * 60_000 - 600_000
    await store.results.add(
        [seeds.result(at + n, n, reason="timeout" if n == 3 else "ok") for n in range(4)]
    )
    await store.rollups.make("minute", at)


async def test_it_answers_the_buckets_and_the_whole(
    api: httpx.AsyncClient, configured: Store
) -> None:
    await looked_at(configured)
    told = (await api.get("/v1/services/claude/history", params={"since": "1h"})).json()
    assert (told["resolution"], len(told["points"])) == ("minute", 1)
    assert (told["whole"]["looks"], told["whole"]["uptime"]) == (4, 0.75)
    assert set(told["points"][0]["total_ms"]) == {"p50", "p95", "p99"}
    assert (await api.get("/v1/services/nobody/history")).json()["code"] == "unknown_service"


@pytest.mark.parametrize(
    "query",
    [
        {"since": "1h", "until": "2h"},
        {"resolution": "week"},
        {"resolution": "minute", "since": "30d"},
        {"x": "1"},
    ],
)
async def test_what_cannot_be_answered_is_refused(
    api: httpx.AsyncClient, configured: Store, query: dict[str, str]
) -> None:
    answer = await api.get("/v1/services/claude/history", params=query)
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["results", "exports/results", "services/claude/history"])
@pytest.mark.parametrize(
    "query",
    [
        {"since": "10m", "until": "20m"},
        {"since": "2026-03-02T00:00:00Z", "until": "2026-03-02T00:00:00Z"},
        {"since": "2999-01-01T00:00:00Z"},
    ],
)
async def test_a_span_in_which_nothing_can_lie_is_refused(
    api: httpx.AsyncClient, configured: Store, path: str, query: dict[str, str]
) -> None:
    answer = await api.get(f"/v1/{path}", params=query)
    assert answer.status_code == 422
    assert "is not before the end of the time asked for" in answer.json()["detail"]


@pytest.mark.slow
def test_the_command_shows_a_table_or_the_document(
    outscope: Cli, seed: Callable[..., None]
) -> None:
    seed(looked_at)
    said = outscope("history", "claude", "--since", "1h")
    assert said.exit_code == 0, said.output
    assert "75.000%" in said.output
    assert "all: " in said.output
    by_day = outscope("history", "claude", "--since", "1h", "--resolution", "day").output
    assert "day (UTC)" in by_day
    assert "75.000%" in by_day
    assert "(until " in by_day
    assert "timeout 1" in said.output
    told = json.loads(outscope("history", "claude", "--since", "1h", "--json").stdout)
    assert told["whole"]["bad"] == 1
    assert "No service 'nobody' is configured" in outscope("history", "nobody").output
    assert outscope("history", "claude", "--resolution", "week").exit_code != 0
