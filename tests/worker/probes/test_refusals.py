"""An answer that refuses this prober means the same, whichever kind is answered so."""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded

from tests.worker.probes.conftest import (
    Certified,
    Listen,
    Listener,
    LookAt,
    Vantages,
    Web,
    read_request,
)
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes import kinds
from worker.targets.backoff import Backoff

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Refuse = Callable[..., Awaitable[Outcome]]
CHALLENGE = b"<html><title>Just a moment...</title>"
NGINX = b"<html><head><title>400 No required SSL certificate was sent</title></head>"
KINDS = ("http", "websocket", "dns", "grpc")


def over_http1(status: int, headers: Mapping[str, str], body: bytes) -> Any:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode()

    async def answer(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(head + body)
        await writer.drain()

    return answer


def over_http2(
    status: int,
    headers: Mapping[str, str],
    body: bytes = b"",
    trailers: Mapping[str, str] | None = None,
) -> Any:
    async def answer(reader: Reader, writer: Writer) -> None:
        connection = H2Connection(H2Configuration(client_side=False))
        connection.initiate_connection()
        stream = None
        while stream is None:
            writer.write(connection.data_to_send())
            events = connection.receive_data(await reader.read(65536))
            stream = next((one.stream_id for one in events if isinstance(one, StreamEnded)), None)
        connection.send_headers(stream, [(":status", str(status)), *headers.items()])
        connection.send_data(stream, body, end_stream=trailers is None)
        if trailers is not None:
            connection.send_headers(stream, list(trailers.items()), end_stream=True)
        writer.write(connection.data_to_send())
        await writer.drain()
        await reader.read(65536)

    return answer


@pytest.fixture
def refuse(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> Refuse:
    """Look by a kind at a server that answers so."""

    async def look(kind: str, status: int, body: bytes = b"no", **headers: str) -> Outcome:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        over = over_http2 if kind == "grpc" else over_http1
        context = certified("127.0.0.1")
        context.set_alpn_protocols(["h2"] if kind == "grpc" else ["http/1.1"])
        server: Listener = await listen(over(status, headers, body), ssl=context)
        where: dict[str, dict[str, Any]] = {
            "http": {"url": server.url(scheme="https")},
            "websocket": {"url": server.url(scheme="wss")},
            "dns": {"server": "127.0.0.1", "name": "a.test", "transport": "https"},
            "grpc": {"host": "127.0.0.1"},
        }
        if kind in ("dns", "grpc"):
            where[kind]["port"] = server.port
        return await look_at(kind, vantage=vantages(ca_file=ca_file), **where[kind])

    return look


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "body", "headers", "reason"),
    [
        (401, b"", {}, Reason.UNAUTHORIZED),
        (403, b"no", {}, Reason.BLOCKED),
        (407, b"no", {}, Reason.UNAUTHORIZED),
        (429, b"no", {}, Reason.RATE_LIMITED),
        (451, b"no", {}, Reason.BLOCKED),
        (496, b"no", {}, Reason.UNAUTHORIZED),
        (400, NGINX, {}, Reason.UNAUTHORIZED),
        (503, CHALLENGE, {}, Reason.BLOCKED),
        (405, b"", {"x_amzn_waf_action": "captcha"}, Reason.BLOCKED),
    ],
)
async def test_a_refusal_is_about_this_prober(
    refuse: Refuse,
    kind: str,
    status: int,
    body: bytes,
    headers: dict[str, str],
    reason: Reason,
) -> None:
    outcome = await refuse(kind, status, body, **headers)

    assert (outcome.reason, outcome.blame) == (reason, Blame.PROBER), outcome
    assert f"status {status}" in outcome.detail


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [400, 404, 500, 502, 503])
async def test_a_failure_is_about_the_target(refuse: Refuse, kind: str, status: int) -> None:
    outcome = await refuse(kind, status)

    assert (outcome.reason, outcome.blame) == (Reason.STATUS, Blame.TARGET), outcome
    assert str(status) in outcome.detail


