"""Struck results over HTTP: marked in pages, left out of exports, exported alone when asked for."""

import json
from typing import Any

import httpx
import pytest

from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now

AT = 1_772_368_320_000


@pytest.fixture
async def struck(configured: Store) -> Store:
    """Ten results of two regions each, of which the last five of one are struck."""
    for region in ("eu-west", "us-east"):
        rows = [seeds.result(AT + n * 1_000, n, region=region) for n in range(10)]
        await configured.results.add(rows)
    received = sorted(r.received_at for r in await configured.results.recent(0))
    span = received[10], received[-1] + 1
    found = await configured.striking.find("eu-west", *span)
    assert found.results == 5
    await configured.striking.strike("eu-west", *span, found, ("leaked", "me", now()))
    return configured


async def exported(api: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/exports/results", params={"format": "ndjson", **params})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_pages_show_them_and_say_so(struck: Store, api: httpx.AsyncClient) -> None:
    items = (await api.get("/v1/results")).json()["items"]
    assert len(items) == 20
    marked = [item for item in items if item.get("struck")]
    assert len(marked) == 5
    assert {item["region"] for item in marked} == {"eu-west"}
    assert all("struck" not in item for item in items if item not in marked)


@pytest.mark.parametrize("columns", [None, "id", "id,ok"])
async def test_exports_leave_them_out_or_hold_them_alone(
    struck: Store, api: httpx.AsyncClient, columns: str | None
) -> None:
    chosen = {} if columns is None else {"columns": columns}
    counting = await exported(api, **chosen, compression="none")
    alone = await exported(api, **chosen, compression="none", struck="true")
    assert (len(counting), len(alone)) == (15, 5)
    ids = {row["id"] for row in counting} | {row["id"] for row in alone}
    assert len(ids) == 20
    assert columns is None or list(alone[0]) == columns.split(",")


async def test_only_results_can_be_asked_for_what_was_struck(
    struck: Store, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/v1/exports/incidents", params={"struck": "true"})
    assert answer.status_code == 422
    assert "nothing that was struck" in answer.text
