"""Exports without announced maintenance over HTTP: what lies in it is left out, nothing else."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from coordinator.domain.maintenance.window import Occurrence
from coordinator.store import Store
from tests.api import seeds
from tests.coordinator.store.rolled_up import make_all

MINUTE, HOUR = 60_000, 3_600_000
AT = 1_772_366_400_000
"""12:00 UTC."""
EXCLUDE = {"maintenance": "exclude"}


def window(begin: int, end: int, targets: Sequence[str] = (), region: str = "") -> Occurrence:
    since, until = AT + begin * MINUTE, AT + end * MINUTE
    regions = frozenset([region] if region else ())
    return Occurrence(f"w{begin}", "W", "operator", since, until, frozenset(targets), regions)


async def announced(store: Store, *windows: Occurrence) -> None:
    await store.maintenance_times.replace(windows, AT - HOUR, AT + 9 * HOUR)


@pytest.fixture
async def looked(configured: Store) -> Store:
    """A look each minute for an hour, from two regions; the n-th from the first region is due a
    second before the minute ends.
    """
    for region, offset in (("eu-west", MINUTE - 1_000), ("us-east", 0)):
        rows = [
            seeds.result(AT + n * MINUTE + offset, n, region=region, service="claude")
            for n in range(60)
        ]
        await configured.results.add(rows)
    return configured


async def exported(api: httpx.AsyncClient, name: str, **params: Any) -> list[dict[str, Any]]:
    told = {"format": "ndjson", "compression": "none", **params}
    answer = await api.get(f"/v1/exports/{name}", params=told)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize(
    ("windows", "left"),
    [
        ([], (60, 60)),
        ([window(10, 20)], (50, 50)),
        ([window(10, 20), window(15, 25), window(25, 30)], (40, 40)),
        ([window(10, 20, ["claude"])], (50, 50)),
        ([window(10, 20, ["claude/api"])], (50, 50)),
        ([window(10, 20, ["claude/web", "openai"])], (60, 60)),
        ([window(10, 20, region="eu-west")], (50, 60)),
        ([window(-90, 90)], (0, 0)),
    ],
)
async def test_looks_in_windows_are_left_out(
    looked: Store, api: httpx.AsyncClient, windows: list[Occurrence], left: tuple[int, int]
) -> None:
    await announced(looked, *windows)
    for columns in ({}, {"columns": "region,id"}):
        rows = await exported(api, "results", **EXCLUDE, **columns)
        count = [sum(row["region"] == one for row in rows) for one in ("eu-west", "us-east")]
        assert tuple(count) == left
    assert len(await exported(api, "results")) == 120


async def test_windows_count_to_whole_minutes_as_in_the_history(
    looked: Store, api: httpx.AsyncClient
) -> None:
    since, until = AT + 10 * MINUTE + 30_000, AT + 11 * MINUTE + 1
    await announced(looked, Occurrence("w", "W", "operator", since, until))
    assert len(await exported(api, "results", **EXCLUDE)) == 120 - 4


async def test_a_reading_goes_on_behind_what_was_left_out(
    looked: Store, api: httpx.AsyncClient
) -> None:
    await announced(looked, window(10, 20))
    ids, cursor = [], None
    for _ in range(100):
        params = {**EXCLUDE, "limit": 7, **({"cursor": cursor} if cursor else {})}
        answer = await api.get(
            "/v1/exports/results", params={"format": "ndjson", "compression": "none", **params}
        )
        rows = [json.loads(line) for line in answer.text.splitlines()]
        if not rows:
            break
        ids += [row["id"] for row in rows]
        summary = f"/v1/exports/summaries/{answer.headers['outscope-export']}"
        cursor = (await api.get(summary)).json()["cursor"]
    assert len(ids) == len(set(ids)) == 100
    other = await api.get("/v1/exports/results", params={"cursor": cursor})
    assert other.json()["code"] == "bad_cursor", "a cursor of another reading is none of this one"


async def test_hours_are_left_out_when_all_of_one_lies_in_windows(
    looked: Store, api: httpx.AsyncClient
) -> None:
    await make_all(looked, AT + 2 * HOUR)
    assert len(await exported(api, "rollups")) > 0
    await announced(looked, window(0, 59))
    assert len(await exported(api, "rollups", **EXCLUDE)) == len(await exported(api, "rollups"))
    await announced(looked, window(0, 30), window(30, 60, region="eu-west"))
    rows = await exported(api, "rollups", **EXCLUDE)
    assert {row["region"] for row in rows} == {"us-east"}


async def test_what_tells_of_no_looks_has_nothing_to_leave_out(
    looked: Store, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/v1/exports/incidents", params=EXCLUDE)
    assert answer.status_code == 422
    assert "results and rollups have" in answer.text
