"""Phases against a server whose delays are scripted: what a look says took how long is what took
that long.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Any

import pytest

from tests.worker.probes.conftest import LookAt
from worker.contract.outcome import Outcome
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage

Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
PHASES = ("dns", "connect", "tls", "ttfb", "body")
TRIES = 10
"""The machine may be busy with something else; an error of ours is there each time."""


class Script:
    """A server on a thread that lets the parts of one look wait, and notes when each was over by
    its own clock.
    """

    def __init__(self, context: ssl.SSLContext, delays: dict[str, float]) -> None:
        self.context = context
        self.delays = delays
        self.marks: dict[str, float] = {}
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(0)
        self.port = int(self.socket.getsockname()[1])

    def lookup(self, *_: Any) -> Any:
        """What resolving the name comes to, after a while."""
        self.marks["start"] = time.monotonic()
        time.sleep(self.delays["dns"])
        self.marks["dns"] = time.monotonic()
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", self.port))]

    def serve(self) -> None:
        """Answer one request; those who wait before it only fill the queue."""
        time.sleep(self.delays["connect"])
        connection = self._accept()
        with closing(connection):
            time.sleep(self.delays["tls"])
            connection.do_handshake()
            self.marks["tls"] = time.monotonic()
            connection.recv(65536)
            time.sleep(self.delays["ttfb"])
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst")
            self.marks["ttfb"] = time.monotonic()
            time.sleep(self.delays["body"])
            connection.sendall(b" last")
            self.marks["body"] = time.monotonic()

    def _accept(self) -> ssl.SSLSocket:
        while True:
            connection, _ = self.socket.accept()
            connection.settimeout(5)
            self.marks["connect"] = time.monotonic()
            if connection.recv(1, socket.MSG_PEEK):
                return self.context.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
            connection.close()

    @property
    def truth_ms(self) -> dict[str, float]:
        """Milliseconds that each phase really took."""
        ends = [self.marks["start"], *(self.marks[phase] for phase in PHASES)]
        return {phase: (ends[at + 1] - ends[at]) * 1000 for at, phase in enumerate(PHASES)}


@contextmanager
def crowded(script: Script, crowd: int) -> Iterator[None]:
    """Fill the queue of connections, so that the next one has to knock twice; a second lies
    between.
    """
    waiting = [socket.socket() for _ in range(crowd)]
    for one in waiting:
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", script.port))
    thread = Thread(target=script.serve)
    thread.start()
    leaving = Thread(
        target=lambda: (time.sleep(script.delays["connect"]), [one.close() for one in waiting])
    )
    leaving.start()
    try:
        yield
    finally:
        leaving.join(10)
        thread.join(10)
        script.socket.close()


def measured_ms(outcome: Outcome) -> dict[str, float]:
    told = [outcome.dns_ms, outcome.connect_ms, outcome.tls_ms, outcome.ttfb_ms]
    assert outcome.ok, outcome
    assert outcome.total_ms is not None
    parts = [part for part in told if part is not None]
    assert len(parts) == len(told), outcome
    return dict(zip(PHASES, [*parts, outcome.total_ms - sum(parts)], strict=True))


@pytest.mark.parametrize(
    "crowd",
    [0, pytest.param(3, marks=pytest.mark.slow)],
    ids=["quick to connect", "slow to connect"],
)
async def test_each_phase_is_as_long_as_it_was(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str, crowd: int
) -> None:
    delays = {"dns": 0.08, "connect": 0.3 if crowd else 0.0, "tls": 0.12, "ttfb": 0.16, "body": 0.1}
    wrong: list[str] = []
    for _ in range(TRIES):
        script = Script(certified("localhost"), delays)
        vantage = vantages(ca_file=ca_file, resolver=Resolver(script.lookup))
        with crowded(script, crowd):
            outcome = await look_at(
                "http", vantage=vantage, url=f"https://localhost:{script.port}/"
            )
        measured, truth = measured_ms(outcome), script.truth_ms
        assert crowd == 0 or truth["connect"] > 500
        assert (
            min(truth["dns"] - 80, truth["tls"] - 120, truth["ttfb"] - 160, truth["body"] - 100)
            >= 0
        )
        wrong = [
            f"{phase}: {measured[phase]:.1f} ms, really {truth[phase]:.1f} ms"
            for phase in PHASES
            if abs(measured[phase] - truth[phase]) > max(5, truth[phase] / 20)
        ]
        if not wrong:
            return
    pytest.fail("; ".join(wrong))
