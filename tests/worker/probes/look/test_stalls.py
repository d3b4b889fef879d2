"""Whatever stands still, and wherever: a look that failed tells the time that has passed, and no
phase that did not end.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Certified, Listen, LookAt
from worker.contract.outcome import Reason
from worker.probes.run import Vantage

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
TIMEOUT_MS = 500
PHASES = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms")
HTTP = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"
KINDS: dict[str, tuple[Callable[[int], dict[str, Any]], str, bytes]] = {
    "http": (lambda port: {"url": f"https://127.0.0.1:{port}/"}, "http", HTTP),
    "grpc": (lambda port: {"host": "127.0.0.1", "port": port}, "grpc", b"\0\0\0\4\0\0\0\0\0"),
    "DoH": (
        lambda port: {
            "server": "127.0.0.1",
            "port": port,
            "name": "well.test",
            "transport": "https",
        },
        "dns",
        HTTP,
    ),
    "DoT": (
        lambda port: {"server": "127.0.0.1", "port": port, "name": "well.test", "transport": "tls"},
        "dns",
        b"\0\x50half",
    ),
    "websocket": (
        lambda port: {"url": f"wss://127.0.0.1:{port}/"},
        "websocket",
        b"HTTP/1.1 101 Half of an answer\r\n",
    ),
    "tcp": (
        lambda port: {"host": "127.0.0.1", "port": port, "tls": True, "expect": "never"},
        "tcp",
        b"",
    ),
    "llm": (
        lambda port: {
            "api": "openai_compatible",
            "url": f"https://127.0.0.1:{port}/v1",
            "model": "m",
        },
        "llm",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ",
    ),
    "flow": (
        lambda port: {"steps": [{"name": "one", "url": f"https://127.0.0.1:{port}/"}]},
        "flow",
        HTTP,
    ),
    "vendor_status": (
        lambda port: {"provider": "statuspage", "url": f"https://127.0.0.1:{port}"},
        "vendor_status",
        HTTP,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stalls", ["before TLS", "before the answer", "in the answer"])
async def test_the_total_is_the_time_that_has_passed(
    listen: Listen,
    look_at: LookAt,
    certified: Certified,
    vantages: Callable[..., Vantage],
    ca_file: str,
    kind: str,
    stalls: str,
) -> None:
    aim, name, half = KINDS[kind]

    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        if stalls == "in the answer":
            writer.write(half)
            await writer.drain()
        await asyncio.sleep(60)

    tls: ssl.SSLContext | None = None if stalls == "before TLS" else certified("127.0.0.1")
    if tls is not None and kind == "grpc":
        tls.set_alpn_protocols(["h2"])
    port, vantage = (await listen(serve, ssl=tls)).port, vantages(ca_file=ca_file)
    await look_at(name, vantage=vantage, timeout_ms=30, **aim(port))  # what a first look loads

    began = time.monotonic()
    outcome = await look_at(name, vantage=vantage, timeout_ms=TIMEOUT_MS, **aim(port))
    took_ms = (time.monotonic() - began) * 1000

    assert outcome.reason is Reason.TIMEOUT or kind == "tcp", outcome
    assert outcome.total_ms is not None
    assert TIMEOUT_MS - 10 < outcome.total_ms <= took_ms
    assert took_ms - outcome.total_ms < 60
    told = [getattr(outcome, phase) or 0.0 for phase in PHASES]
    assert sum(told) <= outcome.total_ms + 0.01
