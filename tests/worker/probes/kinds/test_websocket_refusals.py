"""A refused WebSocket handshake is told by its status, however the answer looks otherwise."""

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.conftest import Listen, LookAt, read_request
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes.kinds.websocket.answer import NotHttpError, answer_of

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def upgrade(request: bytes, line: bytes = b"HTTP/1.1 101 Switching", more: bytes = b"") -> bytes:
    key = next(
        line.partition(b":")[2].strip()
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key:")
    )
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    lines = [
        line,
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
    ]
    return b"\r\n".join(lines) + b"\r\n" + more + b"\r\n"


async def looked(listen: Listen, look_at: LookAt, *said: Any, stays: bool = False) -> Outcome:
    async def answer(reader: Reader, writer: Writer) -> None:
        request = await read_request(reader)
        for part in said:
            writer.write(part(request) if callable(part) else part)
            await writer.drain()
        if stays:
            await asyncio.sleep(30)

    url = (await listen(answer)).url("/feed", scheme="ws")
    return await look_at("websocket", url=url, ping=False, timeout_ms=2000)


@pytest.mark.parametrize(
    ("said", "stays", "reason"),
    [
        (b"HTTP/1.1 429 Slow Down\r\nContent-Length: 900\r\n\r\n", True, Reason.RATE_LIMITED),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", True, Reason.BLOCKED),
        (b"HTTP/1.1 401\r\n\r\n", False, Reason.UNAUTHORIZED),
        (b"HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n", False, Reason.BLOCKED),
        (b"HTTP/1.0 429 X\r\n\r\nslow down", False, Reason.RATE_LIMITED),
        (b"HTTP/1.1 401 X\n\n", False, Reason.UNAUTHORIZED),
        (
            b"HTTP/1.1 403 X\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
            False,
            Reason.BLOCKED,
        ),
        (
            b"HTTP/1.1 102 X\r\n\r\nHTTP/1.1 103 X\r\nLink: </x>\r\n\r\nHTTP/1.1 401 X\r\n\r\n",
            False,
            Reason.UNAUTHORIZED,
        ),
        (
            b"HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense",
            False,
            Reason.BLOCKED,
        ),
        (b"HTTP/1.1 503 X\r\nContent-Length: 50\r\n\r\ncut", False, Reason.STATUS),
        (b"HTTP/1.1 502 X\r\n" + b"X-Y: z\r\n" * 500 + b"\r\n", False, Reason.STATUS),
        (b"HTTP/1.1 403 X\r\nX-Y: z", False, Reason.BLOCKED),
        (b"HTTP/1.1 103 X\r\n\r\nHTTP/1.1 429", False, Reason.RATE_LIMITED),
        (b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\n\r\n", True, Reason.STATUS),
        (b"HTTP/1.1 403 X\r\nUpgrade: websocket\r\n\r\n", False, Reason.BLOCKED),
    ],
)
async def test_a_status_is_enough(
    listen: Listen, look_at: LookAt, said: bytes, stays: bool, reason: Reason
) -> None:
    outcome = await looked(listen, look_at, said, stays=stays)

    blame = Blame.TARGET if reason is Reason.STATUS else Blame.PROBER
    assert (outcome.reason, outcome.blame) == (reason, blame), outcome
    assert (outcome.total_ms or 0) < 1000


@pytest.mark.parametrize(
    ("line", "before", "more"),
    [
        (b"HTTP/1.1 101", b"", b""),
        (b"HTTP/1.1 101 ", b"", b""),
        (b"HTTP/1.1 101 \xc3\xa9", b"", b""),
        (b"HTTP/1.1 101 X", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b""),
        (b"HTTP/1.1 101 X", b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"HTTP/1.1 101 X", b"", b"X-A: " + b"a" * 30_000 + b"\r\n"),
        (b"HTTP/1.1 101 X", b"", b"X-A: a\r\n" * 400),
        (b"HTTP/1.1 101 X", b"", b"X A: \xff\x00 odd\r\n"),
    ],
)
async def test_an_upgrade_is_taken_as_browsers_take_it(
    listen: Listen, look_at: LookAt, line: bytes, before: bytes, more: bytes
) -> None:
    outcome = await looked(listen, look_at, before, lambda r: upgrade(r, line, more), stays=True)

    assert outcome.ok, outcome


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", Reason.RESET),
        (b"HTTP/1.1 1", Reason.RESET),
        (b"HTTP/1.1 101 X\r\nUpgrade: web", Reason.RESET),
        (b"HTTP/1.1 103 X\r\n\r\n", Reason.RESET),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Reason.PROTOCOL),
        (b"HTTP/1.1 abc\r\n\r\n", Reason.PROTOCOL),
        (b"HTTP/1.1 200X\r\n\r\n", Reason.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 50_000, Reason.PROTOCOL),
        (b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", Reason.PROTOCOL),
        (lambda r: upgrade(r, b"HTTP/1.0 101 X"), Reason.PROTOCOL),
    ],
)
async def test_what_is_no_answer(
    listen: Listen, look_at: LookAt, said: Any, reason: Reason
) -> None:
    outcome = await looked(listen, look_at, said)

    assert (outcome.reason, outcome.blame) == (reason, Blame.TARGET), outcome


@given(st.binary(max_size=40), st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 503 X\r\n\r\n"]))
def test_any_bytes_are_an_answer_or_none(heard: bytes, before: bytes) -> None:
    try:
        found = answer_of(before + heard)
    except NotHttpError:
        return
    assert found is None or 100 < found[0].status <= 999
