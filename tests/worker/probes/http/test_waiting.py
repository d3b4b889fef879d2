"""A look waits for nothing that cannot decide any more, and tells the time that has passed."""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Certified, Listen, Listener, LookAt, read_request
from tests.worker.probes.raw_server import SETTINGS, frame, http2, raw_server
from worker.contract.outcome import Blame, Outcome, Reason

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
OK = b"HTTP/1.1 200 OK\r\n"
HEADERS = frame(1, 4, 1, b"\x88")
PHASES = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms")
LONG_MS = 3000
"""No look may wait so long."""


def soon(outcome: Outcome) -> bool:
    return outcome.total_ms is not None and outcome.total_ms < LONG_MS / 2


async def hanging(listen: Listen, *pieces: bytes) -> Listener:
    return await raw_server(listen, *pieces, ending="hold")


@pytest.mark.parametrize(
    ("sent", "limit"),
    [
        ((OK + b"Content-Type: text/event-stream\r\n\r\n",), 0),
        ((OK + b"Content-Length: 50\r\n\r\n", b"x" * 9), 9),
        ((OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nabcd\r\n", b"3\r\nefg\r\n"), 7),
        ((b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" + OK + b"\r\n",), 0),
    ],
)
async def test_what_is_not_to_be_read_is_not_waited_for(
    listen: Listen, look_at: LookAt, sent: tuple[bytes, ...], limit: int
) -> None:
    url = (await hanging(listen, *sent)).url()

    outcome = await look_at("http", url=url, body_limit=limit, timeout_ms=LONG_MS, trace=True)

    assert outcome.ok, outcome
    assert outcome.status_code == 200
    assert soon(outcome)
    assert outcome.trace[-1].what == f"body read up to its limit, {limit} bytes"


async def test_over_http2_neither(listen: Listen, look_at: LookAt, certified: Certified) -> None:
    server = await raw_server(
        listen, SETTINGS + HEADERS, ending="hold", tls=http2(certified("127.0.0.1"))
    )
    url = server.url(scheme="https")

    outcome = await look_at("http", url=url, verify=False, body_limit=0, timeout_ms=LONG_MS)

    assert outcome.ok, outcome
    assert soon(outcome)


async def test_an_answer_that_is_as_long_as_the_limit_leaves_its_connection_open(
    listen: Listen, look_at: LookAt
) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        while True:
            listener.requests.append(await read_request(reader))
            writer.write(OK + b"Content-Length: 5\r\n\r\nhello")

    listener = await listen(serve)

    for warm in (False, True):
        outcome = await look_at("http", url=listener.url(), reuse=True, body_limit=5)
        assert outcome.extra["warm"] is warm


async def test_a_body_that_is_too_large_is_so_at_its_first_byte_too_many(
    listen: Listen, look_at: LookAt
) -> None:
    url = (await hanging(listen, OK + b"Content-Length: 90000\r\n\r\n" + b"x" * 17_000)).url()

    outcome = await look_at("http", url=url, expect={"max_bytes": 8}, timeout_ms=LONG_MS)

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert outcome.detail == "the body is larger than 8 bytes"
    assert soon(outcome)


@pytest.mark.parametrize("size", [0, 20_000])
async def test_the_body_of_a_redirect_is_not_waited_for(
    listen: Listen, look_at: LookAt, size: int
) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        if b"GET /there" in await read_request(reader):
            writer.write(OK + b"Content-Length: 4\r\n\r\nhere")
            return
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: there?a=%20\r\nContent-Length: 99999\r\n\r\n"
        )
        writer.write(b"x" * size)
        await asyncio.sleep(60)

    url = (await listen(serve)).url("/sub/")

    followed = await look_at(
        "http", url=url.replace("/sub", ""), expect={"body": "here"}, timeout_ms=LONG_MS
    )
    judged = await look_at("http", url=url, expect={"status": [302]}, timeout_ms=300)

    assert followed.ok, followed
    assert followed.extra["final_url"].endswith("/there")
    assert soon(followed)
    assert judged.reason is Reason.TIMEOUT  # what is expected of it may be in its body


@pytest.mark.parametrize(
    ("status", "reason", "blame"),
    [
        (500, Reason.STATUS, Blame.TARGET),
        (503, Reason.STATUS, Blame.TARGET),
        (429, Reason.RATE_LIMITED, Blame.PROBER),
        (401, Reason.UNAUTHORIZED, Blame.PROBER),
        (302, Reason.STATUS, Blame.TARGET),
    ],
)
@pytest.mark.parametrize("ending", ["goodbye", "reset", "hold"])
async def test_a_status_says_more_than_a_body_that_never_comes(
    listen: Listen, look_at: LookAt, status: int, reason: Reason, blame: Blame, ending: Any
) -> None:
    head = b"HTTP/1.1 %d X\r\nContent-Length: 50\r\n\r\nhalf" % status
    url = (await raw_server(listen, head, ending=ending)).url()

    outcome = await look_at("http", url=url, timeout_ms=400)

    assert (outcome.reason, outcome.blame, outcome.status_code) == (reason, blame, status)
    assert outcome.detail.startswith(f"status {status}")
    assert "; the " in outcome.detail


@pytest.mark.parametrize("pause", ["tls", "ttfb", "body"])
async def test_a_timeout_tells_how_long_it_took(
    listen: Listen, look_at: LookAt, certified: Certified, pause: str
) -> None:
    pieces = [OK + b"Content-Length: 9\r\n\r\n"] if pause == "body" else []
    tls = None if pause == "tls" else certified("127.0.0.1")
    server = await raw_server(listen, *pieces, ending="hold", tls=tls)

    began = time.monotonic()
    outcome = await look_at("http", url=server.url(scheme="https"), verify=False, timeout_ms=400)
    took_ms = (time.monotonic() - began) * 1000

    assert outcome.reason is Reason.TIMEOUT
    assert outcome.total_ms is not None
    assert 390 < outcome.total_ms <= took_ms
    assert sum(getattr(outcome, phase) or 0 for phase in PHASES) <= outcome.total_ms


async def test_an_interim_answer_is_not_the_answer(listen: Listen, look_at: LookAt) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        for _ in range(3):
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)
        writer.write(OK + b"Content-Length: 4\r\n\r\nwell")
        await writer.drain()

    url = (await listen(serve)).url()

    outcome = await look_at("http", url=url, slow_ms={"body": 150})
    slow = await look_at("http", url=url, slow_ms={"ttfb": 150})

    assert outcome.ok, outcome
    assert outcome.ttfb_ms is not None
    assert outcome.total_ms is not None
    assert 295 < outcome.ttfb_ms <= outcome.total_ms
    assert (slow.reason, slow.detail[:20]) == (Reason.SLOW, "the first byte took ")


async def test_a_large_body_is_sent_without_asking_first(listen: Listen, look_at: LookAt) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        listener.requests.append(await read_request(reader))
        writer.write(OK + b"Content-Length: 0\r\n\r\n")
        await writer.drain()

    listener = await listen(serve, limit=1 << 22)
    body = "x" * (3 << 20)

    outcome = await look_at(
        "http", url=listener.url(), method="POST", body=body, timeout_ms=LONG_MS
    )

    assert outcome.ok, outcome
    assert outcome.ttfb_ms is not None
    assert outcome.ttfb_ms < 900  # libcurl would wait for a second before it sends the body
    assert b"expect" not in listener.requests[0][:500].lower()
    asked = await look_at(
        "http", url=listener.url(), method="POST", body="x", headers={"Expect": "100-continue"}
    )
    assert b"expect: 100-continue" in listener.requests[1].lower(), asked


@pytest.mark.parametrize(
    "refusal",
    [
        frame(3, 0, 1, b"\0\0\0\7"),
        frame(7, 0, 0, b"\0\0\0\0\0\0\0\0"),
    ],
    ids=["REFUSED_STREAM", "GOAWAY"],
)
@pytest.mark.parametrize("refused", [1, 9])
async def test_a_server_that_takes_no_request_is_asked_once_more(
    listen: Listen,
    look_at: LookAt,
    certified: Callable[..., ssl.SSLContext],
    refusal: bytes,
    refused: int,
) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.readexactly(24)  # the preface
        heard = b""
        while b"\x01\x25" not in heard and b"\x01\x05" not in heard:  # HEADERS, the last ones
            heard += await reader.read(65_536)
        listener.requests.append(heard)
        await asyncio.sleep(0.1)
        taken = len(listener.requests) > refused
        writer.write(SETTINGS + (HEADERS + frame(0, 1, 1, b"well") if taken else refusal))
        await writer.drain()
        await asyncio.sleep(60)

    listener = await listen(serve, ssl=http2(certified("127.0.0.1")))

    outcome = await look_at("http", url=listener.url(scheme="https"), verify=False)

    assert len(listener.requests) == listener.connections == 2
    assert outcome.extra["tries"] == 2
    assert outcome.total_ms is not None
    assert outcome.total_ms > 195
    if refused == 1:
        assert outcome.ok, outcome
        assert outcome.ttfb_ms is not None
        assert outcome.ttfb_ms > 195
        parts = [getattr(outcome, phase) or 0 for phase in PHASES]
        assert sum(parts) == pytest.approx(outcome.total_ms, abs=20)
        assert sum(parts) <= outcome.total_ms
    else:
        assert (outcome.reason, outcome.blame) == (Reason.RESET, Blame.TARGET)
        assert "the target took no request over HTTP/2, asked 2 times" in outcome.detail
