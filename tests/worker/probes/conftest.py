"""Real listeners on free ports, and a way to look at them."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme
import uvloop

from worker.contract.outcome import Outcome
from worker.probes.run import Vantage, look_once, parse_spec
from worker.targets.guard import Guard

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = ("127.0.0.0/8", "::1/128")


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """What every kind must do, it must do on the loop that workers run."""
    if item.path.stem.startswith("test_conformance"):
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


class Listener:
    """A TCP server with one handler; counts its connections and keeps what it was asked."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.connections = 0
        self.open = 0
        self.peers: list[str] = []
        self.requests: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.peers.append(writer.get_extra_info("peername")[0])
        try:
            # asyncio's own streams complain about a handler that was cancelled, so it ends quietly
            with suppress(
                ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError
            ):
                await self.handler(reader, writer)
        finally:
            self.open -= 1
            writer.close()

    async def until(self, condition: Callable[["Listener"], bool]) -> None:
        """Wait until this is true of the listener; TimeoutError after some seconds."""
        async with asyncio.timeout(5):
            while not condition(self):  # noqa: ASYNC110 - a test may wait for anything
                await asyncio.sleep(0.005)

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


Listen = Callable[..., Awaitable[Listener]]
Web = Callable[..., Awaitable[Listener]]
Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
LookAt = Callable[..., Awaitable[Outcome]]


@pytest_asyncio.fixture
async def listen() -> AsyncIterator[Listen]:
    """Start a server: `await listen(handler, ssl=context)`."""
    servers: list[asyncio.Server] = []

    async def start(
        handler: Handler, *, host: str = "127.0.0.1", port: int = 0, **options: Any
    ) -> Listener:
        listener = Listener(handler)
        server = await asyncio.start_server(listener.serve, host, port, **options)
        servers.append(server)
        listener.port = server.sockets[0].getsockname()[1]
        return listener

    yield start
    tasks = [
        task for task in asyncio.all_tasks() if task.get_coro().__qualname__.startswith("Listener.")
    ]  # type: ignore[union-attr]
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def web(listen: Listen) -> Callable[..., Awaitable[Listener]]:
    """Start a web server that gives one answer: `await web(b"body", status=200, headers={...})`."""

    async def start(
        body: bytes = b"well",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        delay_s: float = 0,
        **options: Any,
    ) -> Listener:
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            listener.requests.append(await read_request(reader))
            await asyncio.sleep(delay_s)
            writer.write(head + (b"" if listener.requests[-1].startswith(b"HEAD") else body))
            await writer.drain()

        listener: Listener = await listen(answer, **options)
        return listener

    return start


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request with its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.split(b":")[1]))
    return head


async def silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Accepts, and never says a word."""
    await asyncio.sleep(60)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority that signs what a test needs."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    """The authority's own certificate, as an operator would add it."""
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.cert_pem.bytes())
    return str(path)


@pytest.fixture
def certified(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A server's context with a certificate for some names: `certified("localhost",
    not_after=...)`.
    """

    def make(*names: str, **options: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names, **options).configure_cert(context)
        return context

    return make


@pytest_asyncio.fixture
async def vantages() -> AsyncIterator[Callable[..., Vantage]]:
    """Make a vantage point that may probe the loopback: `vantages(source_address="127.0.0.9")`."""
    made: list[Vantage] = []

    def make(**options: Any) -> Vantage:
        options.setdefault("guard", Guard(LOOPBACK))
        made.append(Vantage(**options))
        return made[-1]

    yield make
    for vantage in made:
        await vantage.close()


@pytest_asyncio.fixture
async def look_at(vantages: Callable[..., Vantage]) -> LookAt:
    """Look once: `await look_at("tcp", host=..., port=..., timeout_ms=500)`."""
    usual: list[Vantage] = []

    async def look(
        kind: str,
        *,
        timeout_ms: int = 5000,
        vantage: Vantage | None = None,
        trace: bool = False,
        **params: Any,
    ) -> Outcome:
        if vantage is None:
            if not usual:
                usual.append(vantages())
            vantage = usual[0]
        spec = {
            "id": "test",
            "kind": kind,
            "interval_ms": 30_000,
            "timeout_ms": timeout_ms,
            "params": params,
        }
        return await look_once(parse_spec(json.dumps(spec)), vantage, trace=trace)

    return look


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full: a further connection is neither taken nor
    refused.
    """
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            waiting.append(client)
        yield server.getsockname()[1]
        for client in waiting:
            client.close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of the loopback that is bound, so nobody else gets it, and refuses connections."""
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
