"""What every kind must do, found like the registry finds them: a new kind is tested without being
listed.

What it needs to be looked with stands in its entry of the table in samples.py.
"""

import asyncio
import json
import logging
import os
import socket
import ssl
import struct
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import pytest_asyncio
from pydantic import ValidationError

from tests.worker.probes.conftest import Handler, Listen, LookAt, silence
from tests.worker.probes.samples import SECRET_NAME, Sample, Stage, sample_of
from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes.kinds import KINDS
from worker.probes.kinds.icmp import available
from worker.probes.run import Vantage
from worker.targets.guard import Guard
from worker.targets.policy import read_policy

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Vantages = Callable[..., Vantage]
ListenBoth = Callable[[Handler, Callable[[bytes], bytes]], Awaitable[int]]

TIMEOUT_MS = 200
SLACK_MS = 50
TRIES = 5
"""The machine may be late once; a kind that is late is late each time."""
WORD = "hush-b2f7c9"
PHASES = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms")
NONSENSE = [
    b"",
    b"\x00" * 64,
    bytes(range(256)) * 16,
    b"\r\n" * 200,
    b"HTTP/1.1 banana\r\n\r\n",
    b"\x16\x03\x01\xff\xff",
]

pytestmark = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@pytest.fixture
def sample(kind: Kind[Any]) -> Sample:
    """How to look with this kind."""
    if kind.name == "icmp" and (obstacle := available()) is not None:
        pytest.skip(obstacle)
    return sample_of(kind)


@pytest.fixture
def silent_udp() -> Iterator[int]:
    """A UDP port that takes everything and never answers."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        yield server.getsockname()[1]


@pytest_asyncio.fixture
async def listen_both(listen: Listen) -> AsyncIterator[ListenBoth]:
    """A server on TCP and on UDP of one port: a handler for connections, a function from datagram
    to answer.
    """
    transports: list[asyncio.DatagramTransport] = []

    async def start(handler: Handler, answer: Callable[[bytes], bytes]) -> int:
        port = (await listen(handler)).port
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Answering(answer), ("127.0.0.1", port)
        )
        transports.append(transport)
        return port

    yield start
    for transport in transports:
        transport.close()


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._transport.sendto(self._answer(data), addr)


async def drip(_reader: Reader, writer: Writer) -> None:
    """Always says a little more, and never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def deaf(reader: Reader, _writer: Writer) -> None:
    """Hears everything to its end, and says nothing."""
    await reader.read()


async def reset(reader: Reader, writer: Writer) -> None:
    """Resets the connection when it hears something, or after a moment."""
    try:
        async with asyncio.timeout(0.05):
            await reader.read(1)
    except TimeoutError:
        pass
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def echo(reader: Reader, writer: Writer) -> None:
    """Says everything back, in an answer that HTTP clients read, too."""
    heard = await reader.read(4096)
    head = (
        b"HTTP/1.1 401 "
        + heard.replace(b"\r\n", b" ")[:300]
        + b"\r\nwww-authenticate: "
        + WORD.encode()
        + b"\r\n"
    )
    writer.write(head + b"content-length: %d\r\n\r\n" % len(heard) + heard)
    await writer.drain()


