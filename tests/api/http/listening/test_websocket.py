"""Clients of a WebSocket that read slowly or never, and that say what nobody understands."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from api.http.listening.patience import Patience
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.live.sockets import heard, heard_until, socket_to
from tests.api.process import ApiProcess
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow

PATIENCE = Patience(request_s=1.0, idle_s=1, reader_s=1.5)
ROOM = 20
LONG = "x" * 8_000
ASK = (
    "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: {version}\r\nsec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n{more}\r\n"
)
UNTOLD = ("Task was destroyed", "never retrieved", "Exception", "Traceback", "Error", "ERROR")


def asks(
    method: str = "GET", path: str = "/v1/events", version: str = "13", more: str = ""
) -> bytes:
    return ASK.format(method=method, path=path, version=version, more=more).encode()


def frame(
    opcode: int, payload: bytes = b"", *, length: int | None = None, fin: bool = True
) -> bytes:
    """A frame of a client, masked by zeros; `length` is what it says of itself."""
    said = len(payload) if length is None else length
    head = bytes([opcode | (0x80 if fin else 0), 0x80 | 127]) + struct.pack("!Q", said)
    return head + bytes(4) + payload


async def says(store: Store, count: int, begin: int = 0) -> None:
    at = now()
    for n in range(begin, begin + count):
        kept = seeds.kept(seeds.verdict("claude", at + n, reason=f"{n} {LONG}"))
        await store.verdicts.add(kept)


@pytest.fixture
def patient(api_database: str, free_port: Callable[[], int]) -> Iterator[Server]:
    """Reads are waited for as long as they may take; room for few events."""
    server = Server(api_database, free_port())
    server.start()
    server.feed._room = ROOM
    yield server
    server.stop()


@pytest.fixture
def hasty(api_database: str, free_port: Callable[[], int]) -> Iterator[Server]:
    server = Server(api_database, free_port(), PATIENCE)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def process(
    api_database: str, free_port: Callable[[], int], tmp_path: Path
) -> Iterator[ApiProcess]:
    found = ApiProcess(api_database, free_port(), tmp_path / "api.log")
    yield found
    found.stop()


def raw(port: int, ask: bytes, receive_bytes: int = 65_536) -> socket.socket:
    """A connection that asked, and has read nothing."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    link.settimeout(60)
    link.connect(("127.0.0.1", port))
    link.sendall(ask)
    return link


