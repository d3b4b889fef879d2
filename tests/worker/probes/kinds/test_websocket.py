"""The websocket kind against a real server of the websockets library, and against servers that do
it wrong.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.worker.probes.conftest import Listen, Listener, LookAt
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.websocket.params import WebsocketParams
from worker.probes.run import Vantage
from worker.targets.guard import Guard

Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
Web = Callable[..., Awaitable[Listener]]
Handler = Callable[[ServerConnection], Awaitable[None]]


async def greeting(connection: ServerConnection) -> None:
    """Says hello twice, then says back what it hears."""
    await connection.send("hello")
    await connection.send(["wel", "come"])
    async for message in connection:
        await connection.send(
            b"echo " + (message if isinstance(message, bytes) else message.encode())
        )


@asynccontextmanager
async def serving(
    handler: Callable[[ServerConnection], Awaitable[None]] = greeting, **options: Any
) -> AsyncIterator[int]:
    server: Server
    async with serve(handler, "127.0.0.1", 0, **options) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"ping": False},
        {"expect": "hello"},
        {"expect": "welcome"},
        {"send": "ping", "expect_regex": "^echo ping$"},
        {"send_hex": "00ff01", "expect": "echo \x00"},
    ],
)
async def test_a_server_that_does_what_is_expected_is_well(
    look_at: LookAt, params: dict[str, Any]
) -> None:
    async with serving() as port:
        outcome = await look_at("websocket", url=f"ws://127.0.0.1:{port}/", **params)

    assert outcome.ok, outcome
    assert ("ping_ms" in outcome.extra) is params.get("ping", True)
    assert ("message_ms" in outcome.extra) is bool(set(params) - {"ping"})
    parts = (
        outcome.connect_ms,
        outcome.ttfb_ms,
        outcome.extra.get("ping_ms"),
        outcome.extra.get("message_ms"),
    )
    assert outcome.total_ms == pytest.approx(sum(part or 0 for part in parts), abs=0.01)


async def test_over_tls_the_certificate_is_judged(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    vantage = vantages(ca_file=ca_file)
    async with serving(ssl=certified("127.0.0.1")) as port:
        url = f"wss://127.0.0.1:{port}/"
        well = await look_at("websocket", vantage=vantage, url=url, expect="hello")
        soon = await look_at("websocket", vantage=vantage, url=url, min_days=1_000_000)
        stranger = await look_at("websocket", url=url)

    assert well.ok, well
    assert (well.tls_ms or 0) > 0
    assert well.extra["chain"]
    assert "sooner than" in soon.detail
    assert (stranger.reason, stranger.blame) == (Reason.TLS, Blame.TARGET)
    assert stranger.extra["chain"]


async def test_another_message_than_expected_is_waited_past_until_the_deadline(
    look_at: LookAt,
) -> None:
    async with serving() as port:
        outcome = await look_at(
            "websocket", url=f"ws://127.0.0.1:{port}/", expect="goodbye", timeout_ms=300
        )

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert outcome.detail == "no WebSocket message within 300 ms"
    assert 290 <= (outcome.total_ms or 0) < 350


async def test_no_more_is_read_than_the_limit(look_at: LookAt) -> None:
    async def flood(connection: ServerConnection) -> None:
        while True:
            await connection.send("x" * 400)

    async with serving(flood) as port:
        outcome = await look_at(
            "websocket", url=f"ws://127.0.0.1:{port}/", expect="well", answer_limit=2000
        )

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.PROBER)


@pytest.mark.parametrize(
    ("status", "headers", "reason", "blame"),
    [
        (401, {}, Reason.UNAUTHORIZED, Blame.PROBER),
        (403, {}, Reason.BLOCKED, Blame.PROBER),
        (
            403,
            {"Authorization": "Bearer ${env:OUTSCOPE_SECRET_WORD}"},
            Reason.UNAUTHORIZED,
            Blame.PROBER,
        ),
        (429, {}, Reason.RATE_LIMITED, Blame.PROBER),
        (503, {}, Reason.STATUS, Blame.TARGET),
        (200, {}, Reason.STATUS, Blame.TARGET),
    ],
)
async def test_a_refused_handshake_says_whose_fault_it_is(
    look_at: LookAt,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: int,
    headers: dict[str, str],
    reason: Reason,
    blame: Blame,
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "hush-hush")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.server").setLevel(logging.INFO)
    heard: list[Request] = []

    async def refuse(_connection: ServerConnection, request: Request) -> Response:
        heard.append(request)
        return Response(status, "X", Headers({"Content-Length": "0"}))

    async with serving(process_request=refuse) as port:
        outcome = await look_at("websocket", url=f"ws://127.0.0.1:{port}/x?y=1", headers=headers)

    assert (outcome.reason, outcome.blame) == (reason, blame), outcome
    assert heard[0].path == "/x?y=1"
    assert heard[0].headers["User-Agent"].startswith("outscope")
    assert heard[0].headers.get("Authorization") == ("Bearer hush-hush" if headers else None)
    assert "hush" not in f"{outcome}{caplog.text}"


async def test_a_secret_of_several_lines_is_not_sent(
    look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "hush\r\nX-More: hush")
    heard: list[Request] = []

    async with serving(process_request=lambda _connection, request: heard.append(request)) as port:
        url = f"ws://127.0.0.1:{port}/"
        outcome = await look_at(
            "websocket", url=url, headers={"X-Word": "${env:OUTSCOPE_SECRET_WORD}"}
        )

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert outcome.detail == "the secret in the header X-Word must be one line"
    assert heard == []


async def test_a_subprotocol_that_is_offered_must_be_chosen(look_at: LookAt) -> None:
    def choose(_connection: ServerConnection, offered: list[str]) -> str | None:
        return "mqtt" if "mqtt" in offered else None  # type: ignore[return-value]

    async with serving(select_subprotocol=choose) as port:
        url = f"ws://127.0.0.1:{port}/"
        well = await look_at("websocket", url=url, subprotocols=["soap", "mqtt"])
        badly = await look_at("websocket", url=url, subprotocols=["soap"])

    assert (well.ok, well.extra["subprotocol"]) == (True, "mqtt")
    assert badly.reason is Reason.PROTOCOL


async def test_a_web_server_without_websockets_is_told(web: Web, look_at: LookAt) -> None:
    outcome = await look_at("websocket", url=(await web()).url(scheme="ws"))

    assert (outcome.reason, outcome.blame) == (Reason.STATUS, Blame.TARGET)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", Reason.RESET),
        (b"SSH-2.0-OpenSSH_9\r\n", Reason.PROTOCOL),
        (
            (
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection:"
                b" Upgrade\r\n\r\n"
            ),
            Reason.PROTOCOL,
        ),
    ],
)
async def test_what_is_no_handshake_is_the_targets_fault(
    listen: Listen, look_at: LookAt, said: bytes, reason: Reason
) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()

    outcome = await look_at("websocket", url=(await listen(say)).url(scheme="ws"))

    assert (outcome.reason, outcome.blame) == (reason, Blame.TARGET)
    assert outcome.trace


async def test_a_server_that_goes_away_says_its_code(look_at: LookAt) -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(1013, "come back later")

    async with serving(leave) as port:
        outcome = await look_at(
            "websocket", url=f"ws://127.0.0.1:{port}/", ping=False, expect="hello"
        )

    assert (outcome.reason, outcome.blame) == (Reason.RESET, Blame.TARGET)
    assert "1013" in outcome.detail


async def test_a_ping_without_a_pong_is_the_targets_fault(listen: Listen, look_at: LookAt) -> None:
    from websockets.server import ServerProtocol

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        writer.write(b"".join(protocol.data_to_send()))
        await reader.read()

    outcome = await look_at("websocket", url=(await listen(deaf)).url(scheme="ws"), timeout_ms=200)

    assert (outcome.reason, outcome.detail) == (Reason.TIMEOUT, "no WebSocket pong within 200 ms")
    assert outcome.ttfb_ms is not None


async def test_hosts_and_ports_that_the_operator_rules_out_are_not_asked(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    from worker.targets.policy import read_policy

    listener = await listen(lambda *_: asyncio.sleep(0))
    vantage = vantages(guard=Guard(["127.0.0.0/8"], read_policy(never="127.0.0.1")))

    outcome = await look_at("websocket", vantage=vantage, url=listener.url(scheme="ws"))

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert listener.connections == 0


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "http://x/"}, "ws://"),
        ({"url": "ws://user:word@x/"}, "password"),
        ({"url": "ws://x/#y"}, "fragment"),
        ({"url": "ws://x/ y"}, "plain ASCII"),
        ({"url": "ws://x/", "min_days": 3}, "min_days"),
        ({"url": "ws://x/", "headers": {"Sec-WebSocket-Key": "x"}}, "Sec-WebSocket-Key"),
        ({"url": "ws://x/", "headers": {"X": "a\r\nb"}}, "one line"),
        ({"url": "ws://x/", "subprotocols": ["a b"]}, "subprotocols"),
    ],
)
def test_what_means_nothing_is_refused(params: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        WebsocketParams.model_validate(params)
