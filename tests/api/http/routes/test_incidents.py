"""Incidents over HTTP."""

import httpx
from pydantic import TypeAdapter

from api.documents.incidents import IncidentDetail, Incidents
from coordinator.domain.model.incident import Part
from coordinator.domain.model.verdict import Scope
from coordinator.store import Store
from tests.api import seeds

AT = 1_772_368_327_000


async def test_incidents_come_in_pages_newest_first(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await configured.incidents.apply(
        *(seeds.incident("claude", AT + n, number=n) for n in range(5))
    )
    seen, cursor = [], None
    while True:
        answer = await api.get(
            "/v1/incidents", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        page = answer.json()
        TypeAdapter(Incidents).validate_python(page)
        seen += [incident["id"] for incident in page["items"]]
        cursor = page["next"]
        assert ('rel="next"' in answer.headers.get("link", "")) is (cursor is not None)
        if cursor is None:
            break
    assert seen == [f"claude-{n:04d}" for n in (4, 3, 2, 1, 0)]


async def test_the_link_leads_to_the_next_page(configured: Store, api: httpx.AsyncClient) -> None:
    await configured.incidents.apply(
        *(seeds.incident("claude", AT + n, number=n) for n in range(3))
    )
    first = await api.get("/v1/incidents", params={"limit": 2, "service": "claude"})
    second = await api.get(first.links["next"]["url"])
    assert [incident["id"] for incident in second.json()["items"]] == ["claude-0000"]


async def test_incidents_are_filtered_by_service_and_by_being_open(
    configured: Store, api: httpx.AsyncClient
) -> None:
    over = {"resolved_at": AT + 9, "ended_after": AT + 5, "ended_by": AT + 6}
    await configured.incidents.apply(
        seeds.incident("claude", AT),
        seeds.incident("openai", AT),
        seeds.incident("openai", AT + 9, number=2, **over),
    )
    both = (await api.get("/v1/incidents", params={"service": "openai"})).json()["items"]
    assert [incident["id"] for incident in both] == ["openai-0002", "openai-0001"]
    still = (await api.get("/v1/incidents", params={"service": "openai", "open": "true"})).json()[
        "items"
    ]
    assert [incident["id"] for incident in still] == ["openai-0001"]


async def test_an_incident_tells_its_timeline_oldest_first(
    configured: Store, api: httpx.AsyncClient
) -> None:
    wide = tuple(seeds.REGIONS)
    await configured.incidents.apply(
        seeds.incident("claude", AT),
        seeds.incident(
            "claude",
            AT + 60_000,
            moment="updated",
            scope=Scope.SYSTEM_WIDE,
            regions=wide,
            opened_at=AT,
        ),
    )
    found = (await api.get("/v1/incidents/claude-0001")).json()
    assert (
        TypeAdapter(IncidentDetail).dump_python(TypeAdapter(IncidentDetail).validate_python(found))
        == found
    )
    assert [(line["event"], line["scope"]) for line in found["timeline"]] == [
        ("opened", "regional"),
        ("updated", "system_wide"),
    ]
    assert found["ended_by"] is None


async def test_an_incident_tells_its_cause_and_those_that_share_it(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await configured.incidents.apply(
        seeds.incident("openai", AT),
        seeds.incident("claude", AT + 1, cause="openai-0001"),
        seeds.incident("claude", AT + 2, number=2, regions=("ap-northeast",), intermittent=True),
    )
    claude, openai, apart = [
        (await api.get(f"/v1/incidents/{name}")).json()
        for name in ("claude-0001", "openai-0001", "claude-0002")
    ]
    assert (claude["cause"], claude["intermittent"]) == (
        {"id": "openai-0001", "service": "openai"},
        False,
    )
    assert [(other["id"], other["service"]) for other in claude["alike"]] == [
        ("openai-0001", "openai")
    ]
    assert [other["id"] for other in openai["alike"]] == ["claude-0001"]
    assert (openai["cause"], apart["cause"], apart["alike"], apart["intermittent"]) == (
        None,
        None,
        [],
        True,
    )
    listed = (await api.get("/v1/incidents", params={"service": "claude"})).json()["items"]
    assert [(item["intermittent"], item["cause"]) for item in listed] == [
        (True, None),
        (False, claude["cause"]),
    ]


async def test_an_incident_tells_how_long_it_lasted_where(
    configured: Store, api: httpx.AsyncClient
) -> None:
    parts = (
        Part("region", "eu-west", AT),
        Part("region", "us-east", AT, AT + 90_000),
        Part("component", "api", AT),
    )
    await configured.incidents.apply(seeds.incident("claude", AT, parts=parts))
    found = (await api.get("/v1/incidents/claude-0001")).json()
    assert (
        TypeAdapter(IncidentDetail).dump_python(TypeAdapter(IncidentDetail).validate_python(found))
        == found
    )
    told = [
        (part["axis"], part["name"], part["until"], part["lasted_ms"]) for part in found["parts"]
    ]
    assert told == [
        ("region", "eu-west", None, None),
        ("region", "us-east", "2026-03-01T12:33:37.000Z", 90_000),
        ("component", "api", None, None),
    ]


async def test_an_unknown_incident_is_a_problem(configured: Store, api: httpx.AsyncClient) -> None:
    for name in ("nobody", "%00", "x" * 5000, "ünknown", "a b", "'; drop table incident; --"):
        answer = await api.get(f"/v1/incidents/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_incident"), name
