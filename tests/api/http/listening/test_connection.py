"""Connections that let a real server wait."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from api.http.listening.patience import Patience
from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

PATIENCE = Patience(request_s=1.0, idle_s=1, reader_s=1.5, connections=20)
WITHIN_S = 8.0
ASK = b"GET /v1/healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
EXPORT = b"GET /v1/exports/results?compression=none HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.fixture
def server(api_database: str, free_port: Callable[[], int]) -> Iterator[Server]:
    server = Server(api_database, free_port(), PATIENCE, exports_at_once=1)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., socket.socket]]:
    links: list[socket.socket] = []

    def made(receive_bytes: int | None = None) -> socket.socket:
        link = socket.socket()
        links.append(link)
        if receive_bytes is not None:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        link.settimeout(WITHIN_S)
        link.connect(("127.0.0.1", urlsplit(server.url).port))
        return link

    yield made
    for link in links:
        link.close()


def asked(link: socket.socket) -> bytes:
    """The whole answer to one request."""
    link.sendall(ASK)
    answer = b""
    while not answer.endswith(b"}"):
        part = link.recv(65536)
        assert part, "closed"
        answer += part
    return answer


def closed_within_s(link: socket.socket, drip: bytes = b"") -> float:
    """After how long the other side closed, while one byte after the other is sent."""
    began_s = time.monotonic()
    link.settimeout(0.1)
    while time.monotonic() - began_s < WITHIN_S:
        try:
            if drip:
                link.sendall(drip)
            if link.recv(65536) == b"":
                return time.monotonic() - began_s
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began_s
    raise AssertionError("it was not closed")


def test_who_connects_and_says_nothing_is_closed(connect: Callable[..., socket.socket]) -> None:
    assert closed_within_s(connect()) >= 1.0


def test_a_request_that_comes_byte_by_byte_is_closed(
    connect: Callable[..., socket.socket],
) -> None:
    link = connect()
    link.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ")
    assert closed_within_s(link, drip=b"a") >= 1.0


def test_a_body_that_never_comes_is_closed(connect: Callable[..., socket.socket]) -> None:
    link = connect()
    link.sendall(b"GET /v1/healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n")
    assert link.recv(12) == b"HTTP/1.1 200"
    closed_within_s(link)


def test_line_ends_between_requests_keep_nothing_open(
    connect: Callable[..., socket.socket],
) -> None:
    link = connect()
    assert asked(link)
    closed_within_s(link, drip=b"\r\n")


def test_requests_that_follow_each_other_go_on(connect: Callable[..., socket.socket]) -> None:
    link = connect()
    for _ in range(12):
        assert asked(link).startswith(b"HTTP/1.1 200")
        time.sleep(0.2)  # longer in all than any patience


def test_beyond_the_bound_those_that_ask_nothing_go_first(
    connect: Callable[..., socket.socket],
) -> None:
    first = connect()
    idle = [connect() for _ in range(PATIENCE.connections + 5)]
    assert closed_within_s(first) < WITHIN_S
    link = connect()
    assert asked(link).startswith(b"HTTP/1.1 200")
    assert idle


def test_a_reader_that_takes_nothing_is_given_up_and_its_export_ended(
    seed: Callable[..., None], connect: Callable[..., socket.socket]
) -> None:
    async def write(store: Store) -> None:
        at = now()
        await store.configurations.save(seeds.configuration(), at)
        await store.results.add([seeds.result(at - n, n, detail="x" * 400) for n in range(20_000)])

    seed(write)
    stuck = connect(4096)
    stuck.sendall(EXPORT)
    assert stuck.recv(12) == b"HTTP/1.1 200"
    deadline_s = time.monotonic() + 90
    while True:
        with closing(connect()) as again:
            again.sendall(EXPORT)
            status = again.recv(12)
        if status == b"HTTP/1.1 200":
            return
        assert status == b"HTTP/1.1 429"
        assert time.monotonic() < deadline_s, "the place was not freed"
        time.sleep(0.2)
