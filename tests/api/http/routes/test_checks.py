"""Checks over HTTP: what is looked at, and when next from where."""

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.checks import Checks
from coordinator.configuration import from_document
from coordinator.domain.schedule.schedule import Schedule
from coordinator.store import Store
from tests.api import seeds
from tests.api.web import story
from worker.contract.clock import now
from worker.contract.instant import parse_rfc3339


async def test_the_next_looks_are_those_that_the_coordinator_orders(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    document = story.configuration()
    await api_store.configurations.save(document, now())
    before = now()
    answer = await api.get("/v1/checks", params={"limit": 1000})
    told = TypeAdapter(Checks).validate_python(answer.json())
    assert "params" not in answer.text
    votes = {check["id"]: check["votes"] for check in told["items"]}
    assert len(votes) == len(told["items"])
    assert votes["claude-api"]
    after = now()
    schedule = Schedule(from_document(document).topology)
    due: dict[tuple[str, str], list[int]] = {}
    for look in schedule.due(before, before + 600_000):
        due.setdefault((look.check.id, look.region), []).append(look.scheduled_at)
    found = {
        (check["id"], one["region"]): parse_rfc3339(one["at"])
        for check in told["items"]
        for one in check["next"]
    }
    assert found.keys() >= due.keys()
    for pair, moments in due.items():
        assert found[pair] in moments
        assert all(moment < after for moment in moments if moment < found[pair])


async def test_checks_come_in_pages_by_service(configured: Store, api: httpx.AsyncClient) -> None:
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = (await api.get("/v1/checks", params=query)).json()
        seen += [f"{one['service']}/{one['id']}" for one in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == sorted(seen)
    assert len(seen) == sum(len(parts) for _, parts in seeds.SERVICES.values()) + 1
    one = (await api.get("/v1/checks", params={"service": "openai"})).json()["items"]
    assert {check["service"] for check in one} == {"openai"}


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"limit": "0"}, {"service": "<b>"}])
async def test_a_wrong_query_is_refused(
    configured: Store, api: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await api.get("/v1/checks", params=query)).status_code in (400, 422)