def open_files() -> int:
    """Descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))


def agrees(outcome: Outcome) -> None:
    """What holds of any outcome: its fields fit each other, and people and machines can read it."""
    assert outcome.ok is (outcome.reason is Reason.OK) is (outcome.blame is Blame.NONE)
    assert outcome.ok or outcome.detail
    assert len(outcome.detail) <= 400
    assert "\n" not in outcome.detail
    assert outcome.ok or outcome.trace or outcome.reason in (Reason.BLOCKED, Reason.INTERNAL)
    json.dumps(dict(outcome.extra), allow_nan=False)
    phases = [value for name in PHASES if (value := getattr(outcome, name)) is not None]
    assert all(value >= 0 for value in phases)
    assert outcome.total_ms is not None or not phases
    assert sum(phases) <= (outcome.total_ms or 0) + 0.01


def test_it_is_documented(kind: Kind[Any]) -> None:
    assert (sys.modules[kind.run.__module__].__doc__ or "").strip()
    for name, field in kind.params.model_fields.items():
        assert field.description, f"{kind.name}.{name}"


def test_it_refuses_unknown_parameters(kind: Kind[Any]) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        kind.params.model_validate({**sample_of(kind).aim(1), "nonsense": 1})


def test_it_refuses_a_value_of_the_wrong_type(kind: Kind[Any]) -> None:
    for name in sample_of(kind).aim(1):
        with pytest.raises(ValueError, match=name):
            kind.params.model_validate({**sample_of(kind).aim(1), name: [{"wrong": object}]})


def test_its_parameters_have_a_schema(kind: Kind[Any]) -> None:
    assert kind.params.model_json_schema()["type"] == "object"


def test_its_parameters_are_frozen_and_survive_the_wire(kind: Kind[Any]) -> None:
    params = kind.params.model_validate(sample_of(kind).aim(1))

    for name in kind.params.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(params, name, None)
    assert kind.params.model_validate_json(params.model_dump_json(exclude_unset=True)) == params


async def test_it_keeps_its_deadline(
    kind: Kind[Any],
    sample: Sample,
    listen: Listen,
    look_at: LookAt,
    silent_udp: int,
    full_port: int,
) -> None:
    ports = [(await listen(silence)).port, (await listen(drip)).port, full_port, silent_udp]
    for port in ports:
        late_ms = []
        for _ in range(TRIES):
            began = time.monotonic()
            outcome = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **sample.aim(port))
            late_ms.append((time.monotonic() - began) * 1000 - TIMEOUT_MS)
            agrees(outcome)
            assert (
                outcome.ok or outcome.blame in (Blame.TARGET, Blame.PATH) or not kind.params.votes
            ), outcome
            if late_ms[-1] < SLACK_MS:
                break
        assert min(late_ms) < SLACK_MS


@pytest.mark.parametrize("nonsense", NONSENSE, ids=[repr(heard[:12]) for heard in NONSENSE])
async def test_it_never_raises_whatever_it_hears(
    kind: Kind[Any],
    sample: Sample,
    listen_both: ListenBoth,
    look_at: LookAt,
    caplog: pytest.LogCaptureFixture,
    nonsense: bytes,
) -> None:
    async def babble(_reader: Reader, writer: Writer) -> None:
        writer.write(nonsense)
        await writer.drain()

    port = await listen_both(babble, lambda _heard: nonsense)

    outcome = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **sample.aim(port))

    agrees(outcome)
    assert outcome.reason is not Reason.INTERNAL
    assert "look_failed" not in caplog.text


async def test_it_never_raises_when_the_connection_is_reset(
    kind: Kind[Any], sample: Sample, listen: Listen, look_at: LookAt
) -> None:
    outcome = await look_at(
        kind.name, timeout_ms=TIMEOUT_MS, **sample.aim((await listen(reset)).port)
    )

    agrees(outcome)
    assert outcome.ok or outcome.blame in (Blame.TARGET, Blame.PATH) or not kind.params.votes, (
        outcome
    )


async def test_it_says_refused_when_nobody_listens(
    kind: Kind[Any], sample: Sample, look_at: LookAt, closed_port: int
) -> None:
    outcome = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **sample.aim(closed_port))

    agrees(outcome)
    if sample.hears != "host":
        assert (outcome.ok, outcome.reason) == (False, Reason.REFUSED)
        assert outcome.blame is Blame.TARGET or not kind.params.votes


async def test_it_does_not_touch_what_the_guard_refuses(
    kind: Kind[Any], sample: Sample, listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    listener = await listen(silence)

    outcome = await look_at(kind.name, vantage=vantages(guard=Guard()), **sample.aim(listener.port))

    agrees(outcome)
    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.BLOCKED, Blame.PROBER)
    assert "OUTSCOPE_ALLOW_ADDRESSES" in outcome.detail
    assert listener.connections == 0


async def test_it_does_not_touch_whom_the_operator_rules_out(
    kind: Kind[Any], sample: Sample, listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    listener = await listen(silence)
    guard = Guard(["127.0.0.0/8"], read_policy(never="127.0.0.1"))

    outcome = await look_at(kind.name, vantage=vantages(guard=guard), **sample.aim(listener.port))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.BLOCKED, Blame.PROBER)
    assert "OUTSCOPE_NEVER_PROBE" in outcome.detail
    assert listener.connections == 0


async def test_it_stops_at_once_when_it_is_cancelled(
    kind: Kind[Any], sample: Sample, look_at: LookAt, full_port: int, silent_udp: int
) -> None:
    if sample.hears == "host":
        pytest.skip("this machine answers at once")
    port = silent_udp if sample.hears == "udp" else full_port
    task = asyncio.create_task(look_at(kind.name, timeout_ms=30_000, **sample.aim(port)))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 0.1


async def test_it_leaves_nothing_open(
    kind: Kind[Any], sample: Sample, listen: Listen, look_at: LookAt, closed_port: int
) -> None:
    listeners = [await listen(handler) for handler in (deaf, reset, echo)]
    ports = [listener.port for listener in listeners] + [closed_port]
    await look_at(kind.name, timeout_ms=50, **sample.aim(ports[0]))  # what a process opens once
    await listeners[0].until(lambda listener: listener.open == 0)
    before = open_files()

    for _ in range(3):
        await asyncio.gather(
            *(look_at(kind.name, timeout_ms=50, **sample.aim(port)) for port in ports)
        )

    async with asyncio.timeout(2):
        while open_files() > before:  # noqa: ASYNC110 - the listeners let go soon after us
            await asyncio.sleep(0.01)


async def test_its_phases_sum_to_the_total_when_all_is_well(
    kind: Kind[Any],
    sample: Sample,
    look_at: LookAt,
    vantages: Vantages,
    certified: Callable[..., ssl.SSLContext],
    ca_file: str,
) -> None:
    if sample.well is None:
        pytest.skip("its entry in samples.py has no server at which all is well")
    vantage = vantages(ca_file=ca_file)
    async with sample.well(Stage(certified("127.0.0.1"))) as params:
        began = time.monotonic()
        outcome = await look_at(kind.name, vantage=vantage, **params)
        took_ms = (time.monotonic() - began) * 1000

    assert outcome.ok, outcome
    agrees(outcome)
    phases = [getattr(outcome, name) or 0 for name in PHASES] + [
        outcome.extra[name] for name in sample.more_phases
    ]
    assert outcome.total_ms is not None
    assert outcome.total_ms <= took_ms
    assert sample.rest or outcome.total_ms == pytest.approx(sum(phases), abs=0.01)


async def test_it_tells_its_secrets_to_nobody_but_the_target(
    kind: Kind[Any],
    sample: Sample,
    listen_both: ListenBoth,
    look_at: LookAt,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if sample.secret is None:
        pytest.skip("it sends no secrets")
    caplog.set_level(logging.DEBUG)
    port = await listen_both(echo, lambda heard: heard)
    params = {**sample.aim(port), **sample.secret(port)}
    absent = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **params)
    monkeypatch.setenv(SECRET_NAME, WORD)

    present = await look_at(kind.name, timeout_ms=TIMEOUT_MS, trace=True, **params)

    agrees(present)
    assert not present.ok
    assert WORD not in f"{present}{caplog.text}"
    assert (absent.reason, absent.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert SECRET_NAME in absent.detail
