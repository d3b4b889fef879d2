"""Agents ask: the official client against `outscope mcp`, which asks a real API."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from api.client import AsyncOutscope
from api.http.settings import TOKENS
from api.mcp.server import serve
from coordinator.access.scopes import Scope
from coordinator.store import Store
from tests.api.http.access.asking import token_of
from tests.api.http.routes.test_services import disrupted
from tests.api.server import Server
from tests.faults.coordinator import until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
TOOLS = {"status", "explain", "is_it_me", "advice", "incidents"}


@asynccontextmanager
async def agent_of(url: str) -> AsyncIterator[Client]:
    """An agent whose server asks the API there. It has to be left in the task that entered it."""
    async with AsyncOutscope(url) as asks, Client(serve(asks, "1")) as client:
        yield client


async def told(client: Client, tool: str, **arguments: object) -> str:
    """What a tool says; a refusal begins with its mark."""
    found = await client.call_tool(tool, arguments)
    (piece,) = found.content
    assert isinstance(piece, TextContent)
    return f"refused: {piece.text}" if found.is_error else piece.text


async def test_the_tools_only_read_and_say_what_they_are_for(api_server: Server) -> None:
    async with agent_of(api_server.url) as agent:
        tools = (await agent.list_tools()).tools
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert tool.annotations is not None
        assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (True, False)
        assert len(tool.description or "") > 40, tool.name
        for name, told_of in tool.input_schema["properties"].items():
            assert told_of.get("description") or name == "open_only", (tool.name, name)


async def test_each_tool_answers(api_server: Server, configured: Store) -> None:
    await disrupted(configured)
    async with agent_of(api_server.url) as agent:
        assert 'disrupted: ["claude"]' in await told(agent, "status")
        assert 'scope: "regional"' in await told(agent, "status", service="claude")
        assert "# Why claude is said to be so" in await told(agent, "explain", service="claude")
        assert "# Is it me?" in await told(agent, "is_it_me", service="openai")
        advice = await told(agent, "advice", services=["claude", "openai"], region="eu-west")
        assert 'order: ["openai", "claude"]' in advice
        assert "claude-0001" in await told(agent, "incidents", open_only=True)
        assert "opened" in await told(agent, "incidents", incident="claude-0001")


WRONG = (
    ("status", {"service": "nosuch"}),
    ("status", {"service": "../regions"}),
    ("explain", {"service": "claude", "at": "yesterday"}),
    ("advice", {"region": "nowhere"}),
    ("incidents", {"incident": "x"}),
    ("explain", {}),
    ("status", {"service": ["claude"]}),
)


async def test_what_is_wrong_is_said_in_a_sentence(api_server: Server, configured: Store) -> None:
    await disrupted(configured)
    async with agent_of(api_server.url) as agent:
        for tool, arguments in WRONG:
            said = await told(agent, tool, **arguments)
            assert said.startswith("refused: "), (tool, arguments)
            assert "Traceback" not in said


async def test_an_api_that_is_away_is_said_to_be(free_port: Callable[[], int]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with agent_of(url) as agent:
        said = await told(agent, "status")
    assert said.startswith("refused: ")
    assert url in said


async def test_over_standard_input(api_server: Server, configured: Store) -> None:
    await disrupted(configured)
    line = ["-m", "api.cli", "mcp", "--url", api_server.url]
    parameters = StdioServerParameters(command=sys.executable, args=line, cwd=ROOT)
    async with Client(parameters) as agent:
        assert 'disrupted: ["claude"]' in await told(agent, "status")


async def test_it_shows_the_token_of_a_file(
    api_database: str, configured: Store, free_port: Callable[[], int], tmp_path: Path
) -> None:
    await disrupted(configured)
    token, _ = await token_of(configured, Scope.READ)
    (tmp_path / "token").write_text(token + "\n")
    server = Server(api_database, free_port(), access=TOKENS)
    server.start()
    line = ["-m", "api.cli", "mcp", "--url", server.url]
    try:
        for known, said in ((False, "refused: "), (True, 'disrupted: ["claude"]')):
            env = {"OUTSCOPE_TOKEN_FILE": str(tmp_path / "token")} if known else {}
            parameters = StdioServerParameters(
                command=sys.executable, args=line, cwd=ROOT, env={**os.environ, **env}
            )
            async with Client(parameters) as agent:
                assert said in await told(agent, "status")
    finally:
        server.stop()


async def test_over_http(
    api_server: Server, configured: Store, free_port: Callable[[], int]
) -> None:
    await disrupted(configured)
    with listening(free_port(), api_server.url) as url:
        async with Client(url) as agent:
            assert 'disrupted: ["claude"]' in await told(agent, "status")
        async with httpx.AsyncClient() as stranger:
            foreign = await stranger.post(url, headers={"host": "evil.example"}, json={})
        assert foreign.status_code in {403, 421}, "a name that leads here by a trick"


@contextmanager
def listening(port: int, asked: str) -> Iterator[str]:
    """`outscope mcp` at a port, as a process; its address."""
    line = [sys.executable, "-m", "api.cli", "mcp", "--url", asked, "--port", str(port)]
    with subprocess.Popen(line, cwd=ROOT) as process:
        try:
            until(lambda: listens(port), "the server")
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.terminate()


def listens(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/")
    except httpx.HTTPError:
        return False
    return True


@pytest.mark.parametrize(
    ("options", "file", "said"),
    [
        (("--port", "1", "--host", "0.0.0.0"), "", "loopback"),
        ((), "/nowhere/token", "OUTSCOPE_TOKEN_FILE"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(
    options: tuple[str, ...], file: str, said: str
) -> None:
    line = [sys.executable, "-m", "api.cli", "mcp", *options]
    env = {**os.environ, **({"OUTSCOPE_TOKEN_FILE": file} if file else {})}
    found = subprocess.run(
        line, capture_output=True, text=True, cwd=ROOT, env=env, stdin=subprocess.DEVNULL
    )
    assert found.returncode == 2
    assert said in found.stderr
