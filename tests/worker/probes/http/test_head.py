"""What an answer's head says, whatever comes before it and behind the body."""

import pytest

from tests.worker.probes.conftest import Listen, LookAt
from tests.worker.probes.raw_server import SETTINGS, frame, raw_server
from worker.contract.outcome import Blame, Reason

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: head\r\n\r\n"
TRAILERS = {
    "charset": b"Content-Type: text/plain; charset=utf-16",
    "the same again": b"X-A: trailer",
    "wall": b"cf-mitigated: challenge",
    "wait": b"Retry-After: 5",
}


@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
async def test_trailers_change_nothing_that_the_head_says(
    listen: Listen, look_at: LookAt, trailer: bytes
) -> None:
    server = await raw_server(listen, CHUNKED + b"4\r\nwell\r\n0\r\n" + trailer + b"\r\n\r\n")

    outcome = await look_at(
        "http",
        url=server.url(),
        expect={"body": "well", "headers": {"X-A": {"equals": "head"}}},
    )

    assert outcome.ok, outcome
    assert outcome.extra == {"http_version": "1.1", "ip_version": "4"}


async def test_a_header_is_not_there_when_a_trailer_has_its_name(
    listen: Listen, look_at: LookAt
) -> None:
    server = await raw_server(listen, CHUNKED + b"4\r\nwell\r\n0\r\nX-B: b\r\n\r\n")

    outcome = await look_at("http", url=server.url(), expect={"headers": {"X-B": "b"}})

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert outcome.detail == "the header X-B is missing"


async def test_trailers_of_http2_change_nothing_either(listen: Listen, look_at: LookAt) -> None:
    trailer = b"\x00\x0ccontent-type\x1atext/plain; charset=utf-16"
    sent = SETTINGS + frame(1, 4, 1, b"\x88") + frame(0, 0, 1, b"well") + frame(1, 5, 1, trailer)
    server = await raw_server(listen, sent)

    outcome = await look_at(
        "http", url=server.url(), http_version="2", expect={"body": "well", "status": [200]}
    )

    assert outcome.ok, outcome


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
async def test_letters_of_a_header_are_read_as_they_are_written(
    listen: Listen, look_at: LookAt, charset: str
) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: café\r\n\r\n".encode(charset)
    server = await raw_server(listen, head)

    outcome = await look_at(
        "http", url=server.url(), expect={"headers": {"X-A": {"equals": "café"}}}
    )

    assert outcome.ok, outcome


async def test_a_protocol_that_nobody_asked_for_is_told_whatever_it_says(
    listen: Listen, look_at: LookAt
) -> None:
    server = await raw_server(listen, b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", b"\x81\x02hi")

    outcome = await look_at("http", url=server.url())

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET)
    assert "which nobody asked for (101)" in outcome.detail


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"X: " + b"y" * 400_000, "CONNECT response too large"),
        (b"nonsense", "Invalid response header"),
    ],
    ids=["too large", "no header"],
)
async def test_what_a_proxy_says_that_makes_no_sense_is_not_the_targets_fault(
    listen: Listen, look_at: LookAt, head: bytes, words: str
) -> None:
    proxy = await raw_server(listen, b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")

    outcome = await look_at("http", url="https://127.0.0.1:443/", proxy={"url": proxy.url("")})

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.PROBER), outcome
    assert outcome.detail == f"the proxy makes no tunnel: {words}"
