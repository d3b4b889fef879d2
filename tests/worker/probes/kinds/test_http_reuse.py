"""Warm looks: over the connection of the look before, when it is still open."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request
from worker.probes.run import Vantage
from worker.targets.guard import Guard

Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
Warm = Callable[..., Awaitable[Listener]]


@pytest.fixture
def warm(listen: Listen) -> Warm:
    """A server that keeps connections open: `await warm(answers=2)` closes each after so many."""

    async def start(answers: int = 1000, **options: object) -> Listener:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for _ in range(answers):
                listener.requests.append(await read_request(reader))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwell")
                await writer.drain()

        listener = await listen(serve, **options)
        return listener

    return start


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_second_look_uses_the_connection_of_the_first(
    warm: Warm,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    scheme: str,
    host: str,
) -> None:
    server = await warm(
        **({"ssl": certified("localhost", "127.0.0.1")} if scheme == "https" else {})
    )
    url, vantage = server.url(host=host, scheme=scheme), vantages(ca_file=ca_file)

    cold, *others = [
        await look_at("http", vantage=vantage, url=url, ip_version="4", reuse=True)
        for _ in range(3)
    ]

    assert cold.ok, cold
    assert cold.connect_ms is not None
    assert cold.extra["warm"] is False
    assert cold.total_ms is not None
    for look in others:
        assert look.ok, look
        assert (look.dns_ms, look.connect_ms, look.tls_ms) == (None, None, None)
        assert look.extra["warm"] is True
        assert look.ip == "127.0.0.1"
        assert look.ttfb_ms is not None
        assert look.total_ms is not None
        assert 0 < look.ttfb_ms <= look.total_ms < cold.total_ms + 50
    assert server.connections == 1


async def test_other_looks_neither_use_it_nor_close_it(warm: Warm, look_at: LookAt) -> None:
    server = await warm()

    for _ in range(3):
        assert (await look_at("http", url=server.url(), reuse=True)).ok
        assert (await look_at("http", url=server.url())).ok

    assert server.connections == 1 + 3
    await server.until(lambda it: it.open == 1)


async def test_many_fresh_looks_leave_it_open(warm: Warm, look_at: LookAt) -> None:
    server = await warm()
    await look_at("http", url=server.url(), reuse=True)

    await asyncio.gather(*(look_at("http", url=server.url()) for _ in range(100)))

    assert (await look_at("http", url=server.url(), reuse=True)).extra["warm"] is True


async def test_each_target_keeps_its_own(warm: Warm, look_at: LookAt) -> None:
    servers = [await warm() for _ in range(5)]

    for _ in range(2):
        outcomes = [await look_at("http", url=server.url(), reuse=True) for server in servers]

    assert [outcome.extra["warm"] for outcome in outcomes] == [True] * 5


async def test_a_connection_that_the_target_closed_is_made_anew(
    warm: Warm, look_at: LookAt
) -> None:
    server = await warm(answers=1)

    for looks in range(1, 4):
        outcome = await look_at("http", url=server.url(), reuse=True)

        assert (outcome.ok, outcome.extra["warm"]) == (True, False), outcome
        assert server.connections == looks
        await server.until(lambda it: it.open == 0)


async def test_a_fixed_address_is_not_mixed_up_with_the_one_of_the_name(
    warm: Warm, look_at: LookAt
) -> None:
    server, other = await warm(), await warm(host="127.0.0.2")
    url = server.url(host="localhost")

    for _ in range(2):
        assert (await look_at("http", url=url, ip_version="4", reuse=True)).ip == "127.0.0.1"
        pinned = await look_at(
            "http", url=url, reuse=True, resolve={"localhost": "127.0.0.2"}, timeout_ms=300
        )

    assert server.connections == 1
    assert pinned.ip != "127.0.0.1"
    assert other.connections == 0  # it has a port of its own


async def test_a_warm_look_is_judged_by_the_guard_all_the_same(
    warm: Warm, look_at: LookAt, vantages: Vantages
) -> None:
    server = await warm()

    outcome = await look_at(
        "http", vantage=vantages(guard=Guard()), url=server.url(host="localhost"), reuse=True
    )

    assert "OUTSCOPE_ALLOW_ADDRESSES" in outcome.detail
    assert server.connections == 0
