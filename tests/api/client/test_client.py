"""The clients, against a real server: what it says, and what happens when it does not."""

import contextlib
import inspect
import io
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.client import AsyncOutscope, Outscope, Refused, Unreachable
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.test_events import says
from tests.api.http.routes.test_services import disrupted
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow


async def settled(found: Any) -> Any:
    """What comes of a call of either client: a value, or all items."""
    if inspect.isawaitable(found):
        return await found
    if isinstance(found, AsyncIterator):
        return [item async for item in found]
    return list(found) if inspect.isgenerator(found) else found


@pytest.fixture(params=[Outscope, AsyncOutscope])
def client(request: pytest.FixtureRequest, api_server: Server) -> Any:
    return request.param(api_server.url)


async def close(client: Any) -> None:
    await settled(client.close())


async def test_questions_get_their_documents(client: Any, configured: Store) -> None:
    await disrupted(configured)
    assert [one["id"] for one in await settled(client.services())] == ["claude", "openai"]
    assert (await settled(client.service("claude")))["state"] == "bad"
    found = await settled(client.advice(["claude", "openai"], region="eu-west"))
    assert found["order"] == ["openai", "claude"]
    assert (await settled(client.here("openai")))["services"][0]["id"] == "openai"
    assert (await settled(client.incident("claude-0001")))["service"] == "claude"
    await close(client)


async def test_incidents_come_page_after_page(client: Any, configured: Store) -> None:
    at = now()
    for number in range(1, 131):
        event = seeds.incident("claude", at + number, number=number)
        ended = {"resolved_at": at + number, "ended_by": at + number} if number % 2 else {}
        await configured.incidents.apply(replace(event, incident=replace(event.incident, **ended)))
    found = await settled(client.incidents("claude"))
    assert [one["id"] for one in found] == [f"claude-{n:04d}" for n in range(130, 0, -1)]
    assert len(await settled(client.incidents(open_only=True))) == 65
    await close(client)


async def test_what_is_refused_says_why(client: Any, configured: Store) -> None:
    with pytest.raises(Refused, match="No service 'nosuch'") as refused:
        await settled(client.service("nosuch"))
    assert (refused.value.status, refused.value.code) == (404, "unknown_service")
    with pytest.raises(Refused, match="no region 'mars'"):
        await settled(client.advice(region="mars"))
    with pytest.raises(Refused):
        await settled(client.service("../incidents"))
    with pytest.raises(Refused, match="No service 'nosuch'"):
        await settled(client.events(services=["nosuch"]))
    await close(client)


@pytest.mark.parametrize("kind", [Outscope, AsyncOutscope])
async def test_nobody_there_is_a_sentence(kind: Any, free_port: Callable[[], int]) -> None:
    client = kind(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        await settled(client.services())
    with pytest.raises(Unreachable, match="no events from"):
        await settled(client.events())
    await close(client)


@pytest.mark.parametrize("kind", [Outscope, AsyncOutscope])
async def test_somebody_else_is_not_taken_for_us(kind: Any) -> None:
    body = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            link, _ = other.accept()
            with link:
                link.recv(4096)
                link.sendall(body)

        thread = threading.Thread(target=answer)
        thread.start()
        client = kind(f"http://127.0.0.1:{other.getsockname()[1]}")
        with pytest.raises(Unreachable, match="is not Outscope's API"):
            await settled(client.services())
        await close(client)
        thread.join()


async def test_events_go_on_over_a_restart_of_the_server(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    port, heard = free_port(), []
    server = Server(api_database, port)
    server.start()
    await says(configured, "claude", 0)
    async with AsyncOutscope(f"http://127.0.0.1:{port}") as client:
        async for event in client.events(types=["verdict"], after=0):
            heard.append(event.id)
            if len(heard) == 1:
                server.stop()
                for n in (1, 2):
                    await says(configured, "claude", n)
                server = Server(api_database, port)
                server.start()
            if len(heard) == 3:
                break
    server.stop()
    assert heard == [1, 2, 3]


def test_events_without_asyncio(api_server: Server, seed: Any) -> None:
    async def told(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())
        await says(store, "claude", 1)
        await says(store, "openai", 2)

    seed(told)
    with Outscope(api_server.url) as client:
        event = next(client.events(services=["openai"], after=0))
    assert (event.id, event.type, event.data["service"]) == (2, "verdict", "openai")


def test_the_first_program_of_the_page_runs(api_server: Server, seed: Any) -> None:
    async def told(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())
        await disrupted(store)

    seed(told)
    page = (Path(__file__).parents[3] / "docs/how-to/ask-from-python.md").read_text()
    first, second = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(first.replace("http://127.0.0.1:8000", api_server.url), {})
    assert "Claude API disrupted in 2 of 5 regions" in said.getvalue()
    assert "use first: ['openai', 'claude']" in said.getvalue()
    compile(second, "page", "exec")
