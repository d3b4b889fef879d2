"""Looks are asked for over HTTP, and told as they come back."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.documents.looks import WHY
from coordinator.access.scopes import Scope
from coordinator.domain.schedule.wishes import Came, Wished
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.looking.look_jobs import KEPT_MS, MOST_AT_ONCE, LookJob
from tests.api import seeds
from tests.api.http.access.asking import bearer, token_of
from worker.contract.clock import now

REGIONS = sorted(seeds.REGIONS)
LINE = Entry(0, "tester", "looks asked for", "", "here")


@pytest.fixture
async def operator(api: httpx.AsyncClient, configured: Store) -> httpx.AsyncClient:
    """A client that may operate."""
    token, _ = await token_of(configured, Scope.READ, Scope.OPERATE)
    api.headers.update(bearer(token))
    return api


async def taken(store: Store, *came: Came | None) -> LookJob:
    """The one job that waits, taken as the coordinator would; this came of its looks."""
    (job,) = await store.look_jobs.waiting(now())
    looks = [
        look._replace(attempt=80, came=what) for look, what in zip(job.looks, came, strict=True)
    ]
    job = replace(job, looks=looks, taken_at=now(), over_by=now() + 60_000)
    assert await store.look_jobs.take(job)
    return job


def states(told: dict[str, Any]) -> list[str]:
    return [look["state"] for look in told["looks"]]


async def test_a_check_is_looked_at_and_its_results_are_told(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    regions = ["eu-west", "us-east", "sa-east"]
    made = await operator.post("/v1/looks", json={"check": "claude-api", "regions": regions})
    assert made.status_code == 202, made.text
    address = f"/v1/{made.headers['location']}"
    assert states(made.json()) == ["waiting"] * 3
    assert sorted(look["region"] for look in made.json()["looks"]) == sorted(regions)
    job = await taken(configured, Came.ORDERED, Came.SILENT, Came.ORDERED)
    told = (await operator.get(address)).json()
    assert (states(told), told["over"]) == (["ordered", "refused", "ordered"], False)
    assert told["looks"][1]["why"] == WHY[Came.SILENT]
    for look in job.looks[::2]:
        one = seeds.result(job.taken_at or 0, 80, region=look.region)
        regular = seeds.result(job.taken_at or 0, region=look.region, reason="refused")
        await configured.results.add([regular, one])
    told = (await operator.get(address)).json()
    assert (states(told), told["over"]) == (["seen", "refused", "seen"], True)
    assert told["looks"][0]["result"]["scheduled_at"] == told["ordered_at"]
    assert {look["result"]["attempt"] for look in told["looks"][::2]} == {80}
    ((_, line), *_) = await configured.audit.latest(1)
    assert (line.what, line.about) == (
        "looks asked for",
        "claude-api from eu-west, us-east, sa-east",
    )


async def test_a_service_or_a_reference_is_looked_at_from_everywhere(
    operator: httpx.AsyncClient,
) -> None:
    for service, checks in (("openai", 2), ("internet", 1)):
        made = await operator.post("/v1/looks", json={"service": service})
        assert made.status_code == 202, made.text
        assert len(made.json()["looks"]) == checks * len(REGIONS)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "give either `check` or `service`"),
        ({"check": "claude-api", "service": "claude"}, "give either `check` or `service`"),
        ({"check": "claude-ap"}, "did you mean `claude-api`?"),
        ({"check": "qqqqq"}, "known are claude-api, claude-console"),
        ({"service": "qqqqq"}, "known are claude, internet, openai"),
        ({"service": "claude", "regions": ["mars"]}, "no"),
        ({"service": "claude", "regions": []}, "regions"),
        ({"service": "claude", "regions": "eu-west"}, "regions"),
        ({"service": "A B"}, "service"),
        ({"service": "claude", "more": 1}, "more"),
    ],
)
async def test_what_cannot_be_looked_at_says_why(
    operator: httpx.AsyncClient, configured: Store, body: dict[str, Any], sentence: str
) -> None:
    answer = await operator.post("/v1/looks", json=body)
    assert answer.status_code == 422, answer.text
    assert sentence in answer.json()["detail"]
    assert await configured.look_jobs.waiting(now()) == []


async def test_a_repeat_with_its_key_is_the_same_job(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    async def ask(key: str, service: str = "claude") -> httpx.Response:
        return await operator.post(
            "/v1/looks", json={"service": service}, headers={"idempotency-key": key}
        )

    first, again, other = await ask("one"), await ask("one"), await ask("two")
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    reused = await ask("one", "openai")
    assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")
    lines = [entry.what for _, entry in await configured.audit.latest(10)]
    assert lines.count("looks asked for") == 2
    assert (await ask("a b")).status_code == 422
    token, _ = await token_of(configured, Scope.READ, Scope.OPERATE)
    operator.headers.update(bearer(token))
    assert (await ask("one", "openai")).status_code == 202, "it is somebody else's key"


async def test_a_key_is_free_again_in_a_day(configured: Store) -> None:
    def job(name: str, at: int) -> LookJob:
        return LookJob(name, {}, [], at, "tester", at)

    await configured.look_jobs.add(job("past", now() - KEPT_MS), "key", "a", LINE)
    found = await configured.look_jobs.add(job("new", now()), "key", "b", LINE)
    assert found.id == "new"


async def test_too_many_at_once_are_told_when_to_come_again(operator: httpx.AsyncClient) -> None:
    for _ in range(MOST_AT_ONCE):
        made = await operator.post("/v1/looks", json={"check": "claude-api"})
        assert made.status_code == 202
    refused = await operator.post("/v1/looks", json={"check": "claude-api"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_looks")
    assert 0 < int(refused.headers["retry-after"]) <= 31


async def test_what_nobody_takes_up_or_hears_expires_and_says_so(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    at = now() - 40_000
    looks = [Wished("claude-api", "eu-west", 80, Came.ORDERED), Wished("claude-api", "us-east", 80)]
    for name, taken_at in (("untaken", None), ("unheard", at)):
        job = LookJob(name, {"check": "claude-api"}, looks, at, "tester", at + 30_000, taken_at)
        await configured.look_jobs.add(job, None, "", LINE)
    untaken = (await operator.get("/v1/looks/untaken")).json()
    assert (states(untaken), untaken["over"]) == (["expired", "expired"], True)
    assert untaken["looks"][0]["why"] == "no coordinator took it up; is one running?"
    unheard = (await operator.get("/v1/looks/unheard")).json()
    assert unheard["looks"][0]["why"].startswith("it was ordered, and no result")
    assert unheard["looks"][1]["why"].startswith("the coordinator stopped")
    gone = await operator.get("/v1/looks/nosuch")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_looks")


async def test_reading_it_takes_no_scope_to_operate(
    api: httpx.AsyncClient, configured: Store
) -> None:
    for scope, status in ((Scope.WRITE, 403), (Scope.READ, 403), (Scope.OPERATE, 202)):
        token, _ = await token_of(configured, scope)
        made = await api.post("/v1/looks", json={"service": "claude"}, headers=bearer(token))
        assert made.status_code == status
