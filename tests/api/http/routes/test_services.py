"""Services, their verdicts and the page's document, over HTTP."""

from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.overview import Overview
from api.documents.services import Matrix, ServiceDetail, Services
from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now


def conforms(shape: Any, found: Any) -> bool:
    """Whether a document has exactly the shape that OpenAPI promises: nothing missing, nothing
    more.
    """
    adapter = TypeAdapter(shape)
    return bool(adapter.dump_python(adapter.validate_python(found)) == found)


async def disrupted(store: Store) -> int:
    """Claude's API is disrupted in two regions, OpenAI is well, Sydney is unfit."""
    at = now()
    bad = seeds.verdict(
        "claude",
        at,
        "regional",
        "outage",
        ["us-east", "eu-west"],
        ["api"],
        "It fails in 2 regions.",
    )
    await seeds.judged(
        store, at, bad, seeds.verdict("openai", at), fitness={"oc-southeast": "unfit"}
    )
    await store.incidents.apply(seeds.incident("claude", at))
    return at


async def test_services_are_listed_with_their_verdicts(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    answer = await api.get("/v1/services")
    assert conforms(Services, answer.json())
    claude, openai = answer.json()["items"]
    assert (claude["state"], claude["headline"]) == ("bad", "API disrupted in 2 of 5 regions")
    assert claude["verdict"]["regions"] == ["us-east", "eu-west"]
    assert claude["since"] is not None
    assert (openai["state"], openai["headline"], openai["since"]) == (
        "well",
        "All well, seen from 4 of 5 regions",
        None,
    )


async def test_one_service_comes_with_evidence_and_incidents(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    detail = (await api.get("/v1/services/claude")).json()
    assert conforms(ServiceDetail, detail)
    assert detail["verdict"]["evidence"]["heard"] == list(seeds.REGIONS)
    assert len(detail["verdict"]["cells"]) == 15
    assert [incident["id"] for incident in detail["incidents"]] == ["claude-0001"]
    assert (await api.get("/v1/services/openai")).json()["incidents"] == []


async def test_the_matrix_has_rows_columns_and_cells(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    matrix = (await api.get("/v1/services/claude/matrix")).json()
    assert conforms(Matrix, matrix)
    bad = [
        (cell["component"], cell["region"]) for cell in matrix["cells"] if cell["state"] == "bad"
    ]
    assert bad == [("api", "us-east"), ("api", "eu-west")]
    assert [r["fitness"] for r in matrix["regions"]] == ["fit", "fit", "fit", "fit", "unfit"]


async def test_the_overview_has_all_that_the_page_shows(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    overview = (await api.get("/v1/overview")).json()
    assert conforms(Overview, overview)
    assert (overview["state"], overview["headline"]) == (
        "bad",
        "Claude: API disrupted in 2 of 5 regions",
    )
    assert [len(service["cells"]) for service in overview["services"]] == [15, 10]


async def test_before_the_first_verdict_the_scope_is_unknown(
    configured: Store, api: httpx.AsyncClient
) -> None:
    for path in ("/v1/services/claude", "/v1/services/openai", "/v1/services/internet"):
        verdict = (await api.get(path)).json()["verdict"]
        assert (verdict["scope"], verdict["at"]) == ("unknown", None)
    assert (await api.get("/v1/services")).json()["items"][0]["verdict"][
        "reason"
    ] == "no verdict yet"
    assert (await api.get("/v1/overview")).json()["headline"] == "The first looks are on their way"


async def test_before_any_configuration_the_lists_are_empty(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    assert (await api.get("/v1/services")).json() == {"items": []}
    overview = (await api.get("/v1/overview")).json()
    assert conforms(Overview, overview)
    assert (overview["configuration"], overview["headline"]) == (None, "Nothing is configured yet")


async def test_a_new_configuration_shows_at_once(configured: Store, api: httpx.AsyncClient) -> None:
    assert len((await api.get("/v1/services")).json()["items"]) == 2
    document = seeds.configuration()
    del document["services"][1]
    await configured.configurations.save(document, now())
    assert [service["id"] for service in (await api.get("/v1/services")).json()["items"]] == [
        "claude"
    ]


@pytest.mark.parametrize(
    "path", ["/v1/services", "/v1/overview", "/v1/regions", "/v1/workers", "/v1/services/claude"]
)
async def test_unchanged_documents_answer_304(
    configured: Store, api: httpx.AsyncClient, path: str
) -> None:
    at = await disrupted(configured)
    first = await api.get(path)
    again = await api.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await seeds.judged(
        configured, at + 1_000, seeds.verdict("claude", at + 1_000), fitness={"eu-west": "silent"}
    )
    changed = await api.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_an_unknown_service_is_a_problem(configured: Store, api: httpx.AsyncClient) -> None:
    for path in ("/v1/services/nobody", "/v1/services/nobody/matrix"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_service")
