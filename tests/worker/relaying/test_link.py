"""Requests to a relay, to what is none, and through proxies: each fault is one sentence."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from tests.faults.connect_proxy import ConnectProxy
from worker.contract.http.relaying import ORDERS, SEEN_FROM
from worker.contract.installed import VERSION_HEADER
from worker.messaging.away import BrokerAwayError, KeyRefusedError
from worker.relaying.access import RelayAccess
from worker.relaying.link import Link, Stopped

HOST = "relay.example.com"
SECRET = "the secret of the worker"
OWN = {VERSION_HEADER: "0.1.0", SEEN_FROM: "192.0.2.7"}
AUTHORITY = trustme.CA()


class Server:
    """Answers each request as it is told to, over TLS."""

    def __init__(self, certificate: trustme.LeafCert) -> None:
        self.status, self.headers, self.body = 200, dict(OWN), b'{"messages": []}'
        self.wait_s = 0.0
        self.asked: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append({name.lower(): value for name, value in self.headers.items()})
                time.sleep(outer.wait_s)
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture(scope="module")
def pair() -> trustme.LeafCert:
    return AUTHORITY.issue_cert("localhost", HOST)


@pytest.fixture
def server(pair: trustme.LeafCert) -> Iterator[Server]:
    made = Server(pair)
    yield made
    made.server.shutdown()
    made.server.server_close()


MADE: list[Link] = []


def link(port: int, host: str = "localhost", authority: trustme.CA | None = AUTHORITY) -> Link:
    pem = "" if authority is None else authority.cert_pem.bytes().decode()
    MADE.append(Link(RelayAccess(f"https://{host}:{port}", "worker.a.b", SECRET, pem), "b1"))
    return MADE[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


def refusal(made: Link, within_s: float = 10.0) -> str:
    with pytest.raises(BrokerAwayError) as told:
        made.post(ORDERS, b"{}", within_s, {})
    said = str(told.value)
    assert "\n" not in said
    assert SECRET not in said
    return said


def test_one_connection_serves_many_requests(server: Server) -> None:
    made = link(server.port)
    for _ in range(3):
        assert made.post(ORDERS, b"{}", 10.0, {"x-more": "1"}) == {"messages": []}
    assert made.seen_from == "192.0.2.7"
    assert {asked["outscope-boot"] for asked in server.asked} == {"b1"}
    assert all(asked["authorization"].startswith("Basic ") for asked in server.asked)
    made.close()
    assert made.post(ORDERS, b"{}", 10.0, {}) == {"messages": []}


def test_another_key_is_used_from_the_next_request_on(server: Server) -> None:
    made = link(server.port)
    made.post(ORDERS, b"{}", 10.0, {})
    pem = AUTHORITY.cert_pem.bytes().decode()
    made.use(RelayAccess(f"https://localhost:{server.port}", "worker.a.b", "another", pem))
    made.post(ORDERS, b"{}", 10.0, {})
    assert server.asked[0]["authorization"] != server.asked[1]["authorization"]


def test_a_certificate_that_is_not_proven_is_told(server: Server) -> None:
    assert "--ca-file" in refusal(link(server.port, authority=None))
    assert "--ca-file" in refusal(link(server.port, authority=trustme.CA()))
    assert server.asked == []


def test_a_certificate_for_another_name_is_told(pair: trustme.LeafCert) -> None:
    made = Server(AUTHORITY.issue_cert("other.example.com"))
    said = refusal(link(made.port))
    assert "not proven" in said or "cannot be reached" in said
    assert made.asked == []
    made.server.shutdown()
    made.server.server_close()


def test_a_certificate_of_another_time_speaks_of_the_clock() -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    made = Server(AUTHORITY.issue_cert("localhost", not_after=past))
    assert "set the clock" in refusal(link(made.port))
    made.server.shutdown()
    made.server.server_close()


ANSWERS: dict[str, tuple[int, dict[str, str], bytes, str]] = {
    "a page": (200, {}, b"<html>", "is no Outscope's API"),
    "a login page": (302, {"location": "https://login.example.com"}, b"", "is no Outscope's API"),
    "a proxy that wants a password": (401, {}, b"", "is no Outscope's API"),
    "a proxy without a back": (502, {}, b"", "does not reach it at the moment"),
    "no JSON": (200, OWN, b"<html>", "does not understand"),
    "a list": (200, OWN, b"[1]", "does not understand"),
    "a number": (200, OWN, b"7", "does not understand"),
    "a refusal without words": (503, OWN, b"{}", "does not understand"),
    "deep": (200, OWN, b"[" * 100_000, "does not understand"),
    "huge": (200, OWN, b" " * (17 << 20), "cannot be reached"),
    "too much": (429, OWN, json.dumps({"detail": "wait a while"}).encode(), "wait a while"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_no_relay_says_is_told_in_one_sentence(case: str, server: Server) -> None:
    server.status, server.headers, server.body, said = ANSWERS[case]
    made = link(server.port)
    assert said in refusal(made)
    server.status, server.headers, server.body = 200, dict(OWN), b"{}"
    assert made.post(ORDERS, b"{}", 10.0, {}) == {}


def test_a_key_that_is_refused_is_told_apart(server: Server) -> None:
    server.status, server.body = 403, json.dumps({"detail": "it was revoked"}).encode()
    with pytest.raises(KeyRefusedError, match="it was revoked"):
        link(server.port).post(ORDERS, b"{}", 10.0, {})


def test_nobody_there_and_nobody_who_answers(server: Server) -> None:
    assert "cannot be reached" in refusal(link(1))
    server.wait_s = 3.0
    assert "cannot be reached" in refusal(link(server.port), within_s=0.5)


def test_what_is_under_way_is_given_up_when_told_to_stop(server: Server) -> None:
    server.wait_s = 20.0
    made = link(server.port)
    threading.Timer(0.5, made.stop).start()
    began_s = time.monotonic()
    with pytest.raises(Stopped):
        made.post(ORDERS, b"{}", 30.0, {})
    assert time.monotonic() - began_s < 15
    with pytest.raises(Stopped):
        made.post(ORDERS, b"{}", 30.0, {})


def test_the_way_leads_through_the_proxy_that_the_environment_names(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy({HOST: server.port}, credentials="user:pass word") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url("user:pass%20word"))
        assert link(server.port, HOST).post(ORDERS, b"{}", 10.0, {}) == {"messages": []}
        (head,) = proxy.heads
        assert head.startswith(f"CONNECT {HOST}:{server.port} ".encode())
        assert b"outscope-boot" not in head.lower()
        assert b"\r\nAuthorization" not in head
        link(server.port).post(ORDERS, b"{}", 10.0, {})  # this machine's own
        assert len(proxy.heads) == 1


def test_no_proxy_is_honoured(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with ConnectProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url())
        monkeypatch.setenv("NO_PROXY", ".example.com")
        assert "cannot be reached" in refusal(link(server.port, "relay.example.com"))
        assert proxy.heads == []


@pytest.mark.parametrize(
    ("answer", "said"), [(None, "HTTP 407"), (403, "HTTP 403"), (502, "HTTP 502")]
)
def test_a_proxy_that_refuses_is_told(
    answer: int | None, said: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy({HOST: server.port}, credentials="user:password", answer=answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url("user:hunter2"))
        found = refusal(link(server.port, HOST))
    assert said in found
    assert "the proxy on the way" in found
    assert "hunter2" not in found
    assert server.asked == []
