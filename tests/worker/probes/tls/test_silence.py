"""Targets that want a client certificate over TLS 1.3, and end the connection without a word."""

import asyncio
import ssl
from typing import Any

import pytest

from tests.worker.probes.conftest import Certified, Listen, LookAt, Vantages
from tests.worker.probes.raw_server import Ending, raw_server
from worker.contract.outcome import Blame, Reason

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


def looks(port: int) -> list[dict[str, Any]]:
    """One look of each kind that says something over TLS."""
    here = {"host": "127.0.0.1", "port": port}
    return [
        {"kind": "http", "url": f"https://127.0.0.1:{port}/"},
        {"kind": "http", "url": f"https://127.0.0.1:{port}/", "method": "POST", "body": "x" * 9},
        {"kind": "grpc", **here},
        {"kind": "websocket", "url": f"wss://127.0.0.1:{port}/"},
        {"kind": "tcp", **here, "tls": True, "send": "PING", "expect": "PONG"},
        {
            "kind": "dns",
            "name": "a.example",
            "server": "127.0.0.1",
            "port": port,
            "transport": "tls",
        },
    ]


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("ending", ["close", "reset", "hangs up"])
@pytest.mark.parametrize("wants", [ssl.CERT_NONE, ssl.CERT_OPTIONAL])
async def test_an_ending_without_a_word_is_ours_when_a_certificate_was_asked_for(
    listen: Listen,
    look_at: LookAt,
    certified: Certified,
    vantages: Vantages,
    ca_file: str,
    number: int,
    ending: Ending,
    wants: ssl.VerifyMode,
) -> None:
    context = certified("127.0.0.1")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2", "http/1.1"] if number == 2 else ["http/1.1"])
    asks = wants is not ssl.CERT_NONE
    context.verify_mode = wants
    context.load_verify_locations(ca_file)
    if asks and ending == "hangs up":  # asyncio does, where no certificate comes
        context.verify_mode = ssl.CERT_REQUIRED
    server = await raw_server(
        listen, ending="close" if ending == "hangs up" else ending, tls=context
    )
    look = looks(server.port)[number]

    outcome = await look_at(vantage=vantages(ca_file=ca_file), timeout_ms=20_000, **look)

    expected = (Reason.UNAUTHORIZED, Blame.PROBER) if asks else (Reason.RESET, outcome.blame)
    assert (outcome.reason, outcome.blame) == expected, outcome
    assert asks is ("client certificate" in outcome.detail)


async def test_a_dialogue_comes_before_the_second_handshake_too(
    listen: Listen, look_at: LookAt, certified: Certified, vantages: Vantages, ca_file: str
) -> None:
    context = certified("127.0.0.1")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_OPTIONAL

    async def serve(reader: Reader, writer: Writer) -> None:
        writer.write(b"220 mail\r\n")
        await reader.readline()
        writer.write(b"250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go\r\n")
        await writer.start_tls(context)
        await reader.read(100)
        writer.transport.abort()

    port = (await listen(serve)).port

    outcome = await look_at(
        "tcp",
        vantage=vantages(ca_file=ca_file),
        host="127.0.0.1",
        port=port,
        starttls="smtp",
        send="EHLO",
        expect="250",
        timeout_ms=20_000,
    )

    assert (outcome.reason, outcome.blame) == (Reason.UNAUTHORIZED, Blame.PROBER), outcome


async def test_a_target_that_has_spoken_is_not_asked_why_it_ended(
    listen: Listen, look_at: LookAt, certified: Certified, vantages: Vantages, ca_file: str
) -> None:
    context = certified("127.0.0.1")
    context.verify_mode = ssl.CERT_OPTIONAL
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"
    server = await raw_server(listen, said, ending="reset", tls=context)

    outcome = await look_at(
        "http", vantage=vantages(ca_file=ca_file), url=server.url(scheme="https")
    )

    assert outcome.reason is Reason.RESET, outcome
    assert len(server.requests) == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_target_that_says_goodbye_and_nothing_else_is_not_asked_again(
    listen: Listen,
    look_at: LookAt,
    certified: Certified,
    vantages: Vantages,
    ca_file: str,
    version: ssl.TLSVersion,
) -> None:
    context = certified("127.0.0.1")
    context.minimum_version = context.maximum_version = version
    connections: list[Writer] = []

    async def serve(reader: Reader, writer: Writer) -> None:
        connections.append(writer)
        await reader.read(500)
        writer.close()  # with a close_notify

    server = await listen(serve, ssl=context)

    outcome = await look_at(
        "http", vantage=vantages(ca_file=ca_file), url=server.url(scheme="https")
    )

    assert (outcome.reason, outcome.blame) == (Reason.RESET, Blame.TARGET), outcome
    assert len(connections) == 1
