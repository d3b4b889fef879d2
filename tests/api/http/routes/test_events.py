"""Following events: from now, from where one was, over restarts and several processes; what is
refused.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.events import Event
from api.http.live.stream import told
from api.http.routes import events
from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.live.following import following
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow


async def says(store: Store, service: str, n: int) -> None:
    """Another verdict, different from all before."""
    kept = seeds.kept(seeds.verdict(service, now() + n, reason=f"look {n}"))
    await store.verdicts.add(kept)


async def test_what_happens_is_told_as_it_happens(configured: Store, api_server: Server) -> None:
    incident = seeds.incident("claude", now())
    async with following(api_server.url) as stream:
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        ready = await stream.next()
        assert (ready.name, ready.id) == ("ready", 0)
        await says(configured, "claude", 1)
        await configured.incidents.apply(incident)
        over = replace(incident.incident, resolved_at=now(), ended_by=now())
        await configured.incidents.apply(IncidentEvent(now() + 5, Moment.RESOLVED, over))
        change = FitnessChange(now(), "eu-west", Fitness.UNFIT, "loses all")
        await configured.events.add_fitness([change])
        found = [await stream.next() for _ in range(4)]
    assert [one.name for one in found] == [
        "verdict",
        "incident.opened",
        "incident.resolved",
        "fitness",
    ]
    assert [one.id for one in found] == [1, 2, 3, 4]
    for one in found:
        assert one.data["id"] == one.id
        assert one.data["type"] == one.name
        TypeAdapter(Event).validate_python(one.data)


async def test_filters_leave_out_what_is_not_wanted(configured: Store, api_server: Server) -> None:
    async with (
        following(api_server.url, [("service", "openai")]) as openai,
        following(api_server.url, [("type", "fitness"), ("region", "us-east")]) as virginia,
    ):
        await openai.until("ready")
        await virginia.until("ready")
        await says(configured, "claude", 1)
        await says(configured, "openai", 2)
        for region in ("eu-west", "us-east"):
            change = FitnessChange(now(), region, Fitness.UNFIT, "loses all")
            await configured.events.add_fitness([change])
        assert (await openai.next()).data["service"] == "openai"
        assert (await virginia.next()).data["region"] == "us-east"


async def test_who_comes_back_misses_nothing_and_hears_nothing_twice(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    heard: list[int] = []
    last = "0"
    for round_ in range(4):  # each from another process
        server = Server(api_database, free_port())
        server.start()
        try:
            for n in range(3):
                await says(configured, "claude", round_ * 100 + n)
            async with following(server.url, last_event_id=last) as stream:
                missed = await stream.until("ready")
                heard += [one.id or 0 for one in missed if one.name == "verdict"]
                await says(configured, "claude", round_ * 100 + 50)
                heard.append((await stream.next()).id or 0)
                last = str(heard[-1])
            await says(configured, "claude", round_ * 100 + 99)
        finally:
            server.stop()
    assert heard == list(range(1, max(heard) + 1))


async def test_two_processes_tell_the_same_numbers(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    servers = [Server(api_database, free_port()) for _ in range(2)]
    for server in servers:
        server.start()
    try:
        async with following(servers[0].url) as one, following(servers[1].url) as other:
            await one.until("ready")
            await other.until("ready")
            await says(configured, "claude", 1)
            assert await one.next() == await other.next()
    finally:
        for server in servers:
            server.stop()


async def test_who_was_away_for_too_long_is_told_to_read_anew(
    configured: Store, api_server: Server
) -> None:
    for n in range(5):
        await says(configured, "claude", n)
    await configured.retention.events(now() + 3)
    for last in ("1", "99"):
        async with following(api_server.url, last_event_id=last) as stream:
            reset, ready = await stream.until("ready")
            assert (reset.name, reset.id, ready.id) == ("reset", 5, 5)
            assert "read all anew" in reset.data["reason"]


async def test_a_process_that_stops_lets_its_listeners_go(
    configured: Store, api_server: Server
) -> None:
    async with following(api_server.url) as stream:
        await stream.until("ready")
        api_server.ask_to_stop()
        assert (await stream.next()).name == "closing"
        with pytest.raises(StopAsyncIteration):
            await stream.next()


async def test_who_is_gone_is_let_go_of_before_the_next_beat(
    configured: Store, api_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "told", partial(told, beat_s=3_600))
    async with following(api_server.url) as stream, following(api_server.url) as other:
        await stream.until("ready")
        await other.until("ready")
        await other.answer.aclose()
        async with asyncio.timeout(60):
            while api_server.feed.listeners > 1:  # noqa: ASYNC110 - of another thread
                await asyncio.sleep(0.01)
        await says(configured, "claude", 1)
        assert (await stream.next()).name == "verdict"
    async with asyncio.timeout(60):
        while api_server.feed.listeners:  # noqa: ASYNC110 - of another thread
            await asyncio.sleep(0.01)


async def test_only_so_many_follow(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    server = Server(api_database, free_port(), listeners=1)
    server.start()
    try:
        async with following(server.url) as stream, httpx.AsyncClient(trust_env=False) as client:
            await stream.until("ready")
            refused = await client.get(f"{server.url}/v1/events")
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_listeners")
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("query", "headers", "status", "told"),
    [
        ("service=nosuch", {}, 404, "No service 'nosuch' is configured"),
        ("type=weather", {}, 422, "there is no type 'weather'; there is verdict, incident"),
        ("region=nowhere", {}, 422, "there is no region 'nowhere'"),
        ("component=nothing", {}, 422, "there is no component 'nothing'; there is api, web"),
        ("service=", {}, 422, "service"),
        ("after=-1", {}, 422, "after"),
        ("after=many", {}, 422, "after"),
        ("since=1h", {}, 422, "there is no such parameter"),
        ("", {"last-event-id": "yesterday"}, 400, "'yesterday' is not one that this API gave out"),
        ("", {"last-event-id": "-5"}, 400, "'-5' is not one"),
        ("", {"last-event-id": "9" * 400}, 400, "is not one"),
    ],
)
async def test_bad_input_is_told(
    configured: Store,
    api: httpx.AsyncClient,
    query: str,
    headers: dict[str, str],
    status: int,
    told: str,
) -> None:
    answer = await api.get(f"/v1/events?{query}", headers=headers)
    assert answer.status_code == status
    assert told in answer.json()["detail"]
