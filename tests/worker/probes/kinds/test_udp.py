"""The udp kind against real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.worker.probes.conftest import LookAt
from tests.worker.probes.kinds.test_tcp import finding
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.udp import UdpParams
from worker.probes.run import Vantage

Vantages = Callable[..., Vantage]


class Server(asyncio.DatagramProtocol):
    """Says back what it hears, behind a word of its own; silent when told so."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.peers: list[str] = []
        self.silent = False
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        self.peers.append(addr[0])
        if not self.silent:
            self.transport.sendto(b"pong " + data, addr)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        Server, ("127.0.0.1", 0)
    )
    protocol.port = transport.get_extra_info("sockname")[1]
    yield protocol
    transport.close()


@pytest.mark.parametrize(
    ("params", "heard"),
    [
        ({"send": "ping", "expect": "pong ping"}, b"ping"),
        ({"send": "ping", "expect_regex": "^pong"}, b"ping"),
        ({"send_hex": "1b 00 00 ff"}, b"\x1b\x00\x00\xff"),
        ({}, b""),
    ],
)
async def test_an_answer_is_well(
    look_at: LookAt, server: Server, params: dict[str, str], heard: bytes
) -> None:
    outcome = await look_at("udp", host="127.0.0.1", port=server.port, **params)

    assert outcome.ok, outcome
    assert server.heard == [heard]
    assert outcome.ttfb_ms == outcome.total_ms
    assert outcome.ip == "127.0.0.1"


async def test_another_answer_is_a_failure(look_at: LookAt, server: Server) -> None:
    outcome = await look_at(
        "udp", host="127.0.0.1", port=server.port, send="ping", expect="welcome"
    )

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "pong ping" in outcome.detail


async def test_a_closed_port_is_refused(look_at: LookAt, closed_port: int) -> None:
    outcome = await look_at("udp", host="127.0.0.1", port=closed_port, send="ping")

    assert (outcome.reason, outcome.blame) == (Reason.REFUSED, Blame.TARGET)
    assert outcome.trace


async def test_silence_ends_at_the_deadline(look_at: LookAt, server: Server) -> None:
    server.silent = True

    outcome = await look_at("udp", host="127.0.0.1", port=server.port, send="ping", timeout_ms=200)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.PATH)
    assert 190 <= (outcome.total_ms or 0) < 250


async def test_the_next_address_is_asked_and_the_source_address_used(
    look_at: LookAt, vantages: Vantages, server: Server
) -> None:
    vantage = vantages(resolver=finding("127.0.0.2", "127.0.0.1"), source_address="127.1.2.3")

    outcome = await look_at("udp", vantage=vantage, host="x", port=server.port, send="ping")

    assert (outcome.ok, outcome.ip) == (True, "127.0.0.1")
    assert server.peers == ["127.1.2.3"]


async def test_a_secret_is_sent_and_shown_nowhere(
    look_at: LookAt, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "hush-hush")

    outcome = await look_at(
        "udp",
        host="127.0.0.1",
        port=server.port,
        send="${env:OUTSCOPE_SECRET_WORD}",
        expect="welcome",
    )

    assert server.heard == [b"hush-hush"]
    assert "hush" not in str(outcome)


@pytest.mark.parametrize(
    ("params", "words"),
    [({"send": "x", "send_hex": "00"}, "not both"), ({"send_hex": "0"}, "send_hex")],
)
def test_what_means_nothing_is_refused(params: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        UdpParams.model_validate({"host": "x", "port": 1, **params})
