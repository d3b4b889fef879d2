"""Phases against a server whose delays are scripted, for every kind that makes its own
connections.
"""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from websockets.server import ServerProtocol

from tests.worker.probes.conftest import LookAt
from tests.worker.probes.name_server import RECORDS, NameServer
from worker.contract.outcome import Reason
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage

Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
DELAYS_S = {"dns": 0.04, "tls": 0.06, "ttfb": 0.08}
TRIES = 10
"""The machine may be busy with something else; an error of ours is there each time."""


def text(heard: bytes) -> bytes:
    return b"well"


def dns_answer(heard: bytes) -> bytes:
    wire = NameServer(RECORDS).answer(heard[2:])
    return len(wire).to_bytes(2) + wire


def upgrade(heard: bytes) -> bytes:
    protocol = ServerProtocol()
    protocol.receive_data(heard)
    (request,) = protocol.events_received()
    protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
    return b"".join(protocol.data_to_send())


KINDS: dict[str, tuple[Callable[[int], dict[str, Any]], Callable[[bytes], bytes] | None]] = {
    "tls": (lambda port: {"host": "outscope.test", "port": port}, None),
    "tcp": (
        lambda port: {
            "host": "outscope.test",
            "port": port,
            "tls": True,
            "send": "hello",
            "expect": "well",
        },
        text,
    ),
    "dns": (
        lambda port: {
            "name": "well.test",
            "server": "outscope.test",
            "port": port,
            "transport": "tls",
        },
        dns_answer,
    ),
    "websocket": (lambda port: {"url": f"wss://outscope.test:{port}/", "ping": False}, upgrade),
}


class Script:
    """A server for one look that lets each part wait."""

    def __init__(self, context: ssl.SSLContext, answer: Callable[[bytes], bytes] | None) -> None:
        self.context = context
        self.answer = answer
        self.marks: list[tuple[str, float]] = []
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(1)
        self.port = int(self.socket.getsockname()[1])

    def lookup(self, *_: Any) -> Any:
        self.mark("start")
        time.sleep(DELAYS_S["dns"])
        self.mark("dns")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", self.port))]

    def serve(self) -> None:
        connection, _ = self.socket.accept()
        self.mark("connect")
        connection.settimeout(5)
        time.sleep(DELAYS_S["tls"])
        with closing(self.context.wrap_socket(connection, server_side=True)) as encrypted:
            self.mark("tls")
            if self.answer is not None:
                heard = encrypted.recv(65536)
                time.sleep(DELAYS_S["ttfb"])
                encrypted.sendall(self.answer(heard))
                self.mark("ttfb")
            with suppress(OSError):  # whoever looked may be gone without a goodbye
                encrypted.recv(1)

    def mark(self, phase: str) -> None:
        """This phase is over."""
        self.marks.append((phase, time.monotonic()))

    @property
    def truth_ms(self) -> dict[str, float]:
        """Milliseconds that each phase really took, by the server's own clock."""
        return {phase: (end - begin) * 1000 for (_, begin), (phase, end) in pairwise(self.marks)}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_phase_is_as_long_as_it_was(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str, kind: str
) -> None:
    aim, answer = KINDS[kind]
    errors = []
    for _ in range(TRIES):
        script = Script(certified("outscope.test"), answer)
        with closing(script.socket):
            thread = Thread(target=script.serve)
            thread.start()
            vantage = vantages(ca_file=ca_file, resolver=Resolver(script.lookup))
            outcome = await look_at(kind, vantage=vantage, slow_ms=100, **aim(script.port))
            thread.join(10)
        truth_ms = script.truth_ms
        assert set(truth_ms) == {"dns", "connect", "tls"} | ({"ttfb"} if answer else set())
        errors.append(
            max(abs(getattr(outcome, f"{phase}_ms") - ms) for phase, ms in truth_ms.items())
        )
        assert outcome.reason is (Reason.SLOW if answer else outcome.reason), outcome
        if errors[-1] < 5:
            break
    assert min(errors) < 5, errors
