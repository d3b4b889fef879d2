"""A link on which what is read stays small, in the clear and behind TLS."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import ResponseError

from coordinator.messaging import link as bounds
from coordinator.messaging.link import BoundedBuffer, Link, TooLong, granted
from tests.faults.broker import Broker

pytestmark = pytest.mark.slow


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, BoundedBuffer]]:
    """The server's end of a connection, and a buffer that reads the other."""
    ours, theirs = socket.socketpair()
    yield ours, BoundedBuffer(theirs)
    ours.close()
    theirs.close()


def sent(ours: socket.socket, text: bytes) -> None:
    threading.Thread(target=ours.sendall, args=[text], daemon=True).start()


def test_lines_and_texts_are_read_as_they_come(
    ends: tuple[socket.socket, BoundedBuffer],
) -> None:
    ours, buffer = ends
    sent(ours, b"*2\r\n$3\r\na\r\n\r\n$0\r\n\r\n")
    buffer.begin()
    assert buffer.readline() == b"*2"
    assert (buffer.readline(), buffer.read(3)) == (b"$3", b"a\r\n")
    assert (buffer.readline(), buffer.read(0)) == (b"$0", b"")


def test_what_is_too_long_is_passed_over_and_the_next_is_read(
    ends: tuple[socket.socket, BoundedBuffer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_MESSAGE", 1_000)
    ours, buffer = ends
    sent(ours, b"x" * 300_000 + b"\r\nnext\r\n" + b"y" * 1_000 + b"\r\n")
    buffer.begin()
    told = buffer.read(300_000)
    assert (type(told), told) == (TooLong, 300_000)
    assert buffer.readline() == b"next"
    assert buffer.read(1_000) == b"y" * 1_000


def test_of_one_reply_no_more_is_kept_than_is_allowed(
    ends: tuple[socket.socket, BoundedBuffer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_REPLY", 1_500)
    ours, buffer = ends
    sent(ours, (b"x" * 1_000 + b"\r\n") * 4)
    buffer.begin()
    kept = [isinstance(buffer.read(1_000), bytes) for _ in range(3)]
    assert kept == [True, True, False]
    buffer.begin()
    assert isinstance(buffer.read(1_000), bytes)


def test_a_connection_that_ends_is_lost(ends: tuple[socket.socket, BoundedBuffer]) -> None:
    ours, buffer = ends
    ours.close()
    with pytest.raises(LostError):
        buffer.readline()


def test_replies_come_in_order_and_a_refusal_is_one_of_them(valkey: Broker) -> None:
    with Link(valkey.url) as link:
        first, second, third = link.ask(("LPUSH", "a", b"\xff"), ("GET", "a"), ("RPOP", "a", 5))
        assert (first, third) == (1, [b"\xff"])
        with pytest.raises(ResponseError):
            granted(second)
        assert link.one("RPOP", "a", 5) is None


def test_a_server_that_throws_out_who_takes_much_keeps_it(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    broker = Broker(free_port(), tmp_path / "broker", options=("--maxmemory-clients", "3mb"))
    broker.start()
    with broker.client() as writer:
        for _ in range(6):
            writer.lpush("reports.eu-west", b"x" * 1_000_000)
    with Link(broker.url) as link:
        assert link.one("RPOP", "reports.eu-west", 6) == [b"x" * 1_000_000] * 6
        assert link.one("PING") == b"PONG"
    broker.kill()


@pytest.fixture
def guarded(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """The URL of a server that speaks TLS, with the authority `ca.pem` beside it."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server with TLS on this machine")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate = ca.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    port = free_port()
    options = ("--tls-port", str(port), "--tls-auth-clients", "no")
    options += ("--tls-cert-file", f"{tmp_path}/cert.pem", "--tls-key-file", f"{tmp_path}/key.pem")
    options += ("--tls-ca-cert-file", f"{tmp_path}/ca.pem")
    broker = Broker(free_port(), tmp_path / "broker", program=program, options=options)
    broker.start()
    yield f"rediss://127.0.0.1:{port}/0"
    broker.kill()


@pytest.mark.parametrize("flag", ["", "&ssl_cert_reqs=required", "&ssl_cert_reqs=CERT_REQUIRED"])
def test_a_server_that_its_authority_vouches_for_is_believed(
    guarded: str, tmp_path: Path, flag: str
) -> None:
    with Link(f"{guarded}?ssl_ca_certs={tmp_path}/ca.pem{flag}") as link:
        assert link.one("LPUSH", "reports.eu-west", b"x" * 200_000) == 1
        assert link.one("RPOP", "reports.eu-west", 5) == [b"x" * 200_000]


def test_a_server_that_nobody_vouches_for_is_not(guarded: str) -> None:
    with pytest.raises(LostError, match=r"(?i)certificate"), Link(guarded) as link:
        link.one("PING")
