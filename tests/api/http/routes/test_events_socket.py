"""Following events over a WebSocket: the same as over the stream, through the same doors."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from websockets.exceptions import ConnectionClosed

from api.documents.events import Event
from api.http.access import following
from api.http.access.cookies import COOKIE
from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.access.session import begun, digest_of
from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.store import Store
from coordinator.store.audit import Entry
from tests.api import seeds
from tests.api.http.access.asking import token_of
from tests.api.http.live.sockets import heard, heard_until, refusal, socket_to
from tests.api.process import ApiProcess
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow

LINE = Entry(0, "tester", "x", "y", "here")


async def says(store: Store, service: str, n: int) -> None:
    """Another verdict, different from all before."""
    kept = seeds.kept(seeds.verdict(service, now() + n, reason=f"look {n}"))
    await store.verdicts.add(kept)


@pytest.fixture
def asking_server(api_database: str, free_port: Callable[[], int]) -> Iterator[Server]:
    server = Server(api_database, free_port(), access=TOKENS)
    server.start()
    yield server
    server.stop()


async def test_what_happens_is_told_as_it_happens(configured: Store, api_server: Server) -> None:
    async with socket_to(api_server.url) as link:
        assert link.response is not None
        assert link.response.headers["cache-control"] == "no-store"
        ready = {"id": 0, "type": "ready", "reason": "all that follows happens now"}
        assert await heard(link) == ready
        await says(configured, "claude", 1)
        await configured.incidents.apply(seeds.incident("claude", now()))
        found = [await heard(link) for _ in range(2)]
    assert [(one["id"], one["type"]) for one in found] == [(1, "verdict"), (2, "incident.opened")]
    for one in found:
        TypeAdapter(Event).validate_python(one)


async def test_filters_leave_out_what_is_not_wanted(configured: Store, api_server: Server) -> None:
    async with (
        socket_to(api_server.url, "service=openai") as openai,
        socket_to(api_server.url, "type=fitness&region=us-east") as virginia,
    ):
        await heard_until(openai, "ready")
        await heard_until(virginia, "ready")
        await says(configured, "claude", 1)
        await says(configured, "openai", 2)
        for region in ("eu-west", "us-east"):
            change = FitnessChange(now(), region, Fitness.UNFIT, "loses all")
            await configured.events.add_fitness([change])
        assert (await heard(openai))["service"] == "openai"
        assert (await heard(virginia))["region"] == "us-east"


async def test_who_comes_back_after_a_restart_misses_nothing_and_hears_nothing_twice(
    configured: Store, api_database: str, free_port: Callable[[], int], tmp_path: Path
) -> None:
    port, numbers, last = free_port(), list[int](), 0
    for round_ in range(3):
        process = await asyncio.to_thread(ApiProcess, api_database, port, tmp_path / "api.log")
        try:
            for n in range(3):
                await says(configured, "claude", round_ * 100 + n)
            address = f"http://127.0.0.1:{port}"
            async with socket_to(address, f"last_event_id={last}") as link:
                numbers += [one["id"] for one in (await heard_until(link, "ready"))[:-1]]
                await says(configured, "claude", round_ * 100 + 50)
                numbers.append((await heard(link))["id"])
                last = numbers[-1]
                ending = asyncio.create_task(asyncio.to_thread(process.end))
                assert (await heard_until(link, "closing"))[-1]["reason"].startswith("this process")
                with pytest.raises(ConnectionClosed):
                    await link.recv()
                assert link.close_code == 1012
                assert (await ending)[0] == 0
            await says(configured, "claude", round_ * 100 + 99)
        finally:
            await asyncio.to_thread(process.stop)
    assert numbers == list(range(1, max(numbers) + 1))


async def test_the_header_says_where_to_go_on_as_well(
    configured: Store, api_server: Server
) -> None:
    for n in range(5):
        await says(configured, "claude", n)
    await configured.retention.events(now() + 3)
    async with socket_to(api_server.url, last_event_id="1") as link:
        reset, ready = await heard_until(link, "ready")
    assert (reset["type"], reset["id"], ready["id"]) == ("reset", 5, 5)


async def test_something_comes_where_nothing_happens(configured: Store, api_server: Server) -> None:
    async with socket_to(api_server.url, "service=openai") as link:
        await heard_until(link, "ready")
        await says(configured, "claude", 1)
        async with asyncio.timeout(120):
            assert await heard(link) == {"id": 1, "type": "beat"}


@pytest.mark.parametrize(
    ("query", "headers", "status", "told"),
    [
        ("service=nosuch", {}, 404, "No service 'nosuch' is configured"),
        ("type=weather", {}, 422, "there is no type 'weather'; there is verdict, incident"),
        ("region=nowhere", {}, 422, "there is no region 'nowhere'"),
        ("since=1h", {}, 422, "there is no such parameter"),
        ("last_event_id=-1", {}, 422, "last_event_id"),
        ("last_event_id=1&last_event_id=2", {}, 422, "more than once"),
        ("", {"last_event_id": "yesterday"}, 400, "'yesterday' is not one"),
    ],
)
async def test_bad_input_opens_none_and_is_told(
    configured: Store,
    api_server: Server,
    query: str,
    headers: dict[str, str],
    status: int,
    told: str,
) -> None:
    found, problem = await refusal(api_server.url, query, **headers)
    assert (found, told in problem["detail"]) == (status, True)


async def test_only_so_many_follow_by_either_way(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    server = Server(api_database, free_port(), listeners=1)
    server.start()
    try:
        async with socket_to(server.url) as link:
            await heard_until(link, "ready")
            status, problem = await refusal(server.url)
            assert (status, problem["code"]) == (429, "too_many_listeners")
    finally:
        server.stop()


async def test_a_caller_has_one_share_for_all_it_asks(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    server = Server(api_database, free_port(), rate_limit="2/hour")
    server.start()
    try:
        for _ in range(2):
            async with socket_to(server.url) as link:
                assert link.response is not None
                assert "ratelimit" in link.response.headers
        status, problem = await refusal(server.url)
        assert (status, problem["code"]) == (429, "too_many_requests")
    finally:
        server.stop()


async def test_a_token_opens_one_and_its_end_closes_it(
    configured: Store, asking_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "EVERY_S", 0.0)
    text, token = await token_of(configured, Scope.READ)
    writes, _ = await token_of(configured, Scope.WRITE)
    url = asking_server.url
    refused = {"": "no_token", f"{text[:-1]}x": "bad_token", writes: "scope_missing"}
    for shown, code in refused.items():
        assert (await refusal(url, authorization=f"Bearer {shown}"))[1]["code"] == code
    async with socket_to(url, authorization=f"Bearer {text}") as link:
        await heard_until(link, "ready")
        await configured.tokens.revoke(token.id, now(), LINE)
        await says(configured, "claude", 1)
        assert (await heard(link))["reason"] == "you are not let in any more"
        with pytest.raises(ConnectionClosed):
            await link.recv()
        assert (link.close_code, link.close_reason) == (1008, "you are not let in any more")
    assert (await refusal(url, authorization=f"Bearer {text}"))[1]["code"] == "bad_token"


async def test_pages_of_others_cannot_listen_as_who_is_signed_in(
    configured: Store, asking_server: Server
) -> None:
    session = begun("secret", "anna", ("read",), now())
    assert session.id == digest_of("secret")
    await configured.sessions.begin(session, LINE)
    cookie = f"{COOKIE}=secret"
    url = asking_server.url
    async with socket_to(url, origin=url, cookie=cookie) as link:
        await heard_until(link, "ready")
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", f"{url}.evil.example"):
        status, problem = await refusal(url, origin=origin, cookie=cookie)
        assert (status, problem["code"]) == (403, "not_our_page"), origin


async def test_pages_of_others_cannot_listen_where_reading_is_open_unless_they_are_named(
    configured: Store, api_server: Server, api_database: str, free_port: Callable[[], int]
) -> None:
    friend = "https://status.example.com"
    assert (await refusal(api_server.url, origin=friend))[1]["code"] == "not_our_page"
    server = Server(api_database, free_port(), origins=(friend,))
    server.start()
    try:
        async with socket_to(server.url, origin=friend) as link:
            await heard_until(link, "ready")
        await configured.sessions.begin(begun("secret", "anna", ("read",), now()), LINE)
        told = {"origin": friend, "cookie": f"{COOKIE}=secret"}
        assert (await refusal(server.url, **told))[1]["code"] == "not_our_page"
        other = await refusal(server.url, origin="https://evil.example")
        assert other[1]["code"] == "not_our_page"
    finally:
        server.stop()


async def test_a_name_that_is_not_ours_opens_none(configured: Store, api_server: Server) -> None:
    status, problem = await refusal(api_server.url, host="evil.example")
    assert (status, problem["code"]) == (421, "unknown_host")
