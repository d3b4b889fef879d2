"""An order of a stranger, whatever it says, gets no bound secret out of a worker."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.worker.probes.conftest import LookAt
from worker.contract.outcome import Blame, Reason

KEY = "${env:OUTSCOPE_SECRET_SHOP}"
PASSWORD = "hush-hush"


class Listener:
    """Somebody who answers each request with a redirect, if any, and keeps what is sent."""

    def __init__(self) -> None:
        self.heard = b""
        self.port = 0
        self.location = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard += await reader.read(65_536)
        head = "302 Found\r\nLocation: " + self.location if self.location else "200 OK"
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def attacker() -> AsyncIterator[Listener]:
    listener = Listener()
    async with await asyncio.start_server(listener.serve, "127.0.0.1", 0) as server:
        listener.port = server.sockets[0].getsockname()[1]
        yield listener


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_SHOP", PASSWORD)
    monkeypatch.setenv("OUTSCOPE_SECRET_SHOP_HOSTS", "shop.example.com,localhost")


HEADERS = {"headers": {"X-Key": KEY}}
WAYS: list[tuple[str, dict[str, Any]]] = [
    ("http", {"url": "http://127.0.0.1:{port}/", **HEADERS}),
    ("http", {"url": "http://127.0.0.1:{port}/", "body": KEY, "method": "POST"}),
    ("http", {"url": "http://127.0.0.1:{port}/", "auth": {"bearer": KEY}}),
    ("http", {"url": "http://127.0.0.1:{port}/", "auth": {"username": "a", "password": KEY}}),
    (
        "http",
        {
            "url": "http://shop.example.com:{port}/",
            "resolve": {"shop.example.com": "127.0.0.1"},
            **HEADERS,
        },
    ),
    (
        "http",
        {
            "url": "https://shop.example.com:{port}/",
            "resolve": {"shop.example.com": "127.0.0.1"},
            "verify": False,
            **HEADERS,
        },
    ),
    (
        "http",
        {
            "url": "http://shop.example.com/",
            "proxy": {"url": "http://127.0.0.1:{port}"},
            **HEADERS,
        },
    ),
    (
        "http",
        {
            "url": "http://localhost/",
            "proxy": {"url": "http://127.0.0.1:{port}", "username": "a", "password": KEY},
        },
    ),
    ("http", {"url": "http://localhost:{port}/", "headers": {"Host": "a.example", "X-Key": KEY}}),
    ("flow", {"steps": [{"name": "a", "url": "http://127.0.0.1:{port}/", **HEADERS}]}),
    ("llm", {"api": "openai", "url": "http://127.0.0.1:{port}", "model": "m", "key": KEY}),
    ("vendor_status", {"provider": "rss", "url": "http://127.0.0.1:{port}/", **HEADERS}),
    ("grpc", {"host": "127.0.0.1", "port": "{port}", "tls": False, "metadata": {"x-key": KEY}}),
    ("websocket", {"url": "ws://127.0.0.1:{port}/", **HEADERS}),
    ("websocket", {"url": "ws://127.0.0.1:{port}/", "send": KEY}),
    ("tcp", {"host": "127.0.0.1", "port": "{port}", "send": KEY}),
    ("udp", {"host": "127.0.0.1", "port": "{port}", "send": KEY}),
]


def at(value: Any, port: int) -> Any:
    """The parameters with the attacker's port."""
    if isinstance(value, dict):
        return {key: at(inner, port) for key, inner in value.items()}
    if isinstance(value, list):
        return [at(inner, port) for inner in value]
    if value == "{port}":
        return port
    return value.replace("{port}", str(port)) if isinstance(value, str) else value


@pytest.mark.parametrize(("kind", "params"), WAYS)
async def test_no_kind_sends_a_bound_secret_to_another_host(
    kind: str, params: dict[str, Any], attacker: Listener, look_at: LookAt
) -> None:
    outcome = await look_at(kind, **at(params, attacker.port))

    assert PASSWORD.encode() not in attacker.heard
    assert b"aHVzaC1odXNo" not in attacker.heard
    if not (kind == "websocket" and "send" in params):  # it never came to saying anything
        assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER), outcome.detail
        assert "OUTSCOPE_SECRET_SHOP" in outcome.detail
    assert PASSWORD not in str(outcome)


@pytest.mark.parametrize("kind", ["http", "flow", "vendor_status"])
async def test_a_redirect_to_another_host_takes_no_secret_along(
    kind: str, attacker: Listener, look_at: LookAt
) -> None:
    asked = Listener()
    asked.location = f"http://127.0.0.1:{attacker.port}/"
    async with await asyncio.start_server(asked.serve, "127.0.0.1", 0) as server:
        url = f"http://localhost:{server.sockets[0].getsockname()[1]}/"
        request = {"url": url, "headers": {"X-Key": KEY}, "ip_version": "4"}
        params = {"steps": [{"name": "a", **request}]} if kind == "flow" else request
        params |= {"provider": "rss"} if kind == "vendor_status" else {}
        await look_at(kind, **params)

    assert PASSWORD.encode() in asked.heard
    assert attacker.heard
    assert PASSWORD.encode() not in attacker.heard
