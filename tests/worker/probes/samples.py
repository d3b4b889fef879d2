"""How the shared test makes each kind look at listeners of its own: one entry a kind.

A kind without an entry takes part too, aimed by the names of its parameters; an entry lets it be
tested further.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from websockets.asyncio.server import serve

from tests.worker.probes.conftest import read_request
from tests.worker.probes.kinds.test_grpc import serving as grpc_serving
from tests.worker.probes.kinds.test_udp import Server as UdpServer
from tests.worker.probes.name_server import name_server

Params = dict[str, Any]
SECRET_NAME: Final = "OUTSCOPE_SECRET_CONFORMANCE"
SECRET: Final = f"${{env:{SECRET_NAME}}}"


@dataclass(frozen=True)
class Stage:
    """What a server of a sample may need: a certificate for 127.0.0.1 that the looks believe."""

    context: ssl.SSLContext


@dataclass(frozen=True)
class Sample:
    """How to look with one kind."""

    aim: Callable[[int], Params]
    """Parameters that make it look at a port of 127.0.0.1."""
    hears: Literal["tcp", "udp", "host"] = "tcp"
    """What it asks: a TCP port, a UDP port, or a whole host."""
    well: Callable[[Stage], AbstractAsyncContextManager[Params]] | None = None
    """A server at which all is well; gives the parameters for it."""
    secret: Callable[[int], Params] | None = None
    """More parameters, with SECRET in them, so that it is sent to a port of 127.0.0.1."""
    more_phases: tuple[str, ...] = ()
    """Phases that a well look has in `extra`, beside those of every result."""
    rest: bool = field(default=False, kw_only=True)
    """Whether the total holds more than the phases: a body to read, a pause between steps."""


def url(port: int) -> Params:
    return {"url": f"http://127.0.0.1:{port}/"}


def host(port: int) -> Params:
    return {"host": "127.0.0.1", "port": port}


@asynccontextmanager
async def answering(
    body: bytes, kind: str = "text/plain", context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A web server that has one answer; gives its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def well_http(_stage: Stage) -> AsyncIterator[Params]:
    async with answering(b"well") as port:
        yield url(port)


@asynccontextmanager
async def well_flow(_stage: Stage) -> AsyncIterator[Params]:
    async with answering(b"well") as port:
        yield {"steps": [{"name": "one", **url(port)}]}


@asynccontextmanager
async def well_llm(_stage: Stage) -> AsyncIterator[Params]:
    async with answering(
        b'{"object":"list","data":[{"id":"m","object":"model"}]}', "application/json"
    ) as port:
        yield {"api": "openai_compatible", "tier": "models", "model": None, **url(port)}


@asynccontextmanager
async def well_vendor_status(_stage: Stage) -> AsyncIterator[Params]:
    feed = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'
    async with answering(feed, "application/rss+xml") as port:
        yield {"provider": "rss", "may_be_empty": True, **url(port)}


@asynccontextmanager
async def well_tcp(stage: Stage) -> AsyncIterator[Params]:
    async with answering(b"well", context=stage.context) as port:
        yield {**host(port), "tls": True, "send": "GET / HTTP/1.1\r\n\r\n", "expect": "well"}


@asynccontextmanager
async def well_tls(stage: Stage) -> AsyncIterator[Params]:
    async with answering(b"well", context=stage.context) as port:
        yield host(port)


@asynccontextmanager
async def well_dns(stage: Stage) -> AsyncIterator[Params]:
    async with name_server(stage.context) as server:
        yield {"name": "well.test", "server": "127.0.0.1", "port": server.port, "transport": "tls"}


@asynccontextmanager
async def well_udp(_stage: Stage) -> AsyncIterator[Params]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        UdpServer, ("127.0.0.1", 0)
    )
    yield {**host(transport.get_extra_info("sockname")[1]), "send": "ping", "expect": "pong"}
    transport.close()


@asynccontextmanager
async def well_icmp(_stage: Stage) -> AsyncIterator[Params]:
    yield {"host": "127.0.0.1", "count": 2, "interval_ms": 10}


@asynccontextmanager
async def well_grpc(_stage: Stage) -> AsyncIterator[Params]:
    with grpc_serving() as (port, _, _):
        yield {**host(port), "tls": False}


@asynccontextmanager
async def well_websocket(stage: Stage) -> AsyncIterator[Params]:
    async def greet(connection: Any) -> None:
        await connection.send("well")
        await connection.wait_closed()

    async with serve(greet, "127.0.0.1", 0, ssl=stage.context) as server:
        yield {"url": f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "expect": "well"}


SAMPLES: Final[dict[str, Sample]] = {
    "dns": Sample(
        lambda port: {"name": "well.test", "server": "127.0.0.1", "port": port}, "udp", well_dns
    ),
    "flow": Sample(
        lambda port: {"steps": [{"name": "one", **url(port)}]},
        well=well_flow,
        secret=lambda port: {
            "steps": [{"name": "one", **url(port), "headers": {"Authorization": SECRET}}]
        },
        rest=True,
    ),
    "grpc": Sample(
        lambda port: {**host(port), "tls": False},
        well=well_grpc,
        secret=lambda _port: {"metadata": {"authorization": SECRET}},
    ),
    "http": Sample(
        url, well=well_http, secret=lambda _port: {"headers": {"Authorization": SECRET}}, rest=True
    ),
    "icmp": Sample(lambda _port: {"host": "127.0.0.1", "count": 1}, "host", well_icmp),
    "llm": Sample(
        lambda port: {"api": "openai_compatible", "model": "m", **url(port)},
        well=well_llm,
        secret=lambda _port: {"key": SECRET},
        rest=True,
    ),
    "tcp": Sample(host, well=well_tcp, secret=lambda _port: {"send": SECRET, "expect": "never"}),
    "tls": Sample(host, well=well_tls),
    "udp": Sample(
        lambda port: {**host(port), "send": "ping"},
        "udp",
        well_udp,
        lambda _port: {"send": SECRET, "expect": "never"},
    ),
    "vendor_status": Sample(
        lambda port: {"provider": "rss", **url(port)},
        well=well_vendor_status,
        secret=lambda _port: {"headers": {"Authorization": SECRET}},
        rest=True,
    ),
    "websocket": Sample(
        lambda port: {"url": f"ws://127.0.0.1:{port}/"},
        well=well_websocket,
        secret=lambda _port: {"headers": {"Authorization": SECRET}},
        more_phases=("ping_ms", "message_ms"),
    ),
}


def sample_of(kind: Any) -> Sample:
    """The kind's own entry, or one made of the names of its parameters."""

    def aim(port: int) -> Params:
        known = {**url(port), **host(port), "server": "127.0.0.1", "name": "well.test"}
        return {name: value for name, value in known.items() if name in kind.params.model_fields}

    return SAMPLES.get(kind.name) or Sample(aim)
