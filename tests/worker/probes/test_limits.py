"""What is longer than a worker reads is told as a limit of the worker's own, and that is high."""

import asyncio
import json
from typing import Any

import pytest
from websockets.server import ServerProtocol

from tests.worker.probes.conftest import Certified, Listen, LookAt, Vantages, Web, read_request
from tests.worker.probes.raw_server import SETTINGS, frame, http2, raw_server
from worker.contract.outcome import Blame, Reason

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
OURS = (Reason.CONTENT, Blame.PROBER)


async def talkative(listen: Listen, *messages: bytes) -> str:
    """A WebSocket server that says much before it answers a ping."""

    async def serve(reader: Reader, writer: Writer) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        for message in messages:
            protocol.send_binary(message)
        writer.write(b"".join(protocol.data_to_send()))
        await writer.drain()
        while data := await reader.read(65_536):
            protocol.receive_data(data)
            writer.write(b"".join(protocol.data_to_send()))
            await writer.drain()

    return (await listen(serve)).url(scheme="ws")


@pytest.mark.parametrize("sizes", [(130_000,), (4 << 20,), (70_000,) * 20])
async def test_a_large_message_before_the_pong_harms_nothing(
    listen: Listen, look_at: LookAt, sizes: tuple[int, ...]
) -> None:
    url = await talkative(listen, *map(bytes, sizes))

    assert (await look_at("websocket", url=url)).ok
    small = await look_at("websocket", url=url, expect="x", answer_limit=10)
    assert (small.reason, small.blame) == OURS, small
    assert "raise answer_limit" in small.detail


@pytest.mark.parametrize("sizes", [((16 << 20) + 1,), (6 << 20,) * 3])
async def test_more_than_a_worker_takes_is_its_own_limit(
    listen: Listen, look_at: LookAt, sizes: tuple[int, ...]
) -> None:
    url = await talkative(listen, *map(bytes, sizes))

    outcome = await look_at("websocket", url=url)

    assert (outcome.reason, outcome.blame) == OURS, outcome
    assert "16 MiB" in outcome.detail


@pytest.mark.parametrize(("size", "ours"), [(3 << 20, False), (17 << 20, True)])
async def test_a_long_list_of_models_is_read(
    web: Web, look_at: LookAt, size: int, ours: bool
) -> None:
    models = json.dumps({"data": [{"id": "m", "words": "x" * size}]}).encode()
    url = (await web(models, headers={"Content-Type": "application/json"})).url()

    outcome = await look_at("llm", api="openai_compatible", url=url, tier="models")

    assert outcome.ok is not ours, outcome
    assert not ours or (outcome.reason, outcome.blame) == OURS


@pytest.mark.parametrize(("size", "reason"), [(200_000, Reason.OK), (5 << 20, Reason.CONTENT)])
async def test_a_long_health_response_is_read(
    listen: Listen,
    look_at: LookAt,
    certified: Certified,
    vantages: Vantages,
    ca_file: str,
    size: int,
    reason: Reason,
) -> None:
    unknown = b"\x7a" + bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128])
    message = b"\x08\x01" + unknown + bytes([size >> 21]) + bytes(size)
    body = b"\x00" + len(message).to_bytes(4) + message
    data = [frame(0, 0, 1, body[at : at + 16_000]) for at in range(0, len(body), 16_000)]
    trailers = frame(1, 5, 1, b"\x00\x0bgrpc-status\x010")
    server = await raw_server(
        listen,
        SETTINGS + frame(1, 4, 1, b"\x88"),
        *data,
        trailers,
        ending="hold",
        tls=http2(certified("127.0.0.1")),
    )

    outcome = await look_at(
        "grpc", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=server.port
    )

    assert outcome.reason is reason, outcome
    assert outcome.ok or (outcome.reason, outcome.blame) == OURS


@pytest.mark.parametrize(("size", "ours"), [(30_000, False), (70_000, True)])
async def test_a_long_value_is_carried(web: Web, look_at: LookAt, size: int, ours: bool) -> None:
    token = json.dumps({"token": "x" * size}).encode()
    first, then = await web(token), await web()
    steps: list[dict[str, Any]] = [
        {"name": "in", "url": first.url(), "keep": {"token": {"json_path": "token"}}},
        {"name": "on", "url": then.url(), "method": "POST", "body": "{{token}}"},
    ]

    outcome = await look_at("flow", steps=steps)

    assert outcome.ok is not ours, outcome
    assert not ours or (outcome.reason, outcome.blame) == OURS


@pytest.mark.parametrize("keep", [{"json_path": "token"}, {"regex": "token.: .(well)"}])
async def test_a_value_behind_the_limit_of_a_step_is_no_fault_of_the_target(
    web: Web, look_at: LookAt, keep: dict[str, str]
) -> None:
    server = await web(json.dumps({"before": "x" * 5000, "token": "well"}).encode())
    step: dict[str, Any] = {"name": "in", "url": server.url(), "keep": {"token": keep}}

    limited = await look_at("flow", steps=[{**step, "body_limit": 1000}])

    assert (limited.reason, limited.blame) == OURS, limited
    assert "raise its body_limit" in limited.detail
    assert (await look_at("flow", steps=[step])).ok


async def test_a_value_that_our_library_cannot_read_is_no_fault_of_the_target(
    web: Web, look_at: LookAt
) -> None:
    server = await web(b"[" * 100_000 + b"]" * 100_000)
    step = {"name": "in", "url": server.url(), "keep": {"token": {"json_path": "token"}}}

    outcome = await look_at("flow", steps=[step])

    assert (outcome.reason, outcome.blame) == OURS, outcome


async def test_a_redirect_to_a_long_address_is_followed(listen: Listen, look_at: LookAt) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        asked = await read_request(reader)
        if asked.startswith(b"GET / "):
            writer.write(b"HTTP/1.1 302 F\r\nLocation: /?a=" + b"b" * 30_000 + b"\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\n")
        writer.write(b"Content-Length: 0\r\n\r\n")
        await writer.drain()

    outcome = await look_at("http", url=(await listen(serve)).url())

    assert outcome.ok, outcome
    assert outcome.extra["redirects"] == 1