@pytest.mark.parametrize("kind", KINDS)
async def test_how_long_it_wants_to_be_left_alone_is_told(refuse: Refuse, kind: str) -> None:
    outcome = await refuse(kind, 429, retry_after="77")

    assert outcome.reason is Reason.RATE_LIMITED
    assert outcome.extra["retry_after_s"] == 77


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("http", {"url": "https://127.0.0.1/"}),
        ("websocket", {"url": "wss://127.0.0.1/"}),
        ("dns", {"server": "127.0.0.1", "name": "a.test", "transport": "https"}),
        ("grpc", {"host": "127.0.0.1"}),
    ],
)
async def test_and_it_is_left_alone_for_so_long(
    refuse: Refuse, kind: str, params: dict[str, str]
) -> None:
    targets = kinds.KINDS[kind].params.model_validate(params).targets()
    backoff = Backoff()

    backoff.heard_from(targets, await refuse(kind, 429, retry_after="77"), 0)

    assert backoff.obstacle_to(targets, 76) is not None
    assert backoff.obstacle_to(targets, 78) is None


@pytest.mark.parametrize("kind", ["dns", "grpc"])
async def test_a_wall_that_answers_with_200_is_none_of_the_targets_answers(
    refuse: Refuse, kind: str
) -> None:
    walled, nonsense = await refuse(kind, 200, CHALLENGE), await refuse(kind, 200, b"<html>")

    assert (walled.reason, walled.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert (nonsense.reason, nonsense.blame) == (Reason.PROTOCOL, Blame.TARGET)


def details(seconds: int, nanos: int) -> str:
    """A google.rpc.Status with a RetryInfo, as it goes in a trailer."""

    def sized(number: int, data: bytes) -> bytes:
        return bytes([number << 3 | 2, len(data)]) + data

    delay = bytes([1 << 3, seconds, 2 << 3]) + _varint(nanos)
    info = sized(1, b"type.googleapis.com/google.rpc.RetryInfo") + sized(2, sized(1, delay))
    other = sized(1, b"type.googleapis.com/google.rpc.Help") + sized(2, b"\xff\xff")
    status = b"\x08\x08" + sized(2, b"slow down") + sized(3, other) + sized(3, info)
    return base64.b64encode(status).decode().rstrip("=")


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


@pytest.mark.parametrize(
    ("trailers", "reason", "wait_s"),
    [
        ({"grpc-status": "8"}, Reason.RATE_LIMITED, None),
        ({"grpc-status": "8", "retry-after": "5"}, Reason.RATE_LIMITED, 5),
        ({"grpc-status": "8", "grpc-retry-pushback-ms": "1500"}, Reason.RATE_LIMITED, 1.5),
        ({"grpc-status": "8", "grpc-retry-pushback-ms": "-1"}, Reason.RATE_LIMITED, None),
        (
            {"grpc-status": "8", "grpc-status-details-bin": details(9, 250_000_000)},
            Reason.RATE_LIMITED,
            9.25,
        ),
        ({"grpc-status": "8", "grpc-status-details-bin": "!!"}, Reason.RATE_LIMITED, None),
        ({"grpc-status": "8", "grpc-status-details-bin": "GgMKAf8"}, Reason.RATE_LIMITED, None),
        ({"grpc-status": "7"}, Reason.UNAUTHORIZED, None),
        ({"grpc-status": "16"}, Reason.UNAUTHORIZED, None),
        ({"grpc-status": "14", "x-envoy-ratelimited": "true"}, Reason.RATE_LIMITED, None),
    ],
)
async def test_a_grpc_server_refuses_in_its_trailers(
    listen: Listen, look_at: LookAt, trailers: dict[str, str], reason: Reason, wait_s: float | None
) -> None:
    headers = {"content-type": "application/grpc"}
    server = await listen(over_http2(200, headers, trailers=trailers))

    outcome = await look_at("grpc", host="127.0.0.1", port=server.port, tls=False)

    assert (outcome.reason, outcome.blame) == (reason, Blame.PROBER), outcome
    assert outcome.extra.get("retry_after_s") == wait_s


@pytest.mark.parametrize(
    ("status", "reason"), [(429, Reason.RATE_LIMITED), (403, Reason.BLOCKED), (500, Reason.STATUS)]
)
async def test_a_proxys_status_says_more_than_what_it_makes_of_it_for_grpc(
    listen: Listen, look_at: LookAt, status: int, reason: Reason
) -> None:
    server = await listen(over_http2(status, {"grpc-status": "14"}))

    outcome = await look_at("grpc", host="127.0.0.1", port=server.port, tls=False)

    assert outcome.reason is reason, outcome


@pytest.fixture
def demanding(certified: Certified) -> ssl.SSLContext:
    """A server's context that lets nobody in without a certificate."""
    context = certified("127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def _patient(context: ssl.SSLContext, reader: Reader, writer: Writer) -> None:
    """Shake hands by hand, so that the alert goes out; asyncio hangs up without a word."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    encrypted = context.wrap_bio(incoming, outgoing, server_side=True)
    ready = False
    while not ready:
        try:
            encrypted.do_handshake()
            ready = True
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            data = await reader.read(65536)
            if not data:
                return
            incoming.write(data)
        except ssl.SSLError:
            ready = True
    writer.write(outgoing.read())
    writer.write_eof()
    await reader.read()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("http", {"url": "https://127.0.0.1:{port}/"}),
        ("websocket", {"url": "wss://127.0.0.1:{port}/"}),
        ("grpc", {}),
        ("dns", {"name": "a.test", "server": "127.0.0.1", "transport": "https"}),
        ("dns", {"name": "a.test", "server": "127.0.0.1", "transport": "tls"}),
        ("tcp", {"tls": True, "expect": "x"}),
        ("tls", {}),
    ],
)
async def test_a_server_that_wants_a_client_certificate(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    demanding: ssl.SSLContext,
    ca_file: str,
    version: ssl.TLSVersion,
    kind: str,
    params: dict[str, Any],
) -> None:
    demanding.minimum_version = demanding.maximum_version = version
    server = await listen(lambda reader, writer: _patient(demanding, reader, writer))
    params = {name: str(value).format(port=server.port) for name, value in params.items()}
    if "url" not in params:
        params |= {"port": server.port} | ({} if kind == "dns" else {"host": "127.0.0.1"})

    outcome = await look_at(kind, vantage=vantages(ca_file=ca_file), **params)

    if kind == "tls" and version is ssl.TLSVersion.TLSv1_3:
        assert outcome.ok  # the certificate was shown, and what comes after the handshake is unread
    else:
        assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER), outcome


@pytest.mark.parametrize("kind", ["http", "tls"])
async def test_a_server_that_wants_one_and_hangs_up_without_a_word(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    demanding: ssl.SSLContext,
    ca_file: str,
    kind: str,
) -> None:
    demanding.maximum_version = ssl.TLSVersion.TLSv1_2
    server = await listen(lambda reader, _writer: reader.read(), ssl=demanding)
    where = (
        {"url": server.url(scheme="https")}
        if kind == "http"
        else {"host": "127.0.0.1", "port": server.port}
    )

    outcome = await look_at(kind, vantage=vantages(ca_file=ca_file), **where)

    assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER), outcome


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (451, b"", Reason.BLOCKED),
        (496, b"", Reason.UNAUTHORIZED),
        (400, NGINX, Reason.UNAUTHORIZED),
        (403, CHALLENGE, Reason.BLOCKED),
    ],
)
async def test_before_a_models_api_it_means_the_same(
    web: Web, look_at: LookAt, status: int, body: bytes, reason: Reason
) -> None:
    url = (await web(body, status=status)).url()

    outcome = await look_at("llm", api="openai_compatible", url=url, model="m")

    assert (outcome.reason, outcome.blame) == (reason, Blame.PROBER), outcome


@pytest.mark.parametrize("kind", ["http", "tls"])
async def test_a_handshake_that_fails_for_another_reason_is_the_targets_fault(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    kind: str,
) -> None:
    context = certified("127.0.0.1")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("PSK-AES128-CBC-SHA@SECLEVEL=0")
    server = await listen(lambda reader, writer: _patient(context, reader, writer))
    where = (
        {"url": server.url(scheme="https")}
        if kind == "http"
        else {"host": "127.0.0.1", "port": server.port}
    )

    outcome = await look_at(kind, vantage=vantages(ca_file=ca_file), **where)

    assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET), outcome
    assert server.connections == (2 if kind == "http" else 1)