def all_of(link: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    found = b""
    try:
        while part := link.recv(65_536):
            found += part
    except ConnectionResetError:
        pass
    return found


def closing(found: bytes) -> int:
    """The code of the frame that closes."""
    at = found.rindex(b"\x88")
    return int.from_bytes(found[at + 2 : at + 4], "big")


async def follow(server: Server, count: int) -> None:
    """Returns when so many do."""
    async with asyncio.timeout(60):
        while server.feed.listeners != count:  # noqa: ASYNC110 - in another thread
            await asyncio.sleep(0.02)


async def test_who_reads_too_slowly_is_dropped_with_a_reason_and_delays_nobody(
    configured: Store, patient: Server
) -> None:
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    slow.connect(("127.0.0.1", urlsplit(patient.url).port))
    slow.setblocking(False)
    async with (
        connect(
            f"ws{patient.url[4:]}/v1/events", sock=slow, max_queue=1, ping_interval=None
        ) as one,
        socket_to(patient.url) as quick,
    ):
        await heard_until(quick, "ready")
        numbers = list[int]()
        for begin in range(0, 800, 10):
            await says(configured, 10, begin)
            numbers += [(await heard(quick))["id"] for _ in range(10)]
        assert numbers == list(range(1, 801)), "the quick one is told all"
        taken = await heard_until(one, "dropped")
        assert taken[-1]["reason"].startswith("you took nothing for too long")
        verdicts = [message["id"] for message in taken if message["type"] == "verdict"]
        assert verdicts == list(range(1, len(verdicts) + 1))
        assert len(verdicts) < 800
        with pytest.raises(ConnectionClosed):
            await one.recv()
        assert one.close_code == 1013
        async with socket_to(patient.url, f"last_event_id={verdicts[-1]}") as again:
            rest = [message["id"] for message in (await heard_until(again, "ready"))[:-1]]
        assert verdicts + rest == numbers


async def test_who_never_reads_is_given_up(configured: Store, hasty: Server) -> None:
    port = urlsplit(hasty.url).port
    assert port is not None
    await says(configured, 800)
    link = raw(port, asks(path="/v1/events?after=0"), receive_bytes=4_096)
    try:
        await follow(hasty, 1)
        await follow(hasty, 0)
    finally:
        link.close()


async def test_who_does_not_take_the_end_is_given_up(configured: Store, hasty: Server) -> None:
    port = urlsplit(hasty.url).port
    assert port is not None
    link = raw(port, asks())
    try:
        assert b"101" in await asyncio.to_thread(link.recv, 12)
        link.sendall(frame(1, b"hello"))
        assert closing(await asyncio.to_thread(all_of, link)) == 1003
        await follow(hasty, 0)
    finally:
        link.close()


GARBAGE = {
    "a message": (frame(1, b"hello"), 1003),
    "bytes": (frame(2, b"hello"), 1003),
    "no UTF-8": (frame(1, b"\xff\xfe"), 1003),
    "the first part of a message": (frame(1, b"hel", fin=False), 1003),
    "a rest of nothing": (frame(0, b"lo"), 1002),
    "not masked": (b"\x81\x05hello", 1002),
    "an unknown kind": (frame(5, b"hello"), 1002),
    "reserved bits": (frame(0x71, b"hello"), 1002),
    "a gigabyte": (frame(1, b"hello", length=2**30), 1009),
    "more than there is": (frame(1, b"hello", length=2**63 - 1), 1009),
    "an impossible length": (frame(2, b"", length=2**64 - 1), 1009),
    "a ping that is too long": (frame(9, bytes(126)), 1002),
    "a code that is none": (frame(8, struct.pack("!H", 999)), 1002),
    "half a code": (frame(8, b"\x03"), 1002),
    "another protocol": (b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", 1002),
    "many messages": (frame(1, b"hello") * 2_000, 1003),
}


def test_what_nobody_understands_ends_that_connection_alone(
    process: ApiProcess, seed: Callable[..., None]
) -> None:
    seed(lambda store: store.configurations.save(seeds.configuration(), now()))
    good = raw(process.port, asks())
    for name, (said, code) in GARBAGE.items():
        link = raw(process.port, asks())
        assert link.recv(12) == b"HTTP/1.1 101", name
        link.sendall(said)
        assert closing(all_of(link)) == code, name
        link.close()
    for _ in range(20):
        link = raw(process.port, asks())
        link.recv(12)
        link.sendall(os.urandom(3_000))
        link.close()
        link = raw(process.port, asks())  # and before it is open
        link.sendall(os.urandom(300))
        link.close()
    for cut in range(0, 200, 7):  # gone while it still asks
        raw(process.port, asks()[:cut]).close()
    assert process.get("/v1/services")[0] == 200
    good.sendall(frame(9, b"there?"))
    found = b""
    while b"\x8a\x06there?" not in found:
        found += good.recv(4_096)
    good.close()
    code, said = process.end()
    assert code == 0, said
    assert not [line for line in said.splitlines() if any(word in line for word in UNTOLD)], said
    assert "/v1/events" not in said, "what clients ask for is in no log"


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (asks(path="/v1/services"), 200),
        (asks(path="/v1/nothing"), 404),
        (asks(method="POST"), 405),
        (asks(version="8"), 400),
        (asks(more="sec-websocket-key: again\r\n"), 400),
        (asks(more="x: y\r\n" * 200), 431),
        (asks(more="x: " + "y" * 20_000 + "\r\n"), 431),
    ],
)
def test_a_request_that_opens_none_is_answered(
    api_server: Server, ask: bytes, status: int, seed: Callable[..., None]
) -> None:
    seed(lambda store: store.configurations.save(seeds.configuration(), now()))
    link = raw(urlsplit(api_server.url).port or 0, ask)
    assert link.recv(12) == b"HTTP/1.1 %d" % status
    link.close()


async def test_one_that_is_asked_for_behind_an_answer_that_goes_on_leaves_nothing(
    configured: Store, hasty: Server
) -> None:
    stream = b"GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n"
    link = raw(urlsplit(hasty.url).port or 0, stream + asks())
    try:
        assert await asyncio.to_thread(link.recv, 12) == b"HTTP/1.1 200"
        await follow(hasty, 1)
    finally:
        link.close()
    await follow(hasty, 0)
