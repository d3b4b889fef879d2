"""Where to go instead, over HTTP: what is avoided, for whom, in which order; what is refused."""

from typing import Any

import httpx
import pytest

from api.documents.advice import Advice
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.test_services import conforms
from worker.contract.clock import now

MODELS = {"claude": "claude-haiku-4-5", "openai": "gpt-5-mini"}


async def said(store: Store, scope: str = "none", *rest: Any, **more: Any) -> None:
    at = now()
    claude = seeds.verdict("claude", at, scope, *rest, **more)
    for one in claude["evidence"]["disruptions"]:
        one["severity"] = claude["severity"]
    await seeds.judged(store, at, claude, seeds.verdict("openai", at))


async def asked(api: httpx.AsyncClient, query: str = "") -> tuple[dict[str, Any], list[str]]:
    answer = await api.get(f"/v1/advice{query}")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert conforms(Advice, found)
    return {target["id"]: target for target in found["targets"]}, found["order"]


async def test_all_well_is_used_in_the_order_asked_for(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await said(configured)
    targets, order = await asked(api, "?services=openai,claude")
    assert order == ["openai", "claude"]
    assert {target["use"] for target in targets.values()} == {"ok"}
    assert targets["claude/api"]["well_in"] == list(seeds.REGIONS)
    assert targets["claude/api"]["since"] is None


async def test_a_feature_that_is_down_everywhere_is_avoided_and_nothing_else(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await said(configured, "component", "outage", list(seeds.REGIONS), ["api"])
    await configured.incidents.apply(seeds.incident("claude", now()))
    targets, order = await asked(api, "?services=claude,openai")
    uses = {name: target["use"] for name, target in targets.items()}
    assert (uses["claude/api"], uses["claude/web"], uses["claude"]) == ("avoid", "ok", "ok")
    assert targets["claude/api"]["severity"] == "outage"
    assert targets["claude/api"]["since"][1] is not None
    assert order == ["openai", "claude"], "a service with a feature down comes after a whole one"


async def test_what_is_down_in_one_region_is_avoided_only_by_those_near_it(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await said(configured, "regional", "outage", ["eu-west"], ["api", "web", "console"])
    near, _ = await asked(api, "?region=eu-west")
    far, _ = await asked(api, "?region=us-east")
    anywhere, _ = await asked(api)
    assert (near["claude"]["use"], far["claude"]["use"]) == ("avoid", "ok")
    assert far["claude/api"]["severity"] == "operational"
    assert anywhere["claude/api"]["use"] == "ok"
    assert anywhere["claude/api"]["severity"] == "outage"
    assert near["claude/api"]["well_in"] == [one for one in seeds.REGIONS if one != "eu-west"]


async def test_degraded_alone_sends_nobody_elsewhere(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await said(
        configured, "system_wide", "degraded", list(seeds.REGIONS), ["api", "web", "console"]
    )
    targets, order = await asked(api, "?services=claude,openai")
    assert (targets["claude"]["use"], targets["claude"]["severity"]) == ("ok", "degraded")
    assert order == ["openai", "claude"]


async def test_what_nobody_judged_gets_no_opinion(
    configured: Store, api: httpx.AsyncClient
) -> None:
    targets, order = await asked(api)
    assert {target["use"] for target in targets.values()} == {"unknown"}
    assert order == ["claude", "openai"], "the last choice is never taken away"


async def test_a_coordinator_that_is_silent_gets_no_opinion(
    configured: Store, api: httpx.AsyncClient
) -> None:
    long_ago = now() - 600_000
    bad = seeds.verdict("claude", long_ago, "system_wide", "outage", seeds.REGIONS, ["api", "web"])
    await seeds.judged(configured, long_ago, bad)
    targets, _ = await asked(api)
    assert {target["use"] for target in targets.values()} == {"unknown"}


async def test_models_are_targets_of_the_component_whose_checks_ask_them(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    document = seeds.configuration()
    for service in document["services"][:2]:
        service["components"][0]["checks"][0]["params"]["model"] = MODELS[service["id"]]
    await api_store.configurations.save(document, now())
    await said(api_store, "component", "outage", list(seeds.REGIONS), ["api"])
    targets, order = await asked(api, "?models=claude-haiku-4-5,gpt-5-mini")
    assert order == ["openai/api/gpt-5-mini", "claude/api/claude-haiku-4-5"]
    assert targets["claude/api/claude-haiku-4-5"]["use"] == "avoid"
    only, order = await asked(api, "?models=claude-haiku-4-5")
    assert order == ["claude/api/claude-haiku-4-5"]
    assert "openai/api/gpt-5-mini" not in only


async def test_the_etag_lasts_while_the_advice_does(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await said(configured)
    first = await api.get("/v1/advice")
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["cache-control"] == (
        "max-age=10, stale-while-revalidate=30, stale-if-error=300"
    )
    held = {"if-none-match": first.headers["etag"]}
    assert (await api.get("/v1/advice", headers=held)).status_code == 304
    await said(configured, "component", "outage", list(seeds.REGIONS), ["api"])
    assert (await api.get("/v1/advice", headers=held)).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("services=nosuch", 404, "No service 'nosuch' is judged here"),
        ("services=internet", 404, "No service 'internet' is judged here"),
        ("services=", 422, "services"),
        ("services=claude,,openai", 422, "services"),
        ("services=" + ",".join(f"s{n}" for n in range(101)), 422, "names 101; at most 100"),
        ("models=nosuch", 422, "no check asks the model 'nosuch'; there is none"),
        ("region=nowhere", 422, "no region 'nowhere' is configured; there is us-east"),
        ("region=", 422, "region"),
        ("region=EU", 422, "region"),
        ("zone=eu", 422, "there is no such parameter"),
    ],
)
async def test_bad_input_is_told(
    configured: Store, api: httpx.AsyncClient, query: str, status: int, told: str
) -> None:
    answer = await api.get(f"/v1/advice?{query}")
    assert answer.status_code == status
    assert told in answer.json()["detail"]


def with_status_page() -> dict[str, Any]:
    document = seeds.configuration()
    page = {
        "id": "claude-status-page",
        "kind": "vendor_status",
        "interval_ms": 120_000,
        "timeout_ms": 20_000,
        "votes": False,
        "params": {"provider": "statuspage", "url": "https://status.claude.com"},
    }
    document["services"][0]["components"][0]["checks"].append(page)
    return document


async def vendor_said(
    store: Store, age_ms: int, *incidents: dict[str, Any], heard: bool = True
) -> None:
    told = {"heard": heard, "incidents": list(incidents)}
    at = now() - age_ms
    looked = seeds.result(at, check="claude-status-page", kind="vendor_status", extra=told)
    await store.results.add([looked])


API_DOWN = {
    "title": "Elevated errors on Claude API",
    "open": True,
    "impact": "major",
    "published_at": "2026-11-30T01:02:03.000Z",
    "components": ["api"],
    "vendor_components": ["Claude API (api.anthropic.com)"],
}


async def test_what_the_vendor_says_stands_beside_the_advice_and_changes_nothing(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    await api_store.configurations.save(with_status_page(), now())
    await said(api_store)
    over = {**API_DOWN, "open": False, "title": "Another one"}
    await vendor_said(api_store, 60_000, over, API_DOWN)
    targets, _ = await asked(api)
    assert targets["claude/api"]["vendor_says"] == {
        "state": "incident",
        "since": "2026-11-30T01:02:03.000Z",
        "titles": ["Elevated errors on Claude API"],
    }
    assert targets["claude"]["vendor_says"]["state"] == "incident"
    assert targets["claude/web"]["vendor_says"]["state"] == "well"
    assert targets["openai"]["vendor_says"]["state"] == "unheard"
    assert {target["use"] for target in targets.values()} == {"ok"}


async def test_a_page_that_was_not_heard_lately_says_nothing(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    await api_store.configurations.save(with_status_page(), now())
    await said(api_store)
    await vendor_said(api_store, 60_000, heard=False)
    await vendor_said(api_store, 3_600_000, API_DOWN)
    targets, _ = await asked(api)
    assert {target["vendor_says"]["state"] for target in targets.values()} == {"unheard"}


@pytest.mark.parametrize(
    ("incident", "api_state", "web_state"),
    [
        ({"open": True, "title": "Trouble"}, "incident", "incident"),
        ({"open": True, "title": "Elsewhere", "vendor_components": ["Billing"]}, "well", "well"),
        ({"open": True, "impact": "maintenance", "components": ["web"]}, "well", "maintenance"),
    ],
)
async def test_an_incident_counts_for_what_it_names(
    api_store: Store,
    api: httpx.AsyncClient,
    incident: dict[str, Any],
    api_state: str,
    web_state: str,
) -> None:
    await api_store.configurations.save(with_status_page(), now())
    await said(api_store)
    await vendor_said(api_store, 0, incident)
    targets, _ = await asked(api)
    states = [targets[f"claude/{one}"]["vendor_says"]["state"] for one in ("api", "web")]
    assert states == [api_state, web_state]
    assert targets["claude"]["vendor_says"]["state"] != "well"
