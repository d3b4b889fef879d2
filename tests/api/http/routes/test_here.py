"""Is it me? By the caller's address, as far as a trusted proxy tells it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.documents.here import Here, nearest
from api.http.app import create_app
from api.http.routes import here as here_routes
from api.http.settings import ApiSettings
from coordinator.geodata.places import Places
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.test_services import conforms
from tests.api.server import Server
from worker.contract.clock import now

JAPAN, GERMANY, CANADA = "133.11.0.1", "141.1.1.1", "24.48.0.1"


@asynccontextmanager
async def calling(database: str, address: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = ApiSettings(database, refresh_ms=0, stale_ms=0, coordinator_silent_ms=600_000)
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app, client=(address, 40_000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        yield client


async def asked(database: str, address: str, query: str = "") -> dict[str, Any]:
    async with calling(database, address) as client:
        answer = await client.get(f"/v1/here{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert conforms(Here, found)
    return found


async def said(store: Store, scope: str = "none", *rest: Any) -> None:
    at = now()
    verdict = seeds.verdict("claude", at, scope, *rest)
    await seeds.judged(store, at, verdict, seeds.verdict("openai", at))


def concerns(found: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["concerns"] for one in found["services"]}


async def test_the_nearest_regions_speak_for_the_caller(
    configured: Store, api_database: str
) -> None:
    await said(configured)
    found = await asked(api_database, JAPAN)
    assert found["country"] == "JP"
    first, second, _ = found["near"]
    assert (first["region"], first["same_country"]) == ("ap-northeast", True)
    assert second["region"] == "oc-southeast"
    assert second["distance_km"] > 5_000
    assert concerns(found) == {"claude": "nobody", "openai": "nobody"}


async def test_what_nobody_heard_yet_is_not_said_to_be_well(
    configured: Store, api_database: str
) -> None:
    found = await asked(api_database, JAPAN)
    assert {one["state"] for one in found["services"]} == {"unknown"}
    await said(configured)
    await said(configured, "component", "outage", list(seeds.REGIONS), ["api"])
    found = await asked(api_database, JAPAN)
    assert {one["id"]: one["state"] for one in found["services"]} == {
        "claude": "bad",
        "openai": "well",
    }


async def test_what_is_wrong_in_one_region_concerns_those_near_it(
    configured: Store, api_database: str
) -> None:
    await said(configured, "regional", "outage", ["ap-northeast"], ["api"])
    assert concerns(await asked(api_database, JAPAN, "?service=claude")) == {"claude": "region"}
    await said(configured, "regional", "outage", ["oc-southeast"], ["api"])
    assert concerns(await asked(api_database, GERMANY))["claude"] == "elsewhere"


async def test_what_is_down_everywhere_concerns_everybody(
    configured: Store, api_database: str
) -> None:
    await said(configured, "component", "outage", list(seeds.REGIONS), ["api"])
    for address in (JAPAN, "127.0.0.1"):
        assert concerns(await asked(api_database, address))["claude"] == "everybody"


async def test_who_is_nowhere_is_told_so(configured: Store, api_database: str) -> None:
    await said(configured)
    found = await asked(api_database, "127.0.0.1")
    assert (found["country"], found["asn"], found["near"]) == (None, None, [])
    assert set(concerns(found).values()) == {"unknown"}


async def test_regions_that_are_unfit_or_played_speak_for_nobody(configured: Store) -> None:
    one: Any = {
        "id": "x",
        "name": "X",
        "country": "JP",
        "latitude": None,
        "longitude": None,
        "simulated": False,
        "fitness": "fit",
    }
    assert [found["region"] for found in nearest([one], "JP")] == ["x"]
    assert nearest([{**one, "fitness": "unfit"}, {**one, "simulated": True}], "JP") == []
    assert nearest([{**one, "country": None}], "JP") == []
    assert nearest([one], None) == []


@pytest.mark.slow
async def test_only_a_trusted_proxy_is_believed(
    configured: Store,
    api_database: str,
    free_port: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await said(configured)
    for trusted, country in (("127.0.0.1", "JP"), ("10.0.0.1", None)):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
        server = Server(api_database, free_port())
        server.start()
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                told = {"x-forwarded-for": JAPAN}
                found = (await client.get(f"{server.url}/v1/here", headers=told)).json()
            assert found["country"] == country
        finally:
            server.stop()


@pytest.mark.parametrize(
    ("query", "status"), [("service=nosuch", 404), ("service=UPPER", 422), ("address=1.1.1.1", 422)]
)
async def test_bad_input_is_told(
    configured: Store, api: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await api.get(f"/v1/here?{query}")).status_code == status


async def test_nobody_waits_while_the_databases_are_opened_which_is_done_once(
    configured: Store, api_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(configured)
    opened, begun, go_on = [], threading.Event(), threading.Event()

    def slowly(*paths: Any) -> Places:
        opened.append(paths)
        begun.set()
        assert go_on.wait(30)
        return Places(*paths)

    monkeypatch.setattr(here_routes, "Places", slowly)
    async with calling(api_database, JAPAN) as client:
        asking = [asyncio.create_task(client.get("/v1/here")) for _ in range(2)]
        assert await asyncio.to_thread(begun.wait, 30)
        assert (await client.get("/v1/services")).status_code == 200
        assert not any(one.done() for one in asking)
        go_on.set()
        for answer in await asyncio.gather(*asking):
            assert answer.json()["country"] == "JP"
    assert len(opened) == 1


async def test_databases_that_could_not_be_opened_are_opened_by_who_asks_next(
    configured: Store, api_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(configured)

    def failing(*_: Any) -> Places:
        raise MemoryError

    async with calling(api_database, JAPAN) as client:
        with monkeypatch.context() as patched:
            patched.setattr(here_routes, "Places", failing)
            with pytest.raises(MemoryError):
                await client.get("/v1/here")
        assert (await client.get("/v1/here")).json()["country"] == "JP"
